#include "content/storage/database.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include "content/storage/descriptor.hpp"
#include "content/storage/migrations.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

namespace {

using SessionPtr = std::unique_ptr<soci::session>;

SessionPtr connect(const std::filesystem::path& file) {
    if (file.string().find('"') != std::string::npos)
        throw DatabaseError(DatabaseError::Kind::failed,
                            fmt::format("{}: a database path may not contain quotation marks.", file.string()));
    return std::make_unique<soci::session>(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=10", file.string()));
}

// The library's text minus its habit of quoting every parameter, which may be a secret.
[[noreturn]] void rethrow(const soci::soci_error& error, const std::filesystem::path& file) {
    using Kind = DatabaseError::Kind;
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    const int code = sqlite != nullptr ? sqlite->result() & 0xff : 0;
    if (code == SQLITE_FULL) throw DatabaseError(Kind::full, "The disk is full, so nothing was changed. Free some space and try again.");
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        throw DatabaseError(Kind::busy, fmt::format("{}: another program is holding the database. Try again.", file.string()));
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        throw DatabaseError(Kind::failed, fmt::format("{}: the database is damaged ({}). Put it aside and restore a backup.", file.string(),
                                                      error.get_error_message()));
    if (code == SQLITE_CONSTRAINT) throw DatabaseError(Kind::constraint, error.get_error_message());
    throw DatabaseError(Kind::failed, fmt::format("{}: {}", file.string(), error.get_error_message()));
}

std::filesystem::path beside(const std::filesystem::path& file, const char* suffix) {
    return file.string() + suffix;
}

void remove_database(const std::filesystem::path& file) {
    for (const auto* suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(beside(file, suffix));
}

Descriptor open_folder(const std::filesystem::path& folder) {
    Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor)
        throw DatabaseError(DatabaseError::Kind::failed, fmt::format("{}: the folder for the database cannot be opened ({}).",
                                                                     folder.string(), std::generic_category().message(errno)));
    return descriptor;
}

// A step that made the file much smaller gives the room back; when that cannot be done now, the pages are used again as they are.
void give_back_room(soci::session& session) {
    long long free = 0, all = 0;
    (void)Statement(session, "select freelist_count, page_count from pragma_freelist_count, pragma_page_count").into(free).into(all).next();
    constexpr long long worthwhile = 4096;  // pages
    if (free < worthwhile || free * 2 < all) return;
    try {
        run_script(session, "vacuum");
    } catch (const soci::soci_error&) {
    }
}

// A new database appears under its name only when it is whole, so that an empty file never passes for a fresh start.
void create_if_absent(const std::filesystem::path& file, std::span<const Migration> migrations) {
    const auto folder = open_folder(file.parent_path());
    const FolderLock lock(folder);
    if (std::filesystem::exists(file)) return;
    if (std::filesystem::exists(beside(file, "-wal")))
        throw DatabaseError(
            DatabaseError::Kind::failed,
            fmt::format("{}: the database is missing though its journal is there. Restore a backup, or remove the journal to "
                        "start anew.",
                        file.string()));
    const auto fresh = beside(file, ".new");
    remove_database(fresh);
    Descriptor(checked(::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create the database"));
    {
        const auto session = connect(fresh);
        run_script(*session, "pragma synchronous = full");
        migrate(*session, fresh, migrations, Migrate::fresh);
    }
    std::filesystem::rename(fresh, file);
    sync_to_disk(folder);
}

class Transaction {
public:
    Transaction(soci::session& session, const char* begin) : session_(session) { run_script(session_, begin); }
    ~Transaction() {
        if (committed_) return;
        try {
            run_script(session_, "rollback");
        } catch (const soci::soci_error&) {  // the engine rolls back by itself when the disk is full
        }
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        run_script(session_, "commit");
        committed_ = true;
    }

private:
    soci::session& session_;
    bool committed_ = false;
};

}  // namespace

std::optional<model::Error> passing_refusal(const DatabaseError& error) {
    using enum DatabaseError::Kind;
    if (error.kind() == full)
        return model::Error{model::Errc::insufficient_storage,
                            "The server's disk is full, so nothing was changed. Ask its operator to free some space, then try again."};
    if (error.kind() == busy)
        return model::Error{model::Errc::unavailable, "The server is busy, so nothing was changed. Try again in a moment."};
    return std::nullopt;
}

bool is_behind(const std::filesystem::path& file, std::span<const Migration> migrations) {
    if (!std::filesystem::exists(file)) return true;
    try {
        const auto session = connect(file);
        long long done = 0;
        Statement count(*session, "select count(*) from schema_migrations");
        return count.into(done).next() && done < static_cast<long long>(migrations.size());
    } catch (const soci::soci_error& error) {
        rethrow(error, file);
    }
}

struct Database::State {
    std::filesystem::path file;
    std::mutex writing;
    SessionPtr writer;
    std::mutex choosing;
    std::condition_variable freed;
    std::vector<SessionPtr> idle;

    SessionPtr take_reader() {
        std::unique_lock lock(choosing);
        freed.wait(lock, [this] { return !idle.empty(); });
        auto session = std::move(idle.back());
        idle.pop_back();
        return session;
    }

    void give_back(SessionPtr session) {
        {
            const std::scoped_lock lock(choosing);
            idle.push_back(std::move(session));
        }
        freed.notify_one();
    }

    void open(const Options& options) {
        if (options.create)
            create_if_absent(file, options.migrations);
        else if (!std::filesystem::exists(file))
            throw DatabaseError(DatabaseError::Kind::failed, fmt::format("{}: there is no such database.", file.string()));
        writer = connect(file);
        migrate(*writer, file, options.migrations, options.migrate ? Migrate::existing : Migrate::nothing);
        if (options.migrate) give_back_room(*writer);
        run_script(*writer, "pragma journal_mode = wal; pragma journal_size_limit = 67108864; pragma foreign_keys = on");
        run_script(*writer, options.full_sync ? "pragma synchronous = full" : "pragma synchronous = normal");
        for (int i = 0; i < std::max(1, options.readers); ++i) {
            auto reader = connect(file);
            run_script(*reader, "pragma query_only = on; pragma cache_size = -8192");  // KiB: statistics read the same days more than once
            idle.push_back(std::move(reader));
        }
    }
};

Database::Database(const Options& options) : state_(std::make_unique<State>()) {
    state_->file = std::filesystem::absolute(options.file);
    try {
        state_->open(options);
    } catch (const soci::soci_error& error) {
        rethrow(error, state_->file);
    }
}

Database::~Database() = default;

void Database::read(const std::function<void(soci::session&)>& f) {
    struct Loan {
        State& state;
        SessionPtr session;
        ~Loan() { state.give_back(std::move(session)); }
    } loan{*state_, state_->take_reader()};
    try {
        Transaction transaction(*loan.session, "begin");
        f(*loan.session);
        transaction.commit();
    } catch (const soci::soci_error& error) {
        rethrow(error, state_->file);
    }
}

void Database::write(const std::function<void(soci::session&)>& f) {
    const std::scoped_lock lock(state_->writing);
    try {
        Transaction transaction(*state_->writer, "begin immediate");
        f(*state_->writer);
        transaction.commit();
    } catch (const soci::soci_error& error) {
        rethrow(error, state_->file);
    }
}

void Database::backup_to(const std::filesystem::path& target) {
    const auto file = std::filesystem::absolute(target);
    const auto copy = beside(file, ".new");
    try {
        const auto folder = open_folder(file.parent_path());
        remove_database(copy);
        const Descriptor descriptor(checked(::open(copy.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create the backup"));
        const auto source = connect(state_->file);
        Statement(*source, "vacuum into :copy").bind("copy", copy.string()).run();
        std::string finding;
        const auto session = connect(copy);
        Statement check(*session, "pragma integrity_check(1)");
        if (!check.into(finding).next() || finding != "ok")
            throw DatabaseError(
                DatabaseError::Kind::failed,
                fmt::format("The backup of {} came out damaged ({}); the last good one was kept.", state_->file.string(), finding));
        sync_to_disk(descriptor);
        std::filesystem::rename(copy, file);
        sync_to_disk(folder);
    } catch (const soci::soci_error& error) {
        remove_database(copy);
        rethrow(error, state_->file);
    } catch (...) {
        remove_database(copy);
        throw;
    }
}

}  // namespace earshot::storage
