// One libFuzzer target a check: EARSHOT_FUZZ_CHECK says which.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    earshot::fuzz::EARSHOT_FUZZ_CHECK({reinterpret_cast<const char*>(data), size});
    return 0;
}
