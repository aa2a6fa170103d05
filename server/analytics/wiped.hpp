#pragma once
// Memory that is overwritten before it is given back: for the day's de-duplication state, of which nothing may be left after the day.

#include <cstddef>
#include <string>
#include <vector>

namespace earshot::analytics {

void wipe(void* memory, std::size_t size) noexcept;  // an overwrite the compiler keeps
// From a page (4 KiB) on no dump contains it, it is locked as far as the system lets this process lock memory, and much of it is in large
// pages. Throws std::bad_alloc.
[[nodiscard]] void* allocate_private(std::size_t size);
void release_private(void* memory, std::size_t size) noexcept;  // wiped
[[nodiscard]] bool private_memory_is_locked() noexcept;         // all there ever was, from a page on

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: allocators convert
    T* allocate(std::size_t n) { return static_cast<T*>(allocate_private(n * sizeof(T))); }
    void deallocate(T* memory, std::size_t n) noexcept { release_private(memory, n * sizeof(T)); }
    bool operator==(const WipingAllocator&) const = default;
};

template <class T>
using Wiped = std::vector<T, WipingAllocator<T>>;
using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace earshot::analytics
