#include "server/api/members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "content/model/text.hpp"
#include "content/model/time.hpp"

namespace earshot::api {

using model::Errc;
using model::fail;

struct Members::State {
    boost::json::value document;
    const boost::json::object* object{};
    std::string prefix;  // "people[0]."
    std::vector<std::string> asked;
    std::string problem;  // the first one

    void complain(std::string sentence) {
        if (problem.empty()) problem = std::move(sentence);
    }
    const boost::json::value* find(std::string_view name) {
        asked.emplace_back(name);
        return object->if_contains(name);
    }
    // The sentence for the first member nobody asked for, or "".
    [[nodiscard]] std::string unknown() const {
        for (const auto& member : *object) {
            const std::string_view name = member.key();
            if (std::ranges::find(asked, name) != asked.end()) continue;
            return fmt::format("There is no member \"{}{}\" here; known are: {}.", prefix,
                               model::truncate_utf8(model::clean_line(name), 60), fmt::join(asked, ", "));
        }
        return {};
    }
};

Members::Members(std::shared_ptr<State> state) : state_(std::move(state)) {}
Members::~Members() = default;
Members::Members(Members&&) noexcept = default;
Members& Members::operator=(Members&&) noexcept = default;

model::Result<Members> Members::parse(std::string_view body) {
    auto state = std::make_shared<State>();
    boost::json::parse_options options;
    options.max_depth = 8;
    boost::system::error_code error;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) body = "{}";
    state->document = boost::json::parse(body, error, {}, options);
    if (error) return fail(Errc::invalid_input, fmt::format("The body is not valid JSON: {}.", error.message()));
    if (!state->document.is_object()) return fail(Errc::invalid_input, "The body must be a JSON object.");
    state->object = &state->document.get_object();
    return Members(std::move(state));
}

void Members::wrong(std::string_view name, std::string_view must_be) {
    state_->complain(fmt::format("\"{}{}\" must be {}.", state_->prefix, name, must_be));
}

bool Members::text(std::string_view name, std::string& out) {
    const auto* value = state_->find(name);
    if (value == nullptr) return false;
    if (value->is_string()) {
        out = std::string(value->get_string());
        return true;
    }
    wrong(name, "text");
    return false;
}

bool Members::flag(std::string_view name, bool& out) {
    const auto* value = state_->find(name);
    if (value == nullptr) return false;
    if (value->is_bool()) {
        out = value->get_bool();
        return true;
    }
    wrong(name, "true or false");
    return false;
}

bool Members::number(std::string_view name, std::optional<std::uint32_t>& out) {
    const auto* value = state_->find(name);
    if (value == nullptr) return false;
    if (value->is_null()) {
        out.reset();
        return true;
    }
    if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= std::numeric_limits<std::uint32_t>::max()) {
        out = static_cast<std::uint32_t>(value->get_int64());
        return true;
    }
    wrong(name, "a whole number, or null for none");
    return false;
}

bool Members::time(std::string_view name, std::chrono::milliseconds& out) {
    const auto* value = state_->find(name);
    if (value == nullptr) return false;
    constexpr double longest = 1e6;  // seconds
    if (value->is_number()) {
        const auto seconds = value->to_number<double>();
        if (seconds >= 0 && seconds < longest) {
            out = std::chrono::milliseconds(std::llround(seconds * 1000));
            return true;
        }
    } else if (value->is_string()) {
        if (const auto clock = model::parse_clock(std::string_view(value->get_string()))) {
            out = *clock;
            return true;
        }
    }
    wrong(name, "seconds from the beginning, or a time like \"1:02:03.5\"");
    return false;
}

bool Members::objects(std::string_view name, const std::function<void(Members&)>& row) {
    const auto* value = state_->find(name);
    if (value == nullptr) return false;
    if (!value->is_array()) {
        wrong(name, "a list");
        return false;
    }
    std::size_t index = 0;
    for (const boost::json::value& element : value->get_array()) {
        auto inner = std::make_shared<State>();
        inner->prefix = fmt::format("{}{}[{}].", state_->prefix, name, index++);
        if (!element.is_object()) {
            wrong(name, "a list of objects");
            return false;
        }
        inner->object = &element.get_object();
        Members members(std::move(inner));
        row(members);
        if (auto status = members.done(); !status) state_->complain(status.error().message);
    }
    return true;
}

model::Status Members::done() const {
    std::string problem = state_->problem.empty() ? state_->unknown() : state_->problem;
    if (problem.empty()) return {};
    return fail(Errc::invalid_input, std::move(problem));
}

}  // namespace earshot::api
