#include "content/storage/migrations.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "content/model/embedded.hpp"
#include "content/model/time.hpp"
#include "content/storage/statement.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> catalogue_sql_files();
std::span<const EmbeddedFile> statistics_sql_files();
}  // namespace earshot::model

namespace earshot::storage {

namespace {

std::vector<Migration> numbered(std::span<const model::EmbeddedFile> files) {
    std::vector<Migration> result;
    for (const auto& file : files) {
        Migration migration{0, file.name.substr(0, file.name.rfind('.')), file.bytes};
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), migration.number);
        if (migration.number <= 0) throw std::logic_error(fmt::format("migration {} has no number", file.name));
        result.push_back(migration);
    }
    std::ranges::sort(result, {}, &Migration::number);
    if (std::ranges::adjacent_find(result, {}, &Migration::number) != result.end())
        throw std::logic_error("two migrations have one number");
    return result;
}

bool has_table(soci::session& session, std::string_view name) {
    std::string found;
    Statement query(session, "select name from sqlite_master where type = 'table' and (:name = '' or name = :name)");
    return query.bind("name", name).into(found).next();
}

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
    throw DatabaseError(DatabaseError::Kind::failed, fmt::format("{}: {}", file.string(), why));
}

void check_integrity(soci::session& session, const std::filesystem::path& file) {
    std::string finding;
    Statement check(session, "pragma quick_check(1)");
    if (!check.into(finding).next() || finding != "ok")
        refuse(file, fmt::format("the database is damaged ({}). Put it aside and restore a backup.", finding));
}

// What was done to this file so far. Refuses files that another program, another kind of database or a newer version wrote.
std::map<int, std::string> recorded(soci::session& session, const std::filesystem::path& file, std::span<const Migration> known) {
    std::map<int, std::string> result;
    int number{};
    std::string name;
    Statement rows(session, "select number, name from schema_migrations order by number");
    rows.into(number).into(name);
    while (rows.next()) result[number] = name;
    for (const auto& [done, its_name] : result) {
        const auto match = std::ranges::find(known, done, &Migration::number);
        if (match == known.end())
            refuse(file,
                   fmt::format("the database was written by a newer Earshot (it has step {}). Start that version, or restore a backup "
                               "made by this one.",
                               its_name));
        if (match->name != its_name)
            refuse(file, fmt::format("this is a different database (its step {} is {}, expected {}). Check the path in the settings.", done,
                                     its_name, match->name));
    }
    return result;
}

void apply(soci::session& session, const Migration& migration) {
    run_script(session, "begin immediate");
    try {
        int done{};
        Statement known(session, "select number from schema_migrations where number = :number");
        if (!known.bind("number", migration.number).into(done).next()) {  // another process may have been faster
            run_script(session, migration.sql);
            Statement record(session, "insert into schema_migrations (number, name, applied_at) values (:number, :name, :applied_at)");
            record.bind("number", migration.number).bind("name", migration.name).bind("applied_at", model::system_now()).run();
            std::string broken;
            Statement references(session, "select \"table\" from pragma_foreign_key_check limit 1");
            if (references.into(broken).next())
                throw std::runtime_error(fmt::format("step {} leaves dangling references in {}", migration.name, broken));
        }
        run_script(session, "commit");
    } catch (...) {
        run_script(session, "rollback");
        throw;
    }
}

}  // namespace

std::span<const Migration> catalogue_migrations() {
    static const auto migrations = numbered(model::catalogue_sql_files());
    return migrations;
}

std::span<const Migration> statistics_migrations() {
    static const auto migrations = numbered(model::statistics_sql_files());
    return migrations;
}

// The library exports no type information of its session, which the sanitizer's check of the cast would need.
[[clang::no_sanitize("vptr")]] void run_script(soci::session& session, std::string_view sql) {
    auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    char* message = nullptr;
    const int code = sqlite_api::sqlite3_exec(backend->conn_, std::string(sql).c_str(), nullptr, nullptr, &message);
    if (code == 0) return;
    const std::string text = message != nullptr ? message : "unknown error";
    sqlite_api::sqlite3_free(message);
    throw soci::sqlite3_soci_error(text, code);
}

void migrate(soci::session& session, const std::filesystem::path& file, std::span<const Migration> migrations, Migrate what) {
    if (what != Migrate::fresh) {
        check_integrity(session, file);
        if (!has_table(session, "schema_migrations"))
            refuse(file, has_table(session, "")
                             ? "this database was not made by Earshot. Check the path in the settings."
                             : "the database is empty though it exists: its content is lost. Restore a backup, or remove "
                               "the file to start anew.");
    } else {
        run_script(session, "create table schema_migrations (number bigint primary key, name text not null, applied_at bigint not null)");
    }
    const auto done = recorded(session, file, migrations);
    for (const auto& migration : migrations) {
        if (done.contains(migration.number)) continue;
        if (what == Migrate::nothing)
            refuse(file,
                   fmt::format("the database lacks a step of this version ({}), which only the server takes, when it starts. Start this "
                               "version's server, or use the program of the version that is running.",
                               migration.name));
        apply(session, migration);
    }
}

}  // namespace earshot::storage
