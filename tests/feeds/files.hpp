#pragma once
// Golden files, and other people's programs run on a feed.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/catch.hpp"

namespace earshot::tests {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

// Compares with tests/golden/<name>; EARSHOT_REWRITE_GOLDEN=1 (`./dev golden`) writes it instead.
inline void check_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/golden" / name;
    if (const char* rewrite = std::getenv("EARSHOT_REWRITE_GOLDEN"); rewrite && std::string(rewrite) == "1") write_file(path, text);
    INFO("differs from " << path.string() << "; if that is meant, ./dev golden");
    CHECK(text == read_file(path));
}

struct Ran {
    int status{};
    std::string output;  // of both streams
};

inline Ran run(const std::string& command) {
    const auto line = "cd '" EARSHOT_SOURCE_DIR "' && " + command + " 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    REQUIRE(pipe);
    Ran ran;
    char buffer[4096];
    for (std::size_t count{}; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, count);
    ran.status = ::pclose(pipe);
    return ran;
}

}  // namespace earshot::tests
