#pragma once
// One SQL statement with named parameters. Values are copied in and results typed, which rules out the library's traps: temporaries
// in use(), columns read dynamically. The text must be a literal; values only ever go through bind().
//
//     Statement rows(session, "select id, title from shows where slug = :slug");
//     rows.bind("slug", slug).into(id).into(title);
//     while (rows.next()) …

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/time.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

class Statement {
public:
    Statement(soci::session& session, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(const char* name, std::string_view text);
    Statement& bind(const char* name, double value);
    Statement& bind(const char* name, std::optional<double> value);
    template <std::integral T>
    Statement& bind(const char* name, T value) {
        return bind_integer(name, static_cast<long long>(value));
    }
    template <std::integral T>
    Statement& bind(const char* name, std::optional<T> value) {
        return bind_integer(name, value ? std::optional(static_cast<long long>(*value)) : std::nullopt);
    }
    Statement& bind(const char* name, std::chrono::milliseconds value) { return bind_integer(name, value.count()); }
    Statement& bind(const char* name, model::Timestamp value) { return bind_integer(name, value.time_since_epoch().count()); }
    Statement& bind(const char* name, std::optional<model::Timestamp> value) {
        return bind_integer(name, value ? std::optional<long long>(value->time_since_epoch().count()) : std::nullopt);
    }

    // Targets in the order of the columns; they are set by every next() that returns true. NULL is "", 0, or an empty optional.
    Statement& into(std::string& target);
    Statement& into(double& target);
    Statement& into(std::optional<double>& target);
    template <std::integral T>
    Statement& into(T& target) {
        return into_integer([&target](auto value) { target = static_cast<T>(value.value_or(0)); });
    }
    template <std::integral T>
    Statement& into(std::optional<T>& target) {
        return into_integer([&target](auto value) { target = value ? std::optional(static_cast<T>(*value)) : std::nullopt; });
    }
    Statement& into(std::chrono::milliseconds& target) {
        return into_integer([&target](auto value) { target = std::chrono::milliseconds(value.value_or(0)); });
    }
    Statement& into(model::Timestamp& target) {
        return into_integer([&target](auto value) { target = model::Timestamp(std::chrono::milliseconds(value.value_or(0))); });
    }
    Statement& into(std::optional<model::Timestamp>& target) {
        return into_integer(
            [&target](auto value) { target = value ? std::optional(model::Timestamp(std::chrono::milliseconds(*value))) : std::nullopt; });
    }

    [[nodiscard]] bool next();  // the next row; false at the end
    long long run();            // for statements without rows: how many rows were changed

private:
    using Integer = std::optional<long long>;
    Statement& bind_integer(const char* name, Integer value);
    Statement& into_integer(std::function<void(Integer)> deliver);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::storage
