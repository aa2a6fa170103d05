#include "content/storage/accounts.hpp"

#include <thread>

#include "content/storage/sign_in_throttle.hpp"
#include "tests/storage/fixture.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using model::Errc;
using model::Role;
using tests::Opened;

namespace {

constexpr const char* password = "correct battery horse";

struct Staff : Opened {
    Accounts accounts{database, time.clock()};
    model::Account anna = accounts.create_account("anna", Role::producer, password).value();

    Errc sign_in_error(std::string_view name, std::string_view word, std::string_view network = "n1") {
        return accounts.sign_in(name, word, network).error().code;
    }
    // All that is in the database's files, also what was not checkpointed yet.
    [[nodiscard]] std::string everything() const { return tests::slurp(file) + tests::slurp(file.string() + "-wal"); }
};

}  // namespace

TEST_CASE("accounts need a proper name and a password that is not known to everybody") {
    Staff s;
    const auto refuses = [&](std::string_view name, std::string_view word) {
        const auto result = s.accounts.create_account(name, Role::admin, word);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == Errc::invalid_input);
    };
    refuses("Ben", password);
    refuses("b", password);
    refuses("ben jones", password);
    refuses(std::string(65, 'b'), password);
    refuses("ben", "eleven char");
    refuses("ben", "Password1234");
    refuses("ben", "aaaaaaaaaaaaaaa");
    refuses("ben", "benbenbenben");
    refuses("ben", "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC");  // seven characters in fourteen bytes
    CHECK(s.accounts.create_account("anna", Role::admin, password).error().code == Errc::conflict);
    CHECK(s.accounts.create_account("ben@press.example", Role::analyst, password).has_value());
    const auto all = s.accounts.list_accounts();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "anna");
    CHECK(all[0].role == Role::producer);
    CHECK(all[1].role == Role::analyst);
    CHECK(all[1].id != all[0].id);
}

TEST_CASE("signing in gives a session that ends by itself, by signing out and by a new password") {
    Staff s;
    const auto session = s.accounts.sign_in("Anna", password, "n1").value();
    CHECK(session.secret.size() == 52);
    CHECK(session.identity.name == "anna");
    CHECK(session.identity.via_session);
    const auto found = s.accounts.find_session(session.secret).value();
    CHECK(found.name == "anna");
    CHECK(found.role == Role::producer);
    CHECK(found.via_session);
    CHECK(found.csrf_token == session.csrf_token);
    CHECK_FALSE(s.accounts.find_session(session.csrf_token).has_value());
    CHECK_FALSE(s.accounts.find_session("").has_value());

    SECTION("idle") {
        s.time.advance(29min);
        CHECK(s.accounts.find_session(session.secret).has_value());
        s.time.advance(29min);
        CHECK(s.accounts.find_session(session.secret).has_value());
        s.time.advance(30min);
        CHECK_FALSE(s.accounts.find_session(session.secret).has_value());
    }
    SECTION("after twelve hours, however busy") {
        for (int i = 0; i < 35; ++i) {
            s.time.advance(20min);
            CHECK(s.accounts.find_session(session.secret).has_value());
        }
        s.time.advance(20min);
        CHECK_FALSE(s.accounts.find_session(session.secret).has_value());
    }
    SECTION("signed out") {
        s.accounts.sign_out(session.secret);
        CHECK_FALSE(s.accounts.find_session(session.secret).has_value());
    }
    SECTION("a new password") {
        REQUIRE(s.accounts.set_password("anna", "another battery horse").has_value());
        CHECK_FALSE(s.accounts.find_session(session.secret).has_value());
        CHECK(s.sign_in_error("anna", password) == Errc::unauthenticated);
        CHECK(s.accounts.sign_in("anna", "another battery horse", "n1").has_value());
        CHECK(s.accounts.set_password("nobody", password).error().code == Errc::not_found);
    }
}

TEST_CASE("unknown names and wrong passwords get one and the same answer") {
    Staff s;
    const auto wrong = s.accounts.sign_in("anna", "wrong battery horse", "n1").error();
    const auto unknown = s.accounts.sign_in("nobody", password, "n1").error();
    CHECK(wrong.code == Errc::unauthenticated);
    CHECK(unknown.code == wrong.code);
    CHECK(unknown.message == wrong.message);
    CHECK(s.sign_in_error("nobody", "") == Errc::unauthenticated);
    CHECK(s.sign_in_error("", "") == Errc::unauthenticated);
}

TEST_CASE("guessing at one name is slowed down, with growing waits, and ends with success") {
    Staff s;
    for (int i = 0; i < 5; ++i) CHECK(s.sign_in_error("anna", "guess", "n" + std::to_string(i)) == Errc::unauthenticated);
    CHECK(s.sign_in_error("anna", password, "n9") == Errc::rate_limited);  // even the right one has to wait
    CHECK(s.accounts.sign_in("anna", password, "n9").error().message.find("30 seconds") != std::string::npos);
    s.time.advance(30s);
    CHECK(s.sign_in_error("anna", "guess", "n9") == Errc::unauthenticated);
    s.time.advance(59s);
    CHECK(s.sign_in_error("anna", password, "n9") == Errc::rate_limited);
    s.time.advance(1s);
    CHECK(s.accounts.sign_in("anna", password, "n9").has_value());
    CHECK(s.sign_in_error("anna", "guess", "n9") == Errc::unauthenticated);  // anew
}

TEST_CASE("guessing at many names from one network is slowed down, without holding up the names") {
    Staff s;
    for (int i = 0; i < 5; ++i) CHECK(s.sign_in_error("name" + std::to_string(i), "guess", "bad") == Errc::unauthenticated);
    for (int i = 0; i < 8; ++i) CHECK(s.sign_in_error("anna", "guess", "bad") == Errc::rate_limited);
    CHECK(s.accounts.sign_in("anna", password, "good").has_value());
}

