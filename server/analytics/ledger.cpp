#include "server/analytics/ledger.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace earshot::analytics {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "day-";

bool is_in_memory(const fs::path& folder) {
    struct statfs info{};
    return ::statfs(folder.c_str(), &info) == 0 && (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC);
}

// The folder is ours alone, so that nobody can plant or read a key in it.
storage::Descriptor claim(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    struct stat info{};
    if (error || ::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        throw std::runtime_error(
            fmt::format("{}: the folder for the day's counting cannot be made. Choose another storage.runtime_dir.", folder.string()));
    if (info.st_uid != ::geteuid() || ::chmod(folder.c_str(), 0700) != 0)
        throw std::runtime_error(fmt::format(
            "{}: the folder for the day's counting belongs to somebody else. Choose another storage.runtime_dir.", folder.string()));
    storage::Descriptor lock(::open((folder / "counting.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error(fmt::format("{}: another Earshot is counting in this folder. Stop it first.", folder.string()));
    return lock;
}

std::optional<Day> day_of_file(const fs::path& file) {
    const auto stem = file.stem().string();
    return stem.starts_with(prefix) ? parse_day(std::string_view(stem).substr(prefix.size())) : std::nullopt;
}

}  // namespace

void Warnings::set(const std::string& cause, std::string sentence) {
    const std::scoped_lock lock(mutex_);
    sentences_[cause] = std::move(sentence);
}

void Warnings::clear(const std::string& cause) {
    const std::scoped_lock lock(mutex_);
    sentences_.erase(cause);
}

std::vector<std::string> Warnings::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> result;
    for (const auto& [cause, sentence] : sentences_) result.push_back(sentence);
    return result;
}

Ledger::Ledger(storage::Database& database, fs::path runtime, Warnings& warnings, model::Timestamp now)
    : database_(database), runtime_(std::move(runtime)), warnings_(warnings), lock_(claim(runtime_)) {
    if (!is_in_memory(runtime_))
        warnings_.set("runtime",
                      fmt::format("{} is on a disk: what is known about today's listeners could be recovered from it after the day. "
                                  "Set storage.runtime_dir to a folder on a tmpfs.",
                                  runtime_.string()));
    recover(now);
}

fs::path Ledger::file(Day day, std::string_view kind) const {
    return runtime_ / fmt::format("{}{}.{}", prefix, format_day(day), kind);
}

// A clock that was far ahead for a while must not leave a day open until then.
bool Ledger::is_over(Day day, model::Timestamp now) {
    return now > start_of(day + 1) + grace || day > day_of(now) + 1;
}

void Ledger::open(Day day) {
    if (windows_.is_open(day)) return;
    try {
        if (spent_.contains(day)) throw std::runtime_error("its journal is still to be committed");
        auto journal = Journal::open(file(day, "journal"));
        windows_.open(day, DayKey::in_file(file(day, "key")));
        journals_.emplace(day, std::move(journal));
        if (!windows_.key(day).locked())
            warnings_.set("lock", "The day's key could not be locked in memory. Raise the limit (LimitMEMLOCK) or turn swap off.");
    } catch (const std::exception& error) {
        windows_.open(day, DayKey::in_memory());
        warnings_.set("journal", fmt::format("Today's counting is in memory only; a crash may count listeners twice ({}).", error.what()));
    }
}

void Ledger::take_in(std::span<const model::Delivery> deliveries, const Recognition& recognition) {
    std::map<Day, std::string> frames;
    for (const auto& delivery : deliveries) {
        open(windows_.day_for(delivery.time));
        const auto record = windows_.record(delivery, recognition);
        sums_.add(record, windows_.apply(record));
        encode(record, frames[record.hour / 24]);
    }
    for (const auto& [day, bytes] : frames) {
        const auto journal = journals_.find(day);
        if (journal == journals_.end()) continue;
        try {
            journal->second.append(bytes);
        } catch (const std::system_error& error) {
            warnings_.set("journal",
                          fmt::format("Part of today's counting is in memory only; a crash may count listeners twice ({}).", error.what()));
        }
    }
}

void Ledger::commit() noexcept try {
    std::vector<JournalPosition> positions;
    for (const auto* journals : {&journals_, &spent_}) {
        for (const auto& [day, journal] : *journals) positions.push_back({journal.id(), format_day(day), journal.position()});
    }
    if (!sums_.empty()) sums_.commit(database_, positions);
    std::vector<std::string> gone;
    for (auto& [day, journal] : spent_) {
        gone.push_back(journal.id());
        journal.destroy();  // before its position is forgotten: the other way round a crash would add its sums twice
    }
    spent_.clear();
    forget_journals(database_, gone);
    warnings_.clear("database");
} catch (const std::exception& error) {
    try {
        warnings_.set("database", fmt::format("Downloads are counted but cannot be stored at the moment: {}", error.what()));
    } catch (const std::exception&) {  // no memory for a sentence; the next commit tries again
    }
}

void Ledger::close_days(model::Timestamp now) noexcept {
    for (const auto day : windows_.days()) {
        if (!is_over(day, now)) continue;
        windows_.close(day);
        warnings_.clear("journal");
        if (auto journal = journals_.extract(day)) spent_.insert(std::move(journal));
    }
    if (!spent_.empty()) commit();
}

void Ledger::recover(model::Timestamp now) {
    std::map<Day, bool> days;  // → has a journal
    for (const auto& entry : fs::directory_iterator(runtime_)) {
        const auto day = day_of_file(entry.path());
        if (day) days[*day] |= entry.path().extension() == ".journal";
    }
    const auto committed = journal_positions(database_);
    for (const auto& [day, has_journal] : days) {
        if (has_journal)
            replay(day, committed);
        else if (is_over(day, now))
            DayKey::in_file(file(day, "key")).destroy();
    }
    commit();
    close_days(now);
    std::vector<std::string> gone;
    for (const auto& [journal, position] : committed) {
        if (std::ranges::none_of(journals_, [&](const auto& live) { return live.second.id() == journal; }) &&
            std::ranges::none_of(spent_, [&](const auto& live) { return live.second.id() == journal; }))
            gone.push_back(journal);
    }
    forget_journals(database_, gone);
}

void Ledger::replay(Day day, const std::map<std::string, std::uint64_t>& committed) {
    const bool has_key = fs::exists(file(day, "key"));
    open(day);
    const auto opened = journals_.find(day);
    if (opened == journals_.end()) return;  // open() said why
    auto& journal = opened->second;
    const auto known = committed.find(journal.id());
    const auto position = known == committed.end() ? 0 : known->second;
    bool any = false;
    journal.replay([&](const Record& record, std::uint64_t end) {
        any = true;
        const auto outcome = windows_.apply(record);
        if (end > position) sums_.add(record, outcome);
    });
    if (any && !has_key)
        warnings_.set("key", fmt::format("The key of {} is missing: listeners of that day may be counted twice.", format_day(day)));
}

}  // namespace earshot::analytics
