#pragma once
// Memory that is overwritten before it is given back: for the day's de-duplication state, of which nothing may be left after the day.

#include <cstddef>
#include <memory>
#include <vector>

namespace earshot::analytics {

void wipe(void* memory, std::size_t size) noexcept;  // an overwrite the compiler keeps

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: allocators convert
    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* memory, std::size_t n) noexcept {
        wipe(memory, n * sizeof(T));
        std::allocator<T>().deallocate(memory, n);
    }
    bool operator==(const WipingAllocator&) const = default;
};

template <class T>
using Wiped = std::vector<T, WipingAllocator<T>>;

}  // namespace earshot::analytics
