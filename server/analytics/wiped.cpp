#include "server/analytics/wiped.hpp"

#include <sodium.h>
#include <sys/mman.h>

#include <new>

namespace earshot::analytics {

namespace {

constexpr std::size_t large_page = 2 << 20;

}  // namespace

void wipe(void* memory, std::size_t size) noexcept {
    ::sodium_memzero(memory, size);
}

void* allocate_private(std::size_t size) {
    const bool much = size >= large_page;
    const auto whole = (size + large_page - 1) / large_page * large_page;
    void* memory = much ? std::aligned_alloc(large_page, whole) : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    if (much) {
        ::madvise(memory, whole, MADV_HUGEPAGE);  // a look-up in millions of listens then misses one cache less
        ::madvise(memory, whole, MADV_DONTDUMP);
    }
    return memory;
}

}  // namespace earshot::analytics
