#include "content/storage/upload_part.hpp"

#include <unistd.h>

namespace earshot::storage {

using model::Errc;
using model::fail;

UploadPart::UploadPart(LockedFile file, std::uint64_t offset, std::uint64_t length, bool checksummed)
    : file_(std::move(file)), start_(offset), offset_(offset), length_(length), checksummed_(checksummed) {
    (void)checked(::ftruncate(file_.get(), static_cast<off_t>(offset)), "cut an upload to its length");
}

model::Status UploadPart::write(std::span<const std::byte> bytes, std::uint64_t free_bytes) {
    constexpr const char* no_room =
        "The server's disk is full. What arrived so far is kept; ask the operator to free some space, then go on with the upload.";
    if (bytes.size() > length_ - offset_)
        return fail(Errc::invalid_input, "More bytes came than Upload-Length announced. Start the upload again with the right length.");
    if (bytes.size() > free_bytes) return fail(Errc::insufficient_storage, no_room);
    std::size_t written = 0;
    const int error = write_at(file_.get(), bytes, offset_, written);
    sha1_.update(bytes.first(written));
    offset_ += written;
    if (means_no_space(error)) return fail(Errc::insufficient_storage, no_room);
    if (error != 0) throw std::system_error(error, std::generic_category(), "write an upload");
    return {};
}

std::uint64_t UploadPart::sync() {
    (void)checked(::fdatasync(file_.get()), "fdatasync of an upload");
    return offset_;
}

bool UploadPart::matches(std::string_view sha1_raw) {
    return sha1_.finish_raw() == sha1_raw;
}

void UploadPart::cut_off() {
    (void)checked(::ftruncate(file_.get(), static_cast<off_t>(start_)), "cut an upload to its length");
    offset_ = start_;
}

}  // namespace earshot::storage
