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
    void write();  // what was added; throws std::system_error, and then it is lost until the journal is written anew

    // Asked at every commit. True when it is larger than `least` and than the twofold of what it came to the last time, and these listens
    // would take much less, or when it has lost something; some commits after a try that failed it is true again.
    [[nodiscard]] bool is_due(std::uint64_t least, std::uint64_t listens);
    // All of that day as it is now, in a journal of its own; the sums must be committed up to here. What is left to do is to say so in the
    // database, then replace(). Throws std::system_error, and then there is no such file.
    [[nodiscard]] Journal shorter(const std::filesystem::path& file, const Windows& windows, Day day) const;
    void replace(Journal& shorter);                             // takes it over; throws std::system_error, and then both are as before
    void postpone() noexcept { pause_ = commits_until_retry; }  // it could not be done
    static constexpr unsigned commits_until_retry = 60;

    [[nodiscard]] Journal& journal() noexcept { return journal_; }
    [[nodiscard]] const Journal& journal() const noexcept { return journal_; }

private:
    Journal journal_;
    const Terms* terms_;
    EntryWriter writer_;
    WipedString frame_;
    HourCells cells_;  // of the frame
    std::uint64_t shortened_to_{};
    unsigned pause_{};
    bool has_lost_some_{};
};

}  // namespace earshot::analytics
