#pragma once
// A JSON object from a client, read member by member. The first wrong type, and any name nobody asked for, becomes one sentence;
// read everything, then ask done().

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::api {

class Members {
public:
    // invalid_input: not JSON, not an object, or nested deeper than 8. An empty body is an empty object.
    [[nodiscard]] static model::Result<Members> parse(std::string_view body);
    ~Members();
    Members(Members&&) noexcept;
    Members& operator=(Members&&) noexcept;

    // Each leaves `out` alone when the member is absent, and returns whether it was there.
    bool text(std::string_view name, std::string& out);
    bool flag(std::string_view name, bool& out);
    bool number(std::string_view name, std::optional<std::uint32_t>& out);  // null clears
    // Seconds as a number, or a clock such as "1:02:03.5", to the millisecond.
    bool time(std::string_view name, std::chrono::milliseconds& out);
    // A list of objects, each read by `row`; wrong members inside are reported as "people[0].name".
    bool objects(std::string_view name, const std::function<void(Members&)>& row);
    // A word of a closed set, `parse` returning nothing for others; `choices` is for the sentence.
    template <class T>
    bool word(std::string_view name, std::optional<T> (*parse)(std::string_view) noexcept, std::string_view choices, T& out) {
        std::string given;
        if (!text(name, given)) return false;
        const auto value = parse(given);
        if (value)
            out = *value;
        else
            wrong(name, choices);
        return value.has_value();
    }
    // The reader's own objection: `"name" must be …`.
    void wrong(std::string_view name, std::string_view must_be);

    [[nodiscard]] model::Status done() const;

private:
    struct State;
    explicit Members(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace earshot::api
