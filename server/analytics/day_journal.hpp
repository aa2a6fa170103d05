#pragma once
// A day's journal while counting goes on: what a batch of deliveries changed becomes one frame. As fragments of running listens come in it
// grows without end, so now and then it is written anew, as what they have come to.

#include <cstdint>
#include <filesystem>
#include <string>

#include "server/analytics/journal.hpp"
#include "server/analytics/journal_entries.hpp"
#include "server/analytics/windows.hpp"

namespace earshot::analytics {

class DayJournal {
public:
    DayJournal(Journal journal, const Terms& terms);
    void add(const Step& step);
    void write();  // what was added; throws std::system_error, and then it is lost

    // Larger than `least`, and than the twofold of what it came to the last time.
    [[nodiscard]] bool is_long(std::uint64_t least) const { return journal_.position() > std::max(least, 2 * shortened_to_); }
    // All of that day as it is now, in a journal of its own; the sums must be committed up to here. What is left to do is to say so in the
    // database, then replace(). Throws std::system_error.
    [[nodiscard]] Journal shorter(const std::filesystem::path& file, const Windows& windows, Day day) const;
    void replace(Journal shorter);
    void postpone() noexcept { shortened_to_ = journal_.position(); }  // it could not be done

    [[nodiscard]] Journal& journal() noexcept { return journal_; }
    [[nodiscard]] const Journal& journal() const noexcept { return journal_; }

private:
    Journal journal_;
    EntryWriter writer_;
    std::string frame_;
    HourCells cells_;  // of the frame
    std::uint64_t shortened_to_{};
};

}  // namespace earshot::analytics
