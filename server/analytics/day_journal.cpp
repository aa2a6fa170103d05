#include "server/analytics/day_journal.hpp"

#include <algorithm>
#include <utility>

namespace earshot::analytics {

namespace {

constexpr std::size_t a_frame = 1 << 20;
constexpr std::uint64_t worth_a_look = 1 << 20, bytes_of_a_listen = 64;  // of one piece, as nearly all are

WipedString empty_frame() {
    return WipedString(Journal::frame_head, '\0');
}

}  // namespace

DayJournal::DayJournal(Journal journal, const Terms& terms)
    : journal_(std::move(journal)), terms_(&terms), writer_(terms), frame_(empty_frame()) {}

void DayJournal::add(const Step& step) {
    if (step.bytes > 0 || step.settled) {
        auto& cell = cells_.of(step.episode, step.hour);
        cell.bytes += step.bytes;
        if (step.settled) {
            for (const auto& change : step.outcome.changes) cell.requests[static_cast<std::size_t>(change.verdict)] += change.requests;
        }
    }
    // Equal places tell that listeners share an address, so they are there only when counting it again needs them.
    if (step.changed) writer_.record(step.record, step.outcome.asked_crowd ? Crowds::used(step.record.place) : 0, frame_);
}

void DayJournal::write() {
    writer_.cells(cells_, frame_);
    cells_.clear();
    auto frame = std::exchange(frame_, empty_frame());
    if (frame.size() == Journal::frame_head) return;
    try {
        journal_.append(frame);
    } catch (...) {
        writer_.forget();
        has_lost_some_ = true;
        throw;
    }
    frame.resize(Journal::frame_head);
    frame_ = std::move(frame);  // its room is used again
}

bool DayJournal::is_due(std::uint64_t least, std::uint64_t listens) {
    if (pause_ > 0) {
        --pause_;
        return false;
    }
    const auto position = journal_.position();
    const bool gains = position < worth_a_look || position > listens * (bytes_of_a_listen + bytes_of_a_listen / 2);
    return has_lost_some_ || (gains && position > std::max(least, 2 * shortened_to_));
}

Journal DayJournal::shorter(const std::filesystem::path& file, const Windows& windows, Day day) const {
    Journal::destroy(file);  // what an earlier process has left
    EntryWriter writer(*terms_);
    try {
        auto result = Journal::open(file);
        auto frame = empty_frame();
        const auto flush = [&] {
            result.append(frame);
            frame.resize(Journal::frame_head);
        };
        windows.listens(day).each([&](const ListenerKey& listener, const Listen& listen) {
            writer.listen(listener, listen, frame);
            if (frame.size() > a_frame) flush();
        });
        windows.crowds(day).each([&](std::uint32_t row, std::uint32_t at, std::uint16_t count) { writer.crowd(row, at, count, frame); });
        flush();
        return result;
    } catch (...) {
        Journal::destroy(file);
        throw;
    }
}

void DayJournal::replace(Journal& shorter) {
    shorter.replace(journal_);
    journal_ = std::move(shorter);
    shortened_to_ = journal_.position();
    has_lost_some_ = false;
    writer_.forget();
}

}  // namespace earshot::analytics
