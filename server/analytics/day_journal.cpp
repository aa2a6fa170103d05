#include "server/analytics/day_journal.hpp"

#include <utility>

namespace earshot::analytics {

namespace {

constexpr std::size_t a_frame = 1 << 20;

std::string empty_frame() {
    return std::string(Journal::frame_head, '\0');
}

}  // namespace

DayJournal::DayJournal(Journal journal, const Terms& terms) : journal_(std::move(journal)), writer_(terms), frame_(empty_frame()) {}

void DayJournal::add(const Step& step) {
    if (step.bytes > 0 || step.settled) {
        auto& cell = cells_.of(step.episode, step.hour);
        cell.bytes += step.bytes;
        if (step.settled) {
            for (const auto& change : step.outcome.changes) cell.requests[static_cast<std::size_t>(change.verdict)] += change.requests;
        }
    }
    if (step.changed) writer_.record(step.record, frame_);
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
        throw;
    }
    frame.resize(Journal::frame_head);
    frame_ = std::move(frame);  // its room is used again
}

Journal DayJournal::shorter(const std::filesystem::path& file, const Windows& windows, Day day) const {
    Journal::open(file).destroy();  // what an earlier try has left
    auto result = Journal::open(file);
    auto frame = empty_frame();
    const auto flush = [&] {
        result.append(frame);
        frame.resize(Journal::frame_head);
    };
    windows.listens(day).each([&](const ListenerKey& listener, const Listen& listen) {
        writer_.listen(listener, listen, frame);
        if (frame.size() > a_frame) flush();
    });
    windows.crowds(day).each([&](std::uint32_t row, std::uint32_t at, std::uint16_t count) { writer_.crowd(row, at, count, frame); });
    flush();
    return result;
}

void DayJournal::replace(Journal shorter) {
    shorter.replace(journal_);
    journal_ = std::move(shorter);
    shortened_to_ = journal_.position();
    writer_.forget();
}

}  // namespace earshot::analytics
