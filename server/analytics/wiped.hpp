#pragma once
// Memory that is overwritten before it is given back: for the day's de-duplication state, of which nothing may be left after the day.

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace earshot::analytics {

void wipe(void* memory, std::size_t size) noexcept;  // an overwrite the compiler keeps
// For std::free(). From a page (4 KiB) on no dump contains it, and much of it is in large pages. Throws std::bad_alloc.
[[nodiscard]] void* allocate_private(std::size_t size);

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: allocators convert
    T* allocate(std::size_t n) { return static_cast<T*>(allocate_private(n * sizeof(T))); }
    void deallocate(T* memory, std::size_t n) noexcept {
        wipe(memory, n * sizeof(T));
        std::free(memory);
    }
    bool operator==(const WipingAllocator&) const = default;
};

template <class T>
using Wiped = std::vector<T, WipingAllocator<T>>;
using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace earshot::analytics
