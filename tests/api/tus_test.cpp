// tus 1.0.0, row by row, over a real connection.

#include <thread>

#include "content/storage/digest.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"

using namespace earshot;
using tests::Answered;
using tests::Fields;
using tests::Stage;

namespace {

const std::pair<std::string, std::string> version{"Tus-Resumable", "1.0.0"};
const std::pair<std::string, std::string> octets{"Content-Type", "application/offset+octet-stream"};

class Uploading {
public:
    explicit Uploading(Stage& stage) : stage_(stage) {}
    Answered create(std::string_view length, const Fields& more = {}, std::string_view body = {}) {
        Fields fields{version, {"Upload-Length", std::string(length)}};
        fields.insert(fields.end(), more.begin(), more.end());
        return stage_.api("producer", "POST", "/uploads", body, fields);
    }
    std::string location(std::string_view length, const Fields& more = {}) {
        const auto made = create(length, more);
        REQUIRE(made.status == 201);
        return made.field("location");
    }
    Answered patch(const std::string& location, std::string_view offset, std::string_view body, const Fields& more = {}) {
        Fields fields{version, octets, {"Upload-Offset", std::string(offset)}};
        fields.insert(fields.end(), more.begin(), more.end());
        return stage_.ask("producer", "PATCH", location, body, fields);
    }
    Answered head(const std::string& location, std::string_view role = "producer") {
        return stage_.ask(role, "HEAD", location, "", {version});
    }

private:
    Stage& stage_;
};

}  // namespace

TEST_CASE("tus: OPTIONS says what is spoken here") {
    Stage stage;
    for (const auto& fields : {Fields{}, Fields{{"Tus-Resumable", "0.2.2"}}}) {
        const auto answer = stage.api("none", "OPTIONS", "/uploads", "", fields);
        CHECK(answer.status == 204);
        CHECK(answer.field("tus-version") == "1.0.0");
        CHECK(answer.field("tus-extension") == "creation,creation-with-upload,termination,checksum,expiration");
        CHECK(answer.field("tus-max-size") == std::to_string(8ULL << 30));
        CHECK(answer.field("tus-checksum-algorithm") == "sha1");
    }
}

TEST_CASE("tus: another version is not processed") {
    Stage stage;
    Uploading tus(stage);
    const std::string location = tus.location("5");
    for (const char* method : {"HEAD", "PATCH", "DELETE", "POST"}) {
        for (const auto& fields : {Fields{octets, {"Upload-Offset", "0"}, {"Upload-Length", "5"}},
                                   Fields{octets, {"Upload-Offset", "0"}, {"Upload-Length", "5"}, {"Tus-Resumable", "0.9"}}}) {
            CAPTURE(method);
            const bool creates = std::string_view(method) == "POST";
            const auto answer =
                stage.ask("producer", method, creates ? "/api/v1/uploads" : location, creates || method[0] == 'P' ? "hello" : "", fields);
            CHECK(answer.status == 412);
            CHECK(answer.field("tus-version") == "1.0.0");
            CHECK(answer.field("tus-resumable") == "1.0.0");
        }
    }
    CHECK(tus.head(location).field("upload-offset") == "0");
}

