#include "content/storage/audit_log.hpp"

#include <thread>

#include "content/storage/statement.hpp"
#include "tests/storage/fixture.hpp"

using namespace earshot;
using namespace earshot::storage;
using tests::Opened;

namespace {

struct Log : Opened {
    AuditLog log{database, time.clock()};

    void add_ten() {
        for (int i = 1; i <= 10; ++i) {
            log.add("producer", "episode.publish", "episode" + std::to_string(i));
            time.advance(std::chrono::seconds(1));
        }
    }
    // As somebody with the file in hand would.
    void tamper(const char* sql) {
        database.write([&](soci::session& session) {
            Statement(session, "drop trigger if exists audit_log_no_update").run();
            Statement(session, "drop trigger if exists audit_log_no_delete").run();
            Statement(session, sql).run();
        });
    }
};

}  // namespace

TEST_CASE("the log is listed newest first and is whole") {
    Log l;
    CHECK(l.log.verify() == 0);
    l.add_ten();
    const auto entries = l.log.list(3);
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].number == 10);
    CHECK(entries[0].object == "episode10");
    CHECK(entries[2].number == 8);
    CHECK(entries[0].time == l.time.now() - std::chrono::seconds(1));
    CHECK(l.log.verify() == 0);
}

TEST_CASE("rows cannot be changed or removed in passing") {
    Log l;
    l.add_ten();
    for (const auto* sql : {"update audit_log set who = 'x'", "delete from audit_log"})
        CHECK_THROWS_AS(l.database.write([&](soci::session& session) { Statement(session, sql).run(); }), DatabaseError);
    CHECK(l.log.verify() == 0);
}

TEST_CASE("every break of the chain is found where it is") {
    Log l;
    l.add_ten();
    const auto broken_at = [&](const char* sql, long long number) {
        l.tamper(sql);
        CHECK(l.log.verify() == number);
    };
    SECTION("another name") {
        broken_at("update audit_log set who = 'Producer' where number = 4", 4);
    }
    SECTION("another time") {
        broken_at("update audit_log set time = time + 1 where number = 1", 1);
    }
    SECTION("another object") {
        broken_at("update audit_log set object = '' where number = 10", 10);
    }
    SECTION("letters moved between fields") {
        broken_at("update audit_log set who = 'produce', what = 'repisode.publish' where number = 5", 5);
    }
    SECTION("another hash") {
        broken_at("update audit_log set hash = upper(hash) where number = 6", 6);
    }
    SECTION("a row gone") {
        broken_at("delete from audit_log where number = 7", 7);
    }
    SECTION("the first gone") {
        broken_at("delete from audit_log where number = 1", 1);
    }
    SECTION("the last gone") {
        broken_at("delete from audit_log where number = 10", 10);
    }
    SECTION("all gone") {
        broken_at("delete from audit_log", 1);
    }
    SECTION("rows swapped") {
        broken_at("update audit_log set number = case number when 2 then -3 when 3 then -2 end where number in (2, 3)", 1);
    }
}

TEST_CASE("many threads of two processes add to one chain") {
    Log l;
    Database second({.file = l.file, .migrations = catalogue_migrations()});
    AuditLog theirs(second);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) (t % 2 == 0 ? l.log : theirs).add("a", "b", "c");
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(l.log.list(100).size() == 40);
    CHECK(l.log.verify() == 0);
}
