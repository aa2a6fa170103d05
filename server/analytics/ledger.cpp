#include "server/analytics/ledger.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "server/analytics/stored_sums.hpp"

namespace earshot::analytics {

namespace fs = std::filesystem;

void Warnings::set(const std::string& cause, std::string sentence) {
    const std::scoped_lock lock(mutex_);
    sentences_[cause] = std::move(sentence);
}

void Warnings::clear(const std::string& cause) {
    const std::scoped_lock lock(mutex_);
    sentences_.erase(cause);
}

void Warnings::clear_all(std::string_view prefix) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(sentences_, [&](const auto& each) { return each.first.starts_with(prefix); });
}

std::vector<std::string> Warnings::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> result;
    for (const auto& [cause, sentence] : sentences_) result.push_back(sentence);
    return result;
}

namespace {

constexpr const char* not_locked =
    "What is remembered of today's listeners could not all be locked in memory. Raise the limit (LimitMEMLOCK) or turn swap off.";

// Of a day's journal; gone with the day.
std::string cause(Day day, std::string_view what) {
    return fmt::format("{} {}", format_day(day), what);
}

}  // namespace

Ledger::Ledger(storage::Database& database, fs::path runtime, Warnings& warnings, model::Timestamp now, LedgerOptions options)
    : database_(database), warnings_(warnings), options_(options), folder_(std::move(runtime)) {
    if (!in_memory_)
        warnings_.set(
            "runtime",
            fmt::format("{} is on a disk, where what is known of today's listeners must not come: they are counted in memory only, "
                        "and a restart may count them twice. Set storage.runtime_dir to a folder on a tmpfs.",
                        folder_.path().string()));
    recover(now);
    forget_old_hours(now);
}

void Ledger::open(Day day) {
    if (windows_.is_open(day)) return;
    if (!in_memory_ && !fs::exists(folder_.journal(day))) {
        windows_.open(day, DayKey::in_memory());
        if (!windows_.is_locked(day)) warnings_.set("lock", not_locked);
        return;
    }
    try {
        if (spent_.contains(day)) throw std::runtime_error("its journal is still to be committed");
        auto journal = Journal::open(folder_.journal(day));
        if (journal.replaced_another_format())
            warnings_.set(
                cause(day, "format"),
                fmt::format("The journal of {} is of another version of Earshot and could not be read: listeners of that day may be "
                            "counted twice.",
                            format_day(day)));
        windows_.open(day, DayKey::in_file(folder_.key(day)));
        journals_.emplace(day, DayJournal(std::move(journal), terms_));
        if (!windows_.is_locked(day)) warnings_.set("lock", not_locked);
    } catch (const std::exception& error) {
        windows_.open(day, DayKey::in_memory());
        warnings_.set(cause(day, "journal"),
                      fmt::format("Today's counting is in memory only; a crash may count listeners twice ({}).", error.what()));
    }
}

void Ledger::take_in(std::span<const model::Delivery> deliveries, const Recognition& recognition) try {
    windows_.new_batch();
    for (std::size_t at = 0; at < deliveries.size(); ++at) {
        const auto& delivery = deliveries[at];
        open(windows_.day_for(delivery.time));
        windows_.take(delivery, recognition, step_, at + 1 < deliveries.size() ? &deliveries[at + 1] : nullptr);
        sums_.add(step_);
        if (const auto journal = journals_.find(step_.hour / 24); journal != journals_.end()) journal->second.add(step_);
    }
    write_journals();
} catch (...) {
    write_journals();  // what is in the sums must not come into a journal after they were committed
    throw;
}

void Ledger::write_journals() {
    for (auto& [day, journal] : journals_) {
        try {
            journal.write();
        } catch (const std::system_error& error) {
            warnings_.set(cause(day, "append"),
                          fmt::format("Part of today's counting is in memory only; a crash may count listeners twice ({}).", error.what()));
        }
    }
}

std::vector<JournalPosition> Ledger::positions() const {
    std::vector<JournalPosition> result;
    for (const auto& [day, journal] : journals_)
        result.push_back({journal.journal().id(), format_day(day), journal.journal().position(), in_reach_.contains(day)});
    for (const auto& [day, journal] : spent_) result.push_back({journal.id(), format_day(day), journal.position(), true});
    return result;
}

void Ledger::commit() noexcept try {
    if (!private_memory_is_locked() && may_be_swapped()) warnings_.set("lock", not_locked);
    if (!sums_.empty()) {
        const auto first = sums_.commit(database_, positions());
        if (first && options_.changed) options_.changed(*first);
    }
    if (std::exchange(day_closed_, false)) {
        const auto open = windows_.days();
        terms_.forget_contexts_before(open.empty() ? std::numeric_limits<Day>::max() : open.front());
    }
    std::vector<std::string> gone;
    for (auto& [day, journal] : spent_) {
        gone.push_back(journal.id());
        journal.destroy();  // before its position is forgotten: the other way round a crash would add its sums twice
    }
    spent_.clear();
    forget_journals(database_, gone);
    shorten_journals();
    warnings_.clear("database");
} catch (const std::exception& error) {
    try {
        warnings_.set("database", fmt::format("Downloads are counted but cannot be stored at the moment: {}", error.what()));
    } catch (const std::exception&) {  // no memory for a sentence; the next commit tries again
    }
}