TEST_CASE("tus: creation") {
    Stage stage;
    Uploading tus(stage);
    const auto made = tus.create("11", {{"Upload-Metadata", "filename bWFzdGVyLndhdg==,flag"}});
    CHECK(made.status == 201);
    CHECK(made.field("location").starts_with("/api/v1/uploads/"));
    CHECK(made.field("tus-resumable") == "1.0.0");
    CHECK(model::parse_http_date(made.field("upload-expires")).has_value());
    const auto head = tus.head(made.field("location"));
    CHECK(head.status == 200);
    CHECK(head.field("upload-offset") == "0");
    CHECK(head.field("upload-length") == "11");
    CHECK(head.field("upload-metadata") == "filename bWFzdGVyLndhdg==,flag");
    CHECK(head.field("cache-control") == "no-store");

    struct Row {
        const char* what;
        Fields fields;
        int status;
        std::string sentence;
    };
    const std::vector<Row> rows{
        {"no length", {version}, 400, "Upload-Length is missing"},
        {"deferred length", {version, {"Upload-Defer-Length", "1"}}, 400, "The length must be known from the start"},
        {"length in words", {version, {"Upload-Length", "ten"}}, 400, "Upload-Length must be a number"},
        {"negative length", {version, {"Upload-Length", "-1"}}, 400, "Upload-Length must be a number"},
        {"length over the limit", {version, {"Upload-Length", "8589934593"}}, 413, "A file may have at most 8589934592 bytes"},
        {"parts to be joined", {version, {"Upload-Concat", "partial"}, {"Upload-Length", "5"}}, 400, "cannot be concatenated"},
        {"metadata that is not base64", {version, {"Upload-Length", "5"}, {"Upload-Metadata", "filename ???"}}, 400, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto answer = stage.api("producer", "POST", "/uploads", "", row.fields);
        CHECK(answer.status == row.status);
        CHECK_THAT(answer.at("detail"), Catch::Matchers::Contains(row.sentence));
        CHECK(answer.field("tus-resumable") == "1.0.0");
        CHECK_FALSE(answer.has("location"));
    }
}

TEST_CASE("tus: creation with the first bytes") {
    Stage stage;
    Uploading tus(stage);
    const auto made = tus.create("11", {octets}, "hello ");
    CHECK(made.status == 201);
    CHECK(made.field("upload-offset") == "6");
    CHECK(tus.patch(made.field("location"), "6", "world").field("upload-offset") == "11");
    CHECK(tus.create("3", {octets}, "hello").status == 400);
    CHECK(tus.create("5", {{"Content-Type", "text/plain"}}, "hello").status == 415);
    CHECK(tus.create("5", {octets, {"Upload-Checksum", "md5 x"}}, "hello").status == 400);
}

TEST_CASE("tus: chunks") {
    Stage stage;
    Uploading tus(stage);
    const std::string location = tus.location("11", {{"Upload-Metadata", "sha256 " + storage::base64(storage::sha256_hex("hello world"))}});
    struct Row {
        const char* what;
        Fields fields;
        std::string body;
        int status;
    };
    const std::vector<Row> rows{
        {"another type", {version, {"Content-Type", "application/octet-stream"}, {"Upload-Offset", "0"}}, "hello", 415},
        {"no type", {version, {"Upload-Offset", "0"}}, "hello", 415},
        {"no offset", {version, octets}, "hello", 400},
        {"offset in words", {version, octets, {"Upload-Offset", "zero"}}, "hello", 400},
        {"wrong offset", {version, octets, {"Upload-Offset", "5"}}, "hello", 409},
        {"past the end", {version, octets, {"Upload-Offset", "0"}}, "hello world!", 400},
        {"unknown algorithm", {version, octets, {"Upload-Offset", "0"}, {"Upload-Checksum", "crc32 AAAA"}}, "hello", 400},
        {"malformed checksum", {version, octets, {"Upload-Offset", "0"}, {"Upload-Checksum", "sha1 ???"}}, "hello", 400},
        {"wrong checksum",
         {version, octets, {"Upload-Offset", "0"}, {"Upload-Checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="}},
         "hello",
         460},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto answer = stage.ask("producer", "PATCH", location, row.body, row.fields);
        CHECK(answer.status == row.status);
        CHECK_FALSE(answer.at("detail").empty());
        CHECK(answer.field("tus-resumable") == "1.0.0");
        CHECK(tus.head(location).field("upload-offset") == "0");
    }
    const auto first = tus.patch(location, "0", "hello ");
    CHECK(first.status == 204);
    CHECK(first.field("upload-offset") == "6");
    CHECK(model::parse_http_date(first.field("upload-expires")).has_value());
    CHECK(tus.patch(location, "0", "hello ").status == 409);
    const auto last = tus.patch(location, "6", "world", {{"Upload-Checksum", "sha1 fCEUM/8y0YzJuVQ4S1kQSfbP4jw="}});
    CHECK(last.status == 460);
    CHECK(tus.patch(location, "6", "world", {{"Upload-Checksum", "sha1 " + storage::base64(storage::sha1_raw("world"))}}).status == 204);
    CHECK(tus.head(location).field("upload-offset") == "11");
    CHECK(stage.ask("producer", "PATCH", "/api/v1/uploads/nothing", "x", {version, octets, {"Upload-Offset", "0"}}).status == 404);
    CHECK_FALSE(tus.head("/api/v1/uploads/nothing").has("upload-offset"));
}

TEST_CASE("tus: the checksum of the specification's own example") {
    Stage stage;
    Uploading tus(stage);
    const std::string location = tus.location("11");
    CHECK(tus.patch(location, "0", "hello world", {{"Upload-Checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="}}).status == 204);
}

TEST_CASE("tus: a file that is not the announced one is refused at its end") {
    Stage stage;
    Uploading tus(stage);
    const std::string location = tus.location("11", {{"Upload-Metadata", "sha256 " + storage::base64(storage::sha256_hex("hello world"))}});
    const auto answer = tus.patch(location, "0", "hello_world");
    CHECK(answer.status == 460);
    CHECK(answer.at("status") == "460");
    CHECK_THAT(answer.at("detail"),
               Catch::Matchers::Contains("What arrived is not what was sent: the SHA-256 differs. Upload the file again."));
    CHECK(tus.head(location).status >= 404);
}

TEST_CASE("tus: a broken-off chunk keeps its prefix") {
    Stage stage;
    Uploading tus(stage);
    const std::size_t size = 3U << 20;
    const std::string location = tus.location(std::to_string(size));
    const std::string bytes(size, 'b');
    std::string head = "PATCH " + location + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + stage.token("producer") +
                       "\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: " +
                       std::to_string(size) + "\r\n\r\n";
    tests::send_and_break_off(stage.port(), head + bytes.substr(0, 1U << 20));
    std::uint64_t stored = 0;
    for (int i = 0; i < 100 && stored == 0; ++i) {
        stored = std::stoull(tus.head(location).field("upload-offset"));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    CHECK(stored > 0);
    CHECK(stored <= (1U << 20));
    const auto rest = tus.patch(location, std::to_string(stored), bytes.substr(stored));
    CHECK(rest.status == 204);
    CHECK(rest.field("upload-offset") == std::to_string(size));
}

TEST_CASE("tus: termination, expiration and other people's uploads") {
    Stage stage;
    Uploading tus(stage);
    const std::string gone = tus.location("5");
    CHECK(stage.ask("producer", "DELETE", gone, "", {version}).status == 204);
    CHECK(tus.head(gone).status >= 404);

    const std::string kept = tus.location("5");
    auto& context = stage.context();
    const std::string other = context.accounts.create_token("other", model::Role::producer, std::nullopt).value();
    for (const char* method : {"HEAD", "DELETE"})
        CHECK(tests::request(stage.port(), method, kept, "", {version, {"Authorization", "Bearer " + other}}).status == 404);
    CHECK(tests::request(stage.port(), "PATCH", kept, "hello",
                         {version, octets, {"Upload-Offset", "0"}, {"Authorization", "Bearer " + other}})
              .status == 404);
    CHECK(tus.head(kept, "admin").field("upload-offset") == "0");

    stage.clock_offset_ms = std::chrono::milliseconds(std::chrono::days(8)).count();
    const auto late = tus.head(kept);
    CHECK((late.status == 404 || late.status == 410));
    CHECK_FALSE(late.has("upload-offset"));
}

TEST_CASE("tus: a POST may stand for what a firewall forbids") {
    Stage stage;
    Uploading tus(stage);
    const std::string location = tus.location("5");
    const auto as = [&](const char* method, std::string_view body, Fields fields) {
        fields.push_back(version);
        fields.emplace_back("X-HTTP-Method-Override", method);
        return stage.ask("producer", "POST", location, body, fields);
    };
    CHECK(as("PATCH", "hello", {octets, {"Upload-Offset", "0"}}).status == 204);
    CHECK(tus.head(location).field("upload-offset") == "5");
    CHECK(as("TRACE", "", {}).status == 405);
    CHECK(stage.ask("producer", "POST", location, "", {version}).status == 405);
    CHECK(as("DELETE", "", {}).status == 204);
    CHECK(tus.head(location).status >= 404);
}

TEST_CASE("tus: a disk that fills up while a master comes in loses nothing; the upload goes on when there is room") {
    const tests::SmallDisk disk("32m");
    config::Settings settings = Stage::roomy_settings();
    settings.storage.reserve_bytes = 2U << 20;
    Stage stage(settings, disk.path());
    Uploading tus(stage);
    std::string bytes(8U << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); i += 5) bytes[i] = static_cast<char>(i / 5);
    const std::string length = std::to_string(bytes.size());
    const std::string location = tus.location(length, {{"Upload-Metadata", "sha256 " + storage::base64(storage::sha256_hex(bytes))}});
    disk.fill(4U << 20);
    const auto full = tus.patch(location, "0", bytes);
    CHECK(full.status == 507);
    CHECK(full.field("tus-resumable") == "1.0.0");
    CHECK(full.field("content-type") == "application/problem+json");
    CHECK_THAT(full.at("detail"), Catch::Matchers::Contains("is kept") && Catch::Matchers::Contains("disk"));
    const auto head = tus.head(location);
    CHECK(head.status == 200);
    const std::string offset = head.field("upload-offset");
    const std::size_t stored = std::stoul(offset);
    CHECK(stored > 0);
    CHECK(stored <= 2U << 20);
    CHECK(tus.create(length).status == 507);
    disk.empty();
    const auto rest = tus.patch(location, offset, bytes.substr(stored));
    CHECK(rest.status == 204);
    CHECK(rest.field("upload-offset") == length);
    const auto upload = stage.context().uploads.find(model::UploadId{location.substr(location.rfind('/') + 1)});
    CHECK(upload.value().object_key == storage::sha256_hex(bytes));
}
