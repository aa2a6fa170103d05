// The quick form of ./dev fuzz: what fuzzing has found interesting is checked again, byte for byte and a little mutated.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/checks.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;

namespace {

std::vector<std::string> corpus(std::string_view name) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(EARSHOT_SOURCE_DIR "/tests/fuzz/corpus/").append(name))) {
        std::ifstream file(entry.path(), std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace

TEST_CASE("the fuzz corpus holds") {
    for (const auto& check : fuzz::checks()) {
        const auto files = corpus(check.name);
        CHECK(files.size() > 30);
        for (const auto& bytes : files) {
            INFO(check.name << ": " << bytes);
            CHECK_NOTHROW(check.run(bytes));
        }
    }
}

TEST_CASE("the fuzz corpus holds when bytes are swapped, cut and joined") {
    std::mt19937 random(20261124);
    for (const auto& check : fuzz::checks()) {
        const auto files = corpus(check.name);
        for (int round = 0; round < 20'000; ++round) {
            auto bytes = files[random() % files.size()];
            if (!bytes.empty()) bytes[random() % bytes.size()] = files[random() % files.size()][0];
            if (round % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
            if (round % 2 == 0) bytes += files[random() % files.size()];
            INFO(check.name << ": " << bytes);
            REQUIRE_NOTHROW(check.run(bytes));
        }
    }
}
