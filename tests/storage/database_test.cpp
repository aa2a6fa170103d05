#include "content/storage/database.hpp"

#include <array>
#include <thread>

#include <sys/stat.h>

#include "content/storage/statement.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/put.hpp"

using namespace earshot;
using namespace earshot::storage;
using Catch::Matchers::Contains;
using tests::Opened;

namespace {

constexpr std::array first_version{Migration{1, "0001_old",
                                             "create table songs (id integer primary key, title text not null);"
                                             "insert into songs (title) values ('kept');"}};
constexpr std::array second_version{first_version[0], Migration{2, "0002_rating",
                                                                "alter table songs add column rating bigint not null default 5;"
                                                                "create index songs_by_title on songs (title)"}};
constexpr std::array broken_version{first_version[0],
                                    Migration{2, "0002_rating", "alter table songs add column rating bigint; create nonsense"}};

long long number(Database& database, const char* sql) {
    long long value = -1;
    database.read([&](soci::session& session) {
        Statement query(session, sql);
        (void)query.into(value).next();
    });
    return value;
}

std::string text(Database& database, const char* sql) {
    std::string value;
    database.read([&](soci::session& session) {
        Statement query(session, sql);
        (void)query.into(value).next();
    });
    return value;
}

void run(Database& database, const char* sql) {
    database.write([&](soci::session& session) { Statement(session, sql).run(); });
}

std::string refusal(const std::filesystem::path& file, std::span<const Migration> migrations) {
    try {
        Database database({.file = file, .migrations = migrations});
    } catch (const DatabaseError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a new database is made whole, private, in WAL mode and with every migration recorded") {
    Opened opened;
    CHECK(number(opened.database, "select count(*) from schema_migrations") == static_cast<long long>(catalogue_migrations().size()));
    CHECK(text(opened.database, "pragma journal_mode") == "wal");
    opened.database.write([](soci::session& session) {
        long long keys{}, sync{};
        Statement foreign(session, "pragma foreign_keys");
        CHECK(foreign.into(keys).next());
        Statement synchronous(session, "pragma synchronous");
        CHECK(synchronous.into(sync).next());
        CHECK(keys == 1);
        CHECK(sync == 2);
    });
    struct stat info{};
    REQUIRE(::stat(opened.file.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600);
    CHECK_FALSE(std::filesystem::exists(opened.file.string() + ".new"));
}

TEST_CASE("the embedded migrations are numbered without gaps") {
    for (const auto migrations : {catalogue_migrations(), statistics_migrations()}) {
        for (std::size_t i = 0; i < migrations.size(); ++i) CHECK(migrations[i].number == static_cast<int>(i) + 1);
    }
    CHECK(catalogue_migrations().front().name == "0001_catalogue");
}

TEST_CASE("an older database is brought forward and keeps its rows") {
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    {
        Database database({.file = file, .migrations = first_version});
    }
    CHECK_FALSE(is_behind(file, first_version));
    CHECK(is_behind(file, second_version));
    {
        Database database({.file = file, .migrations = second_version});
        CHECK(number(database, "select rating from songs where title = 'kept'") == 5);
        CHECK(number(database, "select count(*) from songs") == 1);
        CHECK(number(database, "select count(*) from schema_migrations") == 2);
    }
    CHECK_FALSE(is_behind(file, second_version));
    Database again({.file = file, .migrations = second_version});  // and nothing runs twice
    CHECK(number(again, "select count(*) from songs") == 1);
}

TEST_CASE("chapters from before their origin was kept were typed in") {
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    {
        Database database({.file = file, .migrations = catalogue_migrations().first(1)});
        run(database,
            "insert into shows values ('s', 's', 'g', 't', '', '', 'en', '', '', '', '', '', 0, 'episodic', '', '', 0, '', '', '', 1, 1)");
        for (const auto* episode :
             {"'a', 's', 'a', 'a', 't', '', '', 'full', null, null, 0, 'draft', null, null, '', "
              "'[{\"start\":0,\"title\":\"One\",\"href\":\"\"}]', '', '', '', '', null, 1, 1",
              "'b', 's', 'b', 'b', 't', '', '', 'full', null, null, 0, 'draft', null, null, '', '', '', '', '', '', null, 1, 1"})
            run(database, ("insert into episodes values (" + std::string(episode) + ")").c_str());
    }
    Database database({.file = file, .migrations = catalogue_migrations()});
    Catalogue catalogue(database);
    CHECK(catalogue.find_episode({"a"})->chapters_origin == model::ChaptersOrigin::producer);
    CHECK(catalogue.find_episode({"a"})->chapters.size() == 1);
    CHECK(catalogue.find_episode({"b"})->chapters_origin == model::ChaptersOrigin::none);
}

TEST_CASE("a step that drops most of a file gives its room back") {
    static constexpr Migration large[] = {{1, "0001_large",
                                           "create table large (words text); create table small (words text); insert into small values "
                                           "('kept'); with recursive n(i) as (select 1 union all select i + 1 from n limit 8000) "
                                           "insert into large select hex(zeroblob(2000)) from n;"}};
    static constexpr Migration dropped[] = {large[0], {2, "0002_dropped", "drop table large;"}};
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    {
        Database database({.file = file, .migrations = large});
    }
    CHECK(std::filesystem::file_size(file) > 30'000'000);
    {
        Database database({.file = file, .migrations = dropped});
        CHECK(number(database, "select count(*) from small where words = 'kept'") == 1);
    }
    CHECK(std::filesystem::file_size(file) < 100'000);
}

TEST_CASE("without leave to, no file is made and none brought forward") {
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    const auto open = [&](std::span<const Migration> migrations) {
        try {
            Database database({.file = file, .migrations = migrations, .create = false, .migrate = false});
        } catch (const DatabaseError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK_THAT(open(first_version), Contains("there is no such database"));
    CHECK_FALSE(std::filesystem::exists(file));
    {
        Database database({.file = file, .migrations = first_version});
    }
    CHECK_THAT(open(second_version), Contains("lacks a step of this version (0002_rating)"));
    CHECK(open(first_version).empty());
}

TEST_CASE("a migration that fails leaves the old state") {
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    {
        Database database({.file = file, .migrations = first_version});
    }
    CHECK_THAT(refusal(file, broken_version), Contains("nonsense"));
    Database database({.file = file, .migrations = second_version});
    CHECK(number(database, "select rating from songs where title = 'kept'") == 5);
}

TEST_CASE("a database that is not ours, newer, empty or damaged is refused with a sentence and left alone") {
    tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.db";
    {
        Database database({.file = file, .migrations = second_version});
    }

    SECTION("newer than the program") {
        CHECK_THAT(refusal(file, first_version), Contains("newer Earshot") && Contains("0002_rating"));
    }
    SECTION("another kind of Earshot database") {
        CHECK_THAT(refusal(file, catalogue_migrations()), Contains("different database"));
    }
    SECTION("made by something else") {
        const auto other = folder.path() / "other.db";
        REQUIRE(std::system(("sqlite3 " + other.string() + " 'create table t (x)'").c_str()) == 0);
        CHECK_THAT(refusal(other, first_version), Contains("not made by Earshot"));
    }
    SECTION("cut to nothing") {
        tests::spill(file, "");
        CHECK_THAT(refusal(file, second_version), Contains("its content is lost"));
        CHECK(std::filesystem::file_size(file) == 0);
    }
    SECTION("not a database") {
        tests::spill(file, std::string(8192, 'x'));
        CHECK_THAT(refusal(file, second_version), Contains("damaged"));
        CHECK(tests::slurp(file) == std::string(8192, 'x'));
    }
    SECTION("pages overwritten") {
        auto bytes = tests::slurp(file);
        REQUIRE(bytes.size() > 8192);
        bytes.replace(4096, 4096, tests::pattern(4096));
        tests::spill(file, bytes);
        CHECK_THAT(refusal(file, second_version), Contains("damaged"));
        CHECK(tests::slurp(file) == bytes);
    }
    SECTION("a page overwritten that nothing reads at the start") {
        auto bytes = tests::slurp(file);
        bytes.replace(bytes.size() - 4096, 4096, tests::pattern(4096));
        tests::spill(file, bytes);
        CHECK_THAT(refusal(file, second_version), Contains("damaged"));
    }
    SECTION("cut short") {
        const auto bytes = tests::slurp(file);
        tests::spill(file, bytes.substr(0, bytes.size() / 2));
        CHECK_THAT(refusal(file, second_version), Contains("damaged"));
    }
    SECTION("gone, but its journal is there") {
        std::filesystem::remove(file);
        tests::spill(file.string() + "-wal", "x");
        CHECK_THAT(refusal(file, second_version), Contains("missing though its journal"));
        CHECK_FALSE(std::filesystem::exists(file));
    }
    SECTION("in a folder that is not there") {
        CHECK_THAT(refusal(folder.path() / "no" / "x.db", second_version), Contains("cannot be opened"));
    }
}

TEST_CASE("a write rolls back when its function throws, and the next one works") {
    Opened opened;
    CHECK_THROWS_AS(opened.database.write([](soci::session& session) {
        Statement(session, "update catalogue_revision set value = 99").run();
        throw std::runtime_error("no");
    }),
                    std::runtime_error);
    CHECK(opened.catalogue.revision() == 1);
    run(opened.database, "update catalogue_revision set value = 7");
    CHECK(opened.catalogue.revision() == 7);
}

TEST_CASE("database errors name their kind and never the values") {
    Opened opened;
    try {
        opened.database.write([](soci::session& session) {
            Statement insert(session, "insert into audit_head (only_row, number, hash) values (1, 0, :secret)");
            insert.bind("secret", "ear_topsecret").run();
        });
        FAIL("no exception");
    } catch (const DatabaseError& error) {
        CHECK(error.kind() == DatabaseError::Kind::constraint);
        CHECK_THAT(error.what(), !Contains("topsecret"));
    }
    CHECK_THROWS_AS(opened.database.read([](soci::session& session) { Statement(session, "delete from shows").run(); }), DatabaseError);
}

TEST_CASE("a client hears of a full or busy database, never of a fault") {
    const auto heard = [](DatabaseError::Kind kind) { return passing_refusal(DatabaseError(kind, "/srv/earshot/catalogue.db: trouble")); };
    CHECK(heard(DatabaseError::Kind::full).value().code == model::Errc::insufficient_storage);
    CHECK(heard(DatabaseError::Kind::busy).value().code == model::Errc::unavailable);
    CHECK_THAT(heard(DatabaseError::Kind::busy).value().message, !Contains("/srv"));
    CHECK_FALSE(heard(DatabaseError::Kind::failed));
    CHECK_FALSE(heard(DatabaseError::Kind::constraint));
}

TEST_CASE("statements carry every kind of value there and back") {
    Opened opened;
    run(opened.database, "create table kinds (t text, i bigint, b bigint, d double precision, n bigint, at bigint)");
    const std::string awkward("a':;\"\n\xF0\x9F\x8E\x99 \xC3\xBC", 14);
    const model::Timestamp at(std::chrono::milliseconds(1'800'000'000'123));
    opened.database.write([&](soci::session& session) {
        Statement insert(session, "insert into kinds (t, i, b, d, n, at) values (:t, :i, :b, :d, :n, :at)");
        insert.bind("t", awkward).bind("i", std::uint64_t{5'000'000'000}).bind("b", true).bind("d", -16.125);
        insert.bind("n", std::optional<std::uint32_t>()).bind("at", at);
        CHECK(insert.run() == 1);
    });
    opened.database.read([&](soci::session& session) {
        std::string t;
        std::uint64_t i{};
        bool b{};
        double d{};
        std::optional<std::uint32_t> n = 3;
        model::Timestamp found;
        Statement query(session, "select t, i, b, d, n, at from kinds where i = :i");
        query.bind("i", 5'000'000'000LL).into(t).into(i).into(b).into(d).into(n).into(found);
        REQUIRE(query.next());
        CHECK(t == awkward);
        CHECK(i == 5'000'000'000);
        CHECK(b);
        CHECK(d == -16.125);
        CHECK_FALSE(n.has_value());
        CHECK(found == at);
        CHECK_FALSE(query.next());
    });
}

TEST_CASE("readers see one state throughout, while a writer goes on") {
    Opened opened;
    opened.database.read([&](soci::session& session) {
        const auto value = [&] {
            long long v{};
            Statement query(session, "select value from catalogue_revision");
            (void)query.into(v).next();
            return v;
        };
        CHECK(value() == 1);
        std::thread([&] { run(opened.database, "update catalogue_revision set value = 2"); }).join();
        CHECK(value() == 1);
    });
    CHECK(opened.catalogue.revision() == 2);
}

TEST_CASE("many threads write and read at once and nothing is lost") {
    Opened opened;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                run(opened.database, "update catalogue_revision set value = value + 1");
                (void)opened.catalogue.revision();
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(opened.catalogue.revision() == 101);
}

TEST_CASE("a backup taken under writes is whole, private and opens as a database") {
    Opened opened;
    const auto show = opened.show();
    const auto copy = opened.folder.path() / "backup.db";
    tests::spill(copy, "the last one");
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        while (!stop) (void)tests::put(opened.catalogue, show);
    });
    opened.database.backup_to(copy);
    stop = true;
    writer.join();
    struct stat info{};
    REQUIRE(::stat(copy.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600);
    Database restored({.file = copy, .migrations = catalogue_migrations()});
    CHECK(Catalogue(restored).find_show_by_slug("code-severe").value().podcast_guid == show.podcast_guid);
    CHECK_FALSE(std::filesystem::exists(copy.string() + ".new"));
}

TEST_CASE("a backup that cannot be written leaves the last one alone") {
    Opened opened;
    const auto folder = opened.folder.path() / "backups";
    std::filesystem::create_directory(folder);
    CHECK_THROWS(opened.database.backup_to(folder / "no" / "backup.db"));
    // The name is taken by a folder: the rename fails at the end.
    std::filesystem::create_directories(folder / "backup.db" / "inside");
    CHECK_THROWS(opened.database.backup_to(folder / "backup.db"));
    CHECK_FALSE(std::filesystem::exists(folder / "backup.db.new"));
}
