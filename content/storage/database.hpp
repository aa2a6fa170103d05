#pragma once
// A SQLite file opened through SOCI, migrated forward, with one writer and a few readers. Thread-safe.
// (The same SQL text is meant for PostgreSQL; only this class knows which engine it is.)

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

// Numbered forward migrations, embedded in the binary; each runs in one transaction and is recorded in schema_migrations.
struct Migration {
    int number;
    std::string_view name;  // "0001_catalogue"
    std::string_view sql;
};
[[nodiscard]] std::span<const Migration> catalogue_migrations();   // content/storage/migrations/catalogue/*.sql
[[nodiscard]] std::span<const Migration> statistics_migrations();  // content/storage/migrations/statistics/*.sql

// True when opening the file as a Database would change its tables. Throws DatabaseError when that cannot be said.
[[nodiscard]] bool is_behind(const std::filesystem::path& file, std::span<const Migration> migrations);

// What only the machine or a bug can cause. The text never holds parameter values.
class DatabaseError : public std::runtime_error {
public:
    enum class Kind {
        failed,      // damaged, unreadable, wrong SQL
        full,        // no space left: nothing was changed → 507
        busy,        // another process held the lock for 10 s
        constraint,  // a trigger or constraint said no
    };
    DatabaseError(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

// What a client hears of an error that will pass: insufficient_storage (full), unavailable (busy). nullopt: a fault.
[[nodiscard]] std::optional<model::Error> passing_refusal(const DatabaseError& error);

class Database {
public:
    struct Options {
        std::filesystem::path file;
        std::span<const Migration> migrations;
        int readers = 4;
        bool full_sync = true;  // PRAGMA synchronous=FULL, else NORMAL
        bool create = true;     // make the file when absent (mode 0600, complete or not at all); else refuse
        bool migrate = true;    // run the migrations an existing file lacks; else refuse it
    };
    // Opens the file and sets WAL. Throws DatabaseError with a sentence when the file is damaged, newer than this program, cannot be
    // opened, or is refused by the options: the program must then not go on.
    explicit Database(const Options& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Both throw DatabaseError for what the database says, and let anything else that f throws through. Do not nest them.
    // Runs f with a reader session on one consistent state; concurrent. Blocks while all readers are taken.
    void read(const std::function<void(soci::session&)>& f);
    // Runs f inside BEGIN IMMEDIATE … COMMIT on the writer; rolls back when f throws. Serialised.
    void write(const std::function<void(soci::session&)>& f);

    // Online copy (VACUUM INTO a temporary name, integrity_check, fsync, rename). Throws on failure.
    void backup_to(const std::filesystem::path& file);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::storage
