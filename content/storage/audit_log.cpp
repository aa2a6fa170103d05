#include "content/storage/audit_log.hpp"

#include <fmt/format.h>

#include "content/storage/accounts.hpp"
#include "content/storage/audit_rows.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

namespace {

// Lengths in front, so that no text can pass for another division of the same characters.
std::string chained_hash(std::string_view previous, const AuditEntry& entry) {
    return sha256_hex(fmt::format("{}\n{}\n{}\n{}:{}\n{}:{}\n{}:{}", previous, entry.number, entry.time.time_since_epoch().count(),
                                  entry.who.size(), entry.who, entry.what.size(), entry.what, entry.object.size(), entry.object));
}

// It cannot be an account's. What was typed is not kept: it may be a password, in the wrong field.
constexpr std::string_view no_account = "unknown names";

bool is_account(Database& database, const std::string& name) {
    bool found = false;
    database.read([&](soci::session& session) {
        std::string id;
        Statement query(session, "select id from accounts where name = :name");
        found = query.bind("name", name).into(id).next();
    });
    return found;
}

struct Head {
    long long number{};
    std::string hash;
};

Head read_head(soci::session& session) {
    Head head;
    Statement query(session, "select number, hash from audit_head");
    (void)query.into(head.number).into(head.hash).next();
    return head;
}

}  // namespace

void append_audit(soci::session& session, model::Timestamp now, std::string_view who, std::string_view what, std::string_view object) {
    const auto head = read_head(session);
    AuditEntry entry{head.number + 1, now, std::string(who), std::string(what), std::string(object), ""};
    entry.hash = chained_hash(head.hash, entry);
    Statement insert(session,
                     "insert into audit_log (number, time, who, what, object, hash) values (:number, :time, :who, :what, :object, :hash)");
    insert.bind("number", entry.number).bind("time", entry.time).bind("who", entry.who).bind("what", entry.what);
    insert.bind("object", entry.object).bind("hash", entry.hash).run();
    Statement(session, "update audit_head set number = :number, hash = :hash").bind("number", entry.number).bind("hash", entry.hash).run();
}

AuditLog::AuditLog(Database& database, model::Clock clock) : database_(database), clock_(std::move(clock)) {}

AuditLog::~AuditLog() {
    try {
        write_refused_sign_ins();
    } catch (const std::exception&) {  // the database is away, and nobody is left to be told
    }
}

void AuditLog::add(std::string_view who, std::string_view what, std::string_view object) {
    database_.write([&](soci::session& session) { append_audit(session, clock_(), who, what, object); });
}

void AuditLog::add_look(std::string_view who, std::string_view object) {
    {
        const std::scoped_lock lock(looks_mutex_);
        if (const auto hour = std::chrono::floor<std::chrono::hours>(clock_()); hour != hour_) {
            looks_.clear();
            hour_ = hour;
        }
        if (!looks_.insert(fmt::format("{} {}", who, object)).second) return;
    }
    try {
        add(who, "statistics.view", object);
    } catch (const DatabaseError& error) {
        if (!passing_refusal(error)) throw;
    }
}

void AuditLog::add_refused_sign_in(std::string_view typed_name) {
    const auto hour = std::chrono::floor<std::chrono::hours>(clock_());
    bool is_over = false;
    {
        const std::scoped_lock lock(refused_mutex_);
        is_over = !refused_.empty() && hour != refused_hour_;
    }
    if (is_over) write_refused_sign_ins();
    auto name = tidy_account_name(typed_name);
    if (!is_account(database_, name)) name = no_account;
    const std::scoped_lock lock(refused_mutex_);
    if (refused_.empty()) refused_hour_ = hour;
    ++refused_[std::move(name)];
}

void AuditLog::write_refused_sign_ins() {
    std::map<std::string, std::uint64_t> names;
    std::string hour;
    {
        const std::scoped_lock lock(refused_mutex_);
        names.swap(refused_);
        hour = model::format_rfc3339(refused_hour_);
    }
    if (names.empty()) return;
    try {
        for (; !names.empty(); names.erase(names.begin())) {
            const auto& [who, times] = *names.begin();
            add(who, "session.refused", fmt::format("{} times in the hour from {}", times, hour));
        }
    } catch (const DatabaseError& error) {
        if (!passing_refusal(error)) throw;
        const std::scoped_lock lock(refused_mutex_);
        for (const auto& [name, times] : names) refused_[name] += times;
    }
}

std::vector<AuditEntry> AuditLog::list(int limit) {
    write_refused_sign_ins();
    std::vector<AuditEntry> result;
    database_.read([&](soci::session& session) {
        AuditEntry entry;
        Statement rows(session, "select number, time, who, what, object, hash from audit_log order by number desc limit :limit");
        rows.bind("limit", limit).into(entry.number).into(entry.time).into(entry.who).into(entry.what).into(entry.object).into(entry.hash);
        while (rows.next()) result.push_back(entry);
    });
    return result;
}

long long AuditLog::verify() {
    long long broken = 0;
    database_.read([&](soci::session& session) {
        AuditEntry entry;
        Head last;
        Statement rows(session, "select number, time, who, what, object, hash from audit_log order by number");
        rows.into(entry.number).into(entry.time).into(entry.who).into(entry.what).into(entry.object).into(entry.hash);
        while (broken == 0 && rows.next()) {
            if (entry.number != last.number + 1 || entry.hash != chained_hash(last.hash, entry)) broken = last.number + 1;
            last = {entry.number, entry.hash};
        }
        const auto head = read_head(session);
        if (broken == 0 && (head.number != last.number || head.hash != last.hash)) broken = last.number + 1;
    });
    return broken;
}

}  // namespace earshot::storage
