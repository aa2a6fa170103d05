#include "server/analytics/wiped.hpp"

#include <sodium.h>
#include <sys/mman.h>

#include <new>

namespace earshot::analytics {

namespace {

constexpr std::size_t page = 4096, large_page = 2 << 20;

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
    // Whole pages, because what may be dumped is told by pages; they may go on not being dumped when somebody else has them.
    const auto unit = size >= large_page ? large_page : page;
    const auto whole = (size + unit - 1) / unit * unit;
    void* memory = std::aligned_alloc(unit, whole);
    if (memory == nullptr) throw std::bad_alloc();
    if (unit == large_page) ::madvise(memory, whole, MADV_HUGEPAGE);  // a look-up in millions of listens then misses one cache less
    ::madvise(memory, whole, MADV_DONTDUMP);
    return memory;
}

}  // namespace earshot::analytics
