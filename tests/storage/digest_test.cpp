#include "content/storage/digest.hpp"

#include <set>

#include "tests/storage/fixture.hpp"

using namespace earshot;
using namespace earshot::storage;
using tests::as_bytes;

TEST_CASE("hashes agree with the published vectors") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha1_raw("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    Sha256 hash;
    hash.update(as_bytes("a"));
    hash.update(as_bytes("bc"));
    CHECK(hash.finish_hex() == sha256_hex("abc"));
    Sha1 sha1;
    sha1.update(as_bytes("ab"));
    sha1.update(as_bytes("c"));
    CHECK(sha1.finish_raw() == sha1_raw("abc"));
}

TEST_CASE("base64 is strict both ways") {
    std::string out;
    const auto ok = [&](std::string_view text, std::string_view bytes) {
        CHECK(decode_base64(text, out));
        CHECK(out == bytes);
        CHECK(base64(bytes) == text);
    };
    const auto bad = [&](std::string_view text) { CHECK_FALSE(decode_base64(text, out)); };
    ok("", "");
    ok("Zg==", "f");
    ok("Zm8=", "fo");
    ok("Zm9v", "foo");
    ok("/+8=", "\xff\xef");
    bad("Zg=");
    bad("Zg");
    bad("Zh==");  // trailing bits
    bad("Zg== ");
    bad("Z g==");
    bad("====");
    bad("_-8=");
}

TEST_CASE("random ids are lower-case base32 and do not repeat") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = random_id();
        CHECK(id.size() == 16);
        CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
        seen.insert(id);
    }
    CHECK(seen.size() == 1000);
    CHECK(random_id(256).size() == 52);
}

TEST_CASE("GUIDs are UUIDs of the right version") {
    // The example of the podcast:guid specification.
    CHECK(podcast_guid("https://mp3s.nashownotes.com/pc20rss.xml") == "917393e3-1b1e-5cef-ace4-edaa54e1f810");
    CHECK(podcast_guid("http://mp3s.nashownotes.com/pc20rss.xml//") == "917393e3-1b1e-5cef-ace4-edaa54e1f810");
    const auto guid = uuid_v4();
    REQUIRE(guid.size() == 36);
    CHECK(guid[14] == '4');
    CHECK(std::string("89ab").find(guid[19]) != std::string::npos);
    CHECK(guid != uuid_v4());
}

TEST_CASE("comparison in constant time still compares") {
    CHECK(equal_constant_time("abc", "abc"));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "abcd"));
    CHECK(equal_constant_time("", ""));
}
