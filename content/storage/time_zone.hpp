#pragma once
// A place's clock, from the system's zone files (RFC 8536): UTC to what people there read off it, across clock changes.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/time.hpp"

namespace earshot::storage {

class TimeZone {
public:
    TimeZone() = default;  // UTC
    // "Europe/London"; "" is UTC. invalid_input when there is no such zone, or its file is not whole.
    [[nodiscard]] static model::Result<TimeZone> find(std::string_view name);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }    // "UTC", "Europe/London"
    [[nodiscard]] std::chrono::seconds offset_at(model::Timestamp time) const;  // added to UTC
    // The wall clock's reading, as if it were UTC: for formatting.
    [[nodiscard]] model::Timestamp local(model::Timestamp time) const { return time + offset_at(time); }

private:
    struct Change {
        std::chrono::sys_seconds at;
        std::chrono::seconds offset;
    };
    void go_on(std::string_view rule);  // for the years after the file's own changes
    std::string name_{"UTC"};
    std::chrono::seconds first_{};  // before all changes
    std::vector<Change> changes_;   // ascending
};

}  // namespace earshot::storage
