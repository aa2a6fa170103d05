#include "tests/fuzz/checks.hpp"

#include <array>

namespace earshot::fuzz {

std::span<const Check> checks() {
    static constexpr std::array all{Check{"head", check_head}, Check{"chunked", check_chunked}, Check{"range", check_range}};
    return all;
}

}  // namespace earshot::fuzz
