#pragma once
// Heads that must never be taken for a request: broken syntax and the known spellings of request smuggling.

#include <string>
#include <vector>

namespace earshot::tests {

struct MalformedHead {
    std::string note, bytes;
    int status;
};
[[nodiscard]] const std::vector<MalformedHead>& malformed_heads();

}  // namespace earshot::tests
