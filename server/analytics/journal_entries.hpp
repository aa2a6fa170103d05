#pragma once
// What a journal's frames hold, as bytes and back. They live no longer than a day, but an upgrade may come within it: who changes them
// gives the journal's format another number.

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/analytics/hour_cells.hpp"
#include "server/analytics/listen.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

// Appends to a frame. A context or a version is spelt out when this journal has it for the first time.
class EntryWriter {
public:
    explicit EntryWriter(const Terms& terms) : terms_(terms) {}
    void record(const Record& record, Crowds::Place place, WipedString& frame);
    void cells(const HourCells& cells, WipedString& frame) const;                        // settled requests, and bytes
    void listen(const ListenerKey& listener, const Listen& listen, WipedString& frame);  // as it is
    void crowd(std::uint32_t row, std::uint32_t at, std::uint16_t count, WipedString& frame) const;
    void forget() noexcept {  // the last frame was lost
        contexts_.clear();
        versions_.clear();
    }

private:
    void define_versions(const Listen& listen, WipedString& frame);
    const Terms& terms_;
    std::vector<bool> contexts_, versions_;  // that are spelt out
};

// Reads frames in the order they were written, so that contexts and versions are known.
class EntryReader {
public:
    struct Taking {
        std::function<void(Record&&)> record;
        std::function<void(std::uint32_t episode, Hour hour, const HourCells::Cell& cell)> cell;
        std::function<void(const ListenerKey&, Listen&&)> listen;
        std::function<bool(std::uint32_t row, std::uint32_t at, std::uint16_t count)> crowd;
    };
    EntryReader(Terms& terms, Taking taking) : terms_(terms), taking_(std::move(taking)) {}
    [[nodiscard]] bool read(std::string_view frame);  // false: it holds something else, and only a part of it was taken

private:
    Terms& terms_;
    Taking taking_;
    std::unordered_map<std::uint32_t, std::uint32_t> contexts_, versions_;  // the journal's numbers → ours
};

}  // namespace earshot::analytics
