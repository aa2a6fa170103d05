// Marked addresses, agents and referrers go in; afterwards no file holds them in any form.

#include <arpa/inet.h>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

std::string hex(const std::string& bytes, const char* digits) {
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

// The middle of the base64 text at each of the three alignments, so that it is found within longer encoded text.
std::vector<std::string> base64_cores(const std::string& bytes) {
    constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::string> result;
    for (std::size_t skip = 0; skip < 3; ++skip) {
        std::string text;
        for (std::size_t i = skip; i + 2 < bytes.size(); i += 3) {
            const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])); };
            const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
            for (int shift = 18; shift >= 0; shift -= 6) text += letters[group >> shift & 63];
        }
        result.push_back(text);
    }
    return result;
}

std::vector<std::string> disguises(const std::string& secret) {
    std::vector<std::string> result{secret, hex(secret, "0123456789abcdef"), hex(secret, "0123456789ABCDEF")};
    for (auto& core : base64_cores(secret)) result.push_back(core);
    return result;
}

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Names the secrets found in any file below the folders.
std::vector<std::string> found(const std::vector<std::string>& secrets, std::initializer_list<std::filesystem::path> folders) {
    std::vector<std::string> result;
    int files = 0;
    for (const auto& folder : folders) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            ++files;
            const auto content = bytes_of(entry.path());
            for (const auto& secret : secrets) {
                if (content.find(secret) != std::string::npos || entry.path().string().find(secret) != std::string::npos)
                    result.push_back(entry.path().string() + ": " + secret);
            }
        }
    }
    CHECK(files >= 4);
    return result;
}

}  // namespace

TEST_CASE("nothing of a listener is in any file") {
    Room room;
    room.set_clock("2026-11-23T23:55:00Z");
    std::vector<std::string> secrets;
    for (int i = 0; i < 2'000; ++i) {
        const std::string mark = "Canary" + std::to_string(1'000'000 + i * 37);
        auto delivery = room.download("e1", i % 2 == 0 ? "2026-11-23T23:55:00Z" : "2026-11-24T00:01:00Z", "");
        delivery.address = i % 3 == 0 ? "2001:db8:cafe:" + std::to_string(1'000 + i) + "::77"
                                      : "203.0." + std::to_string(113 + i % 7) + "." + std::to_string(i % 251);
        // Listed apps, unlisted ones, browsers, bots, opted-out listeners and staff alike.
        const char* agents[] = {"Overcast/3.0 (",  "",         "Mozilla/5.0 (Windows NT 10.0) Chrome/114.0 Safari/537.36 (",
                                "Googlebot/2.1 (", "crawler ", "curl/8 "};
        delivery.user_agent = agents[i % 6] + mark + "Agent/1.0";
        delivery.referrer = "https://" + mark + "referrer.example/path";
        delivery.opted_out = i % 50 == 0;
        delivery.preview = i % 50 == 1;
        if (i % 10 == 9) delivery.method = "HEAD";
        if (i < 60 || i % 97 == 0) {
            for (const auto& text : {delivery.address, mark}) {
                for (auto& form : disguises(text)) secrets.push_back(std::move(form));
            }
        }
        if (i < 60) {  // binary, as a hash table or journal would keep an address
            std::string six(16, '\0'), four(4, '\0');
            if (::inet_pton(AF_INET6, delivery.address.c_str(), six.data()) == 1) secrets.push_back(six.substr(0, 8));
            if (::inet_pton(AF_INET, delivery.address.c_str(), four.data()) == 1) {
                secrets.push_back('4' + four);
                if (i < 8) secrets.push_back(four);  // a few: four bytes of many addresses would turn up by chance
            }
        }
        room.statistics().submit(std::move(delivery));
    }
    room.statistics().settle();
    CHECK(found(secrets, {room.data(), room.runtime()}).empty());
    room.statistics().flush();
    CHECK(found(secrets, {room.data(), room.runtime()}).empty());
    CHECK(room.total("e1") > 500);
    room.restart();
    room.stop();
    CHECK(found(secrets, {room.data(), room.runtime()}).empty());
    // The search itself finds what is there.
    for (const std::string& leak :
         {disguises("Canary1000000")[5], std::string("4\xCB\x00\x72\x01", 5), std::string("\xCB\x00\x72\x01", 4)}) {
        std::ofstream(room.runtime() / "leak") << "x" << leak;
        CHECK_FALSE(found(secrets, {room.data(), room.runtime()}).empty());
    }
}

}  // namespace earshot::tests
