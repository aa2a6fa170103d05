#pragma once
// An open, immutable file shared by whoever is streaming it: when the catalogue moves on, running responses finish on these bytes.

#include <cstdint>
#include <memory>

namespace earshot::model {

class OpenFile {
public:
    OpenFile(int descriptor, std::uint64_t size) noexcept : descriptor_(descriptor), size_(size) {}
    ~OpenFile();  // closes
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }  // read-only; use pread/sendfile, never seek
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    int descriptor_;
    std::uint64_t size_;
};
using OpenFilePtr = std::shared_ptr<const OpenFile>;

}  // namespace earshot::model
