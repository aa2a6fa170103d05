#include "server/analytics/documented_cases.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "content/model/embedded.hpp"
#include "content/model/time.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> method_files();
}

namespace earshot::analytics::documented {

namespace {

using Cells = std::vector<std::string>;

std::vector<std::string> split(const std::string& text, const std::string& by) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (auto at = text.find(by); at != std::string::npos; at = text.find(by, start)) {
        parts.push_back(text.substr(start, at - start));
        start = at + by.size();
    }
    parts.push_back(text.substr(start));
    return parts;
}

std::string trimmed(std::string text) {
    const auto strip = [](char c) { return c == ' ' || c == '`'; };
    while (!text.empty() && strip(text.back())) text.pop_back();
    text.erase(text.begin(), std::ranges::find_if_not(text, strip));
    return text;
}

// Rows of the table whose first heading is `heading`, without heading and rule.
std::vector<Cells> table(const std::string& heading) {
    std::istringstream page{std::string(model::method_files().front().bytes)};
    std::vector<Cells> rows;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| " + heading + " |")) {
            inside = true;
        } else if (!line.starts_with("|")) {
            inside = false;
        } else if (inside && !line.starts_with("| ---")) {
            auto cells = split(line, "|");
            std::ranges::transform(cells, cells.begin(), trimmed);
            rows.emplace_back(cells.begin() + 1, cells.end() - 1);
        }
    }
    if (rows.empty()) throw std::runtime_error("docs/measurement.md has no table " + heading);
    return rows;
}

struct Vocabulary {
    std::map<std::string, std::string> agents;
    std::map<std::string, model::CountedFile> files;
};

const Vocabulary& vocabulary() {
    static const Vocabulary words = [] {
        Vocabulary result;
        for (const auto& row : table("Agent")) result.agents[row.at(0)] = row.at(1);
        for (const auto& row : table("File"))
            result.files[row.at(0)] = {std::stoull(row.at(1)), std::stoull(row.at(2)), std::stoull(row.at(3))};
        return result;
    }();
    return words;
}

constexpr std::array<const char*, 7> day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string date_of(const std::string& name) {
    const auto found = std::ranges::find(day_names, name);
    if (found == day_names.end()) throw std::runtime_error(name + " is no day");
    return "2026-11-" + std::to_string(23 + (found - day_names.begin()));
}

std::vector<model::Interval> intervals(const std::string& text) {
    std::vector<model::Interval> result;
    for (const auto& part : split(text, ",")) {
        const auto ends = split(part, "-");
        result.push_back({std::stoull(ends.at(0)), std::stoull(ends.at(1))});
    }
    return result;
}

bool all_digits(const std::string& text) {
    return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

class Step {
public:
    explicit Step(const std::string& text) {
        delivery_.episode.value = "e1";
        delivery_.profile = "mp3";
        delivery_.address = "192.0.2.1";
        delivery_.method = "GET";
        delivery_.status = 206;
        delivery_.user_agent = vocabulary().agents.at("overcast");
        delivery_.file = vocabulary().files.at("plain");
        std::istringstream words(text);
        for (std::string word; words >> word;) take(word);
        const auto time = model::parse_rfc3339(date_ + "T" + clock_ + ":00Z");
        if (!time) throw std::runtime_error("no time in " + text);
        delivery_.time = *time;
    }

    [[nodiscard]] std::vector<model::Delivery> deliveries() const {
        std::vector<model::Delivery> result;
        for (std::uint64_t i = 0; i < times_; ++i) {
            result.push_back(delivery_);
            if (apart_) result.back().user_agent += " " + std::to_string(i);
            for (auto& piece : result.back().acknowledged) {
                piece.begin += i * shift_;
                piece.end += i * shift_;
            }
        }
        return result;
    }

private:
    void take(const std::string& word) {
        const auto equals = word.find('=');
        if (word.starts_with("bytes="))
            delivery_.range = word;
        else if (equals != std::string::npos)
            take_named(word.substr(0, equals), word.substr(equals + 1));
        else if (std::ranges::find(day_names, word) != day_names.end())
            date_ = date_of(word);
        else if (word.size() == 5 && word[2] == ':')
            clock_ = word;
        else if (word == "more")
            delivery_.requests = 0;
        else if (word == "apart")
            apart_ = true;
        else if (word == "preview")
            delivery_.preview = true;
        else if (word == "gpc")
            delivery_.opted_out = true;
        else if (word[0] == 'x' && all_digits(word.substr(1)))
            times_ = std::stoull(word.substr(1));
        else if (word.size() == 3 && all_digits(word))
            delivery_.status = std::stoi(word);
        else if (word == "HEAD" || word == "GET" || word == "POST")
            delivery_.method = word;
        else if (word.find_first_of(".:") != std::string::npos)
            delivery_.address = word;
        else if (const auto agent = vocabulary().agents.find(word); agent != vocabulary().agents.end())
            delivery_.user_agent = agent->second;
        else
            throw std::runtime_error("what is " + word + "?");
    }

    void take_named(const std::string& name, const std::string& value) {
        if (name == "got")
            delivery_.acknowledged = intervals(value);
        else if (name == "file")
            delivery_.file = vocabulary().files.at(value);
        else if (name == "ep")
            delivery_.episode.value = value;
        else if (name == "from")
            delivery_.referrer = value;
        else if (name == "step")
            shift_ = std::stoull(value);
        else
            throw std::runtime_error("what is " + name + "?");
    }

    model::Delivery delivery_;
    std::string date_, clock_;
    std::uint64_t times_{1}, shift_{};
    bool apart_{};
};

std::map<std::string, std::uint64_t> counts(const std::string& text) {
    std::map<std::string, std::uint64_t> result;
    if (text.empty() || text == "0") return result;
    for (const auto& part : split(text, ",")) {
        const auto words = split(trimmed(part), " ");
        result[words.at(0)] = std::stoull(words.at(1));
    }
    return result;
}

}  // namespace

std::uint64_t Case::requests() const {
    std::uint64_t result = 0;
    for (const auto& step : steps) result += static_cast<std::uint64_t>(std::ranges::count(step, 1U, &model::Delivery::requests));
    return result;
}

std::string_view shared_addresses() {
    return "203.0.113.0/24 2026-11-01\n198.51.100.0/24 2026-06-01\n";
}

std::vector<Case> cases() {
    std::vector<Case> result;
    for (const auto& row : table("Case")) {
        if (row.at(1).empty()) continue;  // a heading
        try {
            Case one;
            one.name = row[0];
            for (const auto& step : split(row[1], "<br>")) one.steps.push_back(Step(trimmed(step)).deliveries());
            for (const auto& [day, count] : counts(row.at(2))) one.downloads[date_of(day)] = count;
            one.not_counted = counts(row.at(3));
            result.push_back(std::move(one));
        } catch (const std::exception& error) {
            throw std::runtime_error("docs/measurement.md, \"" + row[0] + "\": " + error.what());
        }
    }
    return result;
}

}  // namespace earshot::analytics::documented
