#include "media/tags/descriptor_stream.hpp"

#include <algorithm>
#include <vector>

#include "media/tags/bytes.hpp"

namespace earshot::media::tags {

TagLib::ByteVector DescriptorStream::readBlock(unsigned long length) {
    const auto left = static_cast<unsigned long>(std::max(0L, this->length() - position_));
    TagLib::ByteVector block(static_cast<unsigned int>(std::min(length, left)), 0);
    const auto got = read_at(descriptor_, block.data(), block.size(), position_);
    if (got < 0) failed_ = true;
    block.resize(static_cast<unsigned int>(std::max<std::ptrdiff_t>(got, 0)));
    position_ += block.size();
    return block;
}

void DescriptorStream::writeBlock(const TagLib::ByteVector& data) {
    if (read_only_ || !write_at(descriptor_, data.data(), data.size(), position_)) failed_ = true;
    position_ += data.size();
}

void DescriptorStream::insert(const TagLib::ByteVector& data, unsigned long start, unsigned long replace) {
    const long at = static_cast<long>(start);
    move_tail(at + static_cast<long>(replace), at + static_cast<long>(data.size()));
    seek(at, Beginning);
    writeBlock(data);
}

void DescriptorStream::removeBlock(unsigned long start, unsigned long length) {
    move_tail(static_cast<long>(start + length), static_cast<long>(start));
}

// Everything from `from` on goes to `to`, in blocks, from the end backwards when it moves up.
void DescriptorStream::move_tail(long from, long to) {
    constexpr long block = 1L << 20;
    const long end = length();
    if (read_only_ || from > end) {
        failed_ = true;
        return;
    }
    if (from == to) return;
    std::vector<char> buffer(block);
    const long tail = end - from;
    for (long done = 0; done < tail && !failed_;) {
        const long size = std::min(block, tail - done);
        const long offset = to > from ? tail - done - size : done;
        if (read_at(descriptor_, buffer.data(), static_cast<std::size_t>(size), from + offset) != size ||
            !write_at(descriptor_, buffer.data(), static_cast<std::size_t>(size), to + offset)) {
            failed_ = true;
        }
        done += size;
    }
    if (to < from) truncate(to + tail);
}

void DescriptorStream::seek(long offset, Position whence) {
    const long base = whence == Beginning ? 0 : whence == Current ? position_ : length();
    position_ = std::max(0L, base + offset);
}

long DescriptorStream::length() {
    const auto size = file_size(descriptor_);
    if (size < 0) failed_ = true;
    return static_cast<long>(std::max<std::int64_t>(size, 0));
}

void DescriptorStream::truncate(long length) {
    if (read_only_ || !cut(descriptor_, length)) failed_ = true;
}

}  // namespace earshot::media::tags
