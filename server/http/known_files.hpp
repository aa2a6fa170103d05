#pragma once
// Files that were asked for lately and the rows that gave them: while a row's revision stands, its answer to the same target is repeated
// without routing or asking it again. One set a network thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/http/file_response.hpp"
#include "server/http/router.hpp"

namespace earshot::http {

class KnownFiles {
public:
    static constexpr std::size_t capacity = 4096;

    struct Known {
        const Route* row{};
        std::uint64_t revision{};
        PreparedFilePtr file;
    };
    // Null when the row has to be asked.
    [[nodiscard]] const Known* find(std::string_view target);
    void remember(std::string_view target, Known known);

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, Known, Hash, std::equal_to<>> files_;
};

}  // namespace earshot::http
