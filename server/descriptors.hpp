#pragma once
// How many files and connections this process may have open.

#include <cstdint>

namespace earshot::app {

// Raises the soft limit of open files to the hard one, which needs no privilege. The limit that holds then.
std::uint64_t raise_descriptor_limit() noexcept;

// How many of `wanted` connections fit under that limit beside the files, databases and workers of a running server.
[[nodiscard]] std::uint32_t connections_that_fit(std::uint64_t descriptor_limit, std::uint32_t wanted) noexcept;

}  // namespace earshot::app
