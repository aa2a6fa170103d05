#pragma once
// Whole-block reads and writes at a place of a descriptor, retried until done.

#include <cstddef>
#include <cstdint>

namespace earshot::media::tags {

// Bytes read, fewer only at the end of the file; -1 on failure.
[[nodiscard]] std::ptrdiff_t read_at(int descriptor, void* into, std::size_t size, std::int64_t offset) noexcept;
[[nodiscard]] bool write_at(int descriptor, const void* from, std::size_t size, std::int64_t offset) noexcept;
[[nodiscard]] std::int64_t file_size(int descriptor) noexcept;  // -1 on failure
[[nodiscard]] bool cut(int descriptor, std::int64_t size) noexcept;

// Everything from `from` to the end of `input` to the place `to` of `output`.
[[nodiscard]] bool copy_rest(int input, std::int64_t from, int output, std::int64_t to) noexcept;

}  // namespace earshot::media::tags