void Ledger::add_reach(Day day) noexcept {
    if (in_reach_.erase(day) > 0) return;
    try {
        sums_.add(reach_of(windows_.listens(day), terms_, options_.suppress_below));
    } catch (const std::exception& error) {  // no memory
        warnings_.set("reach", fmt::format("How far the listeners of {} got is not known: {}", format_day(day), error.what()));
    }
}

void Ledger::close(Day day) noexcept {
    add_reach(day);
    windows_.close(day);
    day_closed_ = true;
    wipe(&step_.record.listener, sizeof step_.record.listener);
    wipe(&step_.record.place, sizeof step_.record.place);
    warnings_.clear_all(format_day(day));
    Journal::destroy(folder_.shorter_journal(day));
    if (auto journal = journals_.extract(day)) spent_.emplace(day, std::move(journal.mapped().journal()));
}

void Ledger::close_days(model::Timestamp now) noexcept {
    for (const auto day : windows_.days()) {
        if (is_over(day, now) || (!in_memory_ && journals_.contains(day))) close(day);  // a disk keeps none for a moment longer
    }
    if (spent_.empty() && !day_closed_) return;
    commit();
    forget_old_hours(now);
}

void Ledger::forget_old_hours(model::Timestamp now) noexcept try {
    forget_hours(database_, first_hourly(now, options_.keep_hours));
} catch (const std::exception&) {  // at the end of the next day
}

void Ledger::shorten(Day day, DayJournal& journal) {
    auto shorter = journal.shorter(folder_.shorter_journal(day), windows_, day);
    // From here on a restart may find either file, and the database knows how far both are in the sums.
    try {
        database_.write([&](soci::session& session) {
            save_positions(session, {{shorter.id(), format_day(day), shorter.position(), in_reach_.contains(day)}});
        });
        journal.replace(shorter);
    } catch (...) {
        shorter.destroy();
        throw;
    }
    for (const auto* what : {"append", "long"}) warnings_.clear(cause(day, what));
}

// Both files, the long and the shorter one, have to fit in beside each other, and yesterday's.
std::uint64_t Ledger::long_journal() const {
    const auto capacity = folder_.capacity();
    return capacity ? std::min(options_.long_journal, *capacity / 4) : options_.long_journal;
}

void Ledger::shorten_journals() {
    std::vector<std::string> gone;
    for (auto& [day, journal] : journals_) {
        if (!journal.is_due(long_journal(), windows_.listens(day).size())) continue;
        try {
            const auto longer = journal.journal().id();
            shorten(day, journal);
            gone.push_back(longer);
        } catch (const std::exception& error) {
            journal.postpone();
            warnings_.set(cause(day, "long"),
                          fmt::format("The journal of today's counting grows and cannot be shortened ({}).", error.what()));
        }
    }
    forget_journals(database_, gone);
}

void Ledger::recover(model::Timestamp now) {
    const auto committed = journal_positions(database_);
    for (const auto day : days_in(folder_.path())) {
        Journal::destroy(folder_.shorter_journal(day));
        if (fs::exists(folder_.journal(day)))
            replay(day, committed);
        else if ((is_over(day, now) || !in_memory_) && fs::exists(folder_.key(day)))
            DayKey::in_file(folder_.key(day)).destroy();
    }
    commit();
    close_days(now);
    const auto live = positions();
    std::vector<std::string> gone;
    for (const auto& [journal, position] : committed) {
        if (std::ranges::find(live, journal, &JournalPosition::journal) == live.end()) gone.push_back(journal);
    }
    forget_journals(database_, gone);
}

void Ledger::replay(Day day, const std::map<std::string, JournalPosition>& committed) {
    const bool has_key = fs::exists(folder_.key(day));
    open(day);
    const auto opened = journals_.find(day);
    if (opened == journals_.end()) return;  // open() said why
    auto& journal = opened->second.journal();
    const auto known = committed.find(journal.id());
    const auto position = known == committed.end() ? 0 : known->second.position;
    if (known != committed.end() && known->second.in_reach) in_reach_.insert(day);
    bool any = false, is_fresh = false;  // beyond what the database has
    Outcome outcome;
    EntryReader reader(
        terms_,
        {.record =
             [&](Record&& record) {
                 outcome = {};
                 windows_.apply(record, outcome);
                 if (is_fresh) sums_.add(terms_.context_of(record.context).episode, record.context, record.hour, outcome);
             },
         .cell =
             [&](std::uint32_t episode, Hour hour, const HourCells::Cell& cell) {
                 if (is_fresh) sums_.cells().of(episode, hour) += cell;
             },
         .listen = [&](const ListenerKey& listener, Listen&& listen) { windows_.restore(day, listener, std::move(listen)); },
         .crowd = [&](std::uint32_t row, std::uint32_t at, std::uint16_t count) { return windows_.crowds(day).set(row, at, count); }});
    journal.replay([&](std::string_view entries, std::uint64_t end) {
        any = true;
        is_fresh = end > position;
        return reader.read(entries);
    });
    if (any && !has_key)
        warnings_.set(cause(day, "key"),
                      fmt::format("The key of {} is missing: listeners of that day may be counted twice.", format_day(day)));
}

}  // namespace earshot::analytics