TEST_CASE("the throttle counts tries made at the same time, and forgets") {
    tests::FakeClock time;
    SignInThrottle throttle(time.clock());
    std::atomic<int> let_through = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) let_through += throttle.start_try("anna") ? 0 : 1;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(let_through == 5);
    CHECK(throttle.start_try("anna") == 30s);
    for (const auto wait : {30s, 60s, 120s, 240s, 480s, 480s, 480s}) {
        CHECK(throttle.start_try("anna") == wait);
        time.advance(wait);
        CHECK_FALSE(throttle.start_try("anna").has_value());
    }
    time.advance(601s);
    for (int i = 0; i < 5; ++i) CHECK_FALSE(throttle.start_try("anna").has_value());
    CHECK(throttle.start_try("anna") == 30s);
    throttle.forgive("anna");
    CHECK_FALSE(throttle.start_try("anna").has_value());
}

TEST_CASE("who failed to sign in is remembered for ten minutes, whatever the clock does") {
    tests::FakeClock time;
    SignInThrottle throttle(time.clock());
    for (int i = 0; i < 5; ++i) CHECK_FALSE(throttle.start_try("anna").has_value());
    CHECK_FALSE(throttle.start_try("ben").has_value());
    throttle.take_back("ben");
    CHECK(throttle.size() == 1);  // who made no mistake is not kept
    time.advance(-24h);
    CHECK(throttle.start_try("anna") == 30s);
    time.advance(30s);
    CHECK_FALSE(throttle.start_try("anna").has_value());
    time.advance(601s);
    CHECK_FALSE(throttle.start_try("clara").has_value());
    CHECK(throttle.size() == 1);
}

TEST_CASE("no account is taken for the console, or for a token") {
    Staff s;
    for (const auto* name : {"console", "token:nightly"})
        CHECK(s.accounts.create_account(name, Role::admin, password).error().code == Errc::invalid_input);
}

TEST_CASE("a page that asks by itself does not keep a session alive") {
    Staff s;
    const auto session = s.accounts.sign_in("anna", password, "n1").value();
    for (int minute = 0; minute < 29; ++minute) {
        s.time.advance(1min);
        REQUIRE(s.accounts.find_session(session.secret, false));
    }
    s.time.advance(1min);
    CHECK_FALSE(s.accounts.find_session(session.secret, false));
}

TEST_CASE("tokens work until they expire or are revoked") {
    Staff s;
    const auto token = s.accounts.create_token("nightly upload", Role::producer, s.time.now() + 24h).value();
    CHECK(token.starts_with("ear_"));
    CHECK(token.size() == 56);
    const auto found = s.accounts.find_token(token).value();
    CHECK(found.name == "token:nightly upload");  // never taken for an account
    CHECK(found.role == Role::producer);
    CHECK_FALSE(found.via_session);
    CHECK_FALSE(s.accounts.find_token("ear_" + random_id(256)).has_value());
    CHECK_FALSE(s.accounts.find_token(token.substr(4)).has_value());
    CHECK_FALSE(s.accounts.find_token("").has_value());
    CHECK(s.accounts.create_token("nightly upload", Role::admin, {}).error().code == Errc::conflict);
    CHECK(s.accounts.create_token("", Role::admin, {}).error().code == Errc::invalid_input);
    CHECK(s.accounts.create_token("late", Role::admin, s.time.now()).error().code == Errc::invalid_input);
    SECTION("revoked") {
        REQUIRE(s.accounts.revoke_token("nightly upload").has_value());
        CHECK_FALSE(s.accounts.find_token(token).has_value());
        CHECK(s.accounts.revoke_token("nightly upload").error().code == Errc::not_found);
    }
    SECTION("expired") {
        s.time.advance(24h);
        CHECK_FALSE(s.accounts.find_token(token).has_value());
    }
    SECTION("without end") {
        const auto lasting = s.accounts.create_token("lasting", Role::analyst, {}).value();
        s.time.advance(24h * 10'000);
        CHECK(s.accounts.find_token(lasting)->role == Role::analyst);
    }
}

// Guards: whoever gets hold of a backup must not get hold of anybody's access.
TEST_CASE("no secret is in the database's files") {
    Staff s;
    const auto session = s.accounts.sign_in("anna", password, "secret-network").value();
    const auto token = s.accounts.create_token("t", Role::admin, {}).value();
    (void)s.sign_in_error("anna", "mistyped-password", "secret-network");
    const auto bytes = s.everything();
    CHECK(bytes.find("anna") != std::string::npos);
    CHECK(bytes.find("$argon2id$") != std::string::npos);
    for (const auto& secret : {session.secret, session.csrf_token, token, token.substr(4), std::string(password),
                               std::string("mistyped-password"), std::string("secret-network")})
        CHECK(bytes.find(secret) == std::string::npos);
}

TEST_CASE("many sign-ins at once wait for their turn, and too many are sent away") {
    Staff s;
    std::atomic<int> good = 0, busy = 0, other = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 24; ++t) {
        threads.emplace_back([&, t] {
            const auto result = s.accounts.sign_in("user" + std::to_string(t), password, "n" + std::to_string(t));
            if (result.error().code == Errc::unauthenticated)
                ++good;
            else if (result.error().code == Errc::unavailable)
                ++busy;
            else
                ++other;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(good >= 2);
    CHECK(busy > 0);
    CHECK(good + busy == 24);
    CHECK(other == 0);
}
