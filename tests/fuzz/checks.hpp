#pragma once
// What must hold for any bytes whatsoever: run by libFuzzer (target/main.cpp) and, over the kept corpus, by the tests. Each check throws
// std::logic_error with the first thing that is not so.

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::fuzz {

// A request head: what the gate accepts, Beast must read the same way: method, target, fields, and where the body ends.
void check_head(std::string_view bytes);

// A chunked body: however it is cut, it is decoded alike, and what is finished Beast finishes at the same byte with the same content.
void check_chunked(std::string_view bytes);

// "GET 1000" or "HEAD 1000" (a file's size), then the request's conditional fields, one a line: what is planned is never more than the
// file, and what a Range selects is what a slow and simple reading of the RFC selects.
void check_range(std::string_view bytes);

inline void require(bool truth, const char* what) {
    if (!truth) throw std::logic_error(what);
}

struct Check {
    std::string_view name;  // also its folder in tests/fuzz/corpus
    void (*run)(std::string_view bytes);
};
[[nodiscard]] std::span<const Check> checks();

}  // namespace earshot::fuzz
