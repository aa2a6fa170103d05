#include "server/analytics/wiped.hpp"

#include <sodium.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace earshot::analytics {

namespace {

constexpr std::size_t page = 4096, large_page = 2 << 20;

std::atomic<bool> all_locked{true};

std::size_t unit_of(std::size_t size) noexcept {
    return size >= large_page ? large_page : page;
}
std::size_t in_units(std::size_t size) noexcept {
    const auto unit = unit_of(size);
    return (size + unit - 1) / unit * unit;
}

}  // namespace

void wipe(void* memory, std::size_t size) noexcept {
    ::sodium_memzero(memory, size);
}

void* allocate_private(std::size_t size) {
    if (size < page) {
        void* memory = std::malloc(size);
        if (memory == nullptr) throw std::bad_alloc();
        return memory;
    }
    // Whole pages, because what may be dumped or swapped is told by pages; they may go on not being dumped when somebody else has them.
    const auto unit = unit_of(size), whole = in_units(size);
    void* memory = std::aligned_alloc(unit, whole);
    if (memory == nullptr) throw std::bad_alloc();
    if (unit == large_page) ::madvise(memory, whole, MADV_HUGEPAGE);  // a look-up in millions of listens then misses one cache less
    ::madvise(memory, whole, MADV_DONTDUMP);
    if (::mlock2(memory, whole, MLOCK_ONFAULT) != 0) all_locked = false;  // as it is used: a table for millions begins empty
    return memory;
}

void release_private(void* memory, std::size_t size) noexcept {
    wipe(memory, size);
    if (size >= page) ::munlock(memory, in_units(size));
    std::free(memory);
}

bool private_memory_is_locked() noexcept {
    return all_locked;
}

}  // namespace earshot::analytics
