#pragma once
// TagLib's stream over an open descriptor: the sandbox knows no paths. Own position; does not own the descriptor.

#include <tiostream.h>

namespace earshot::media::tags {

class DescriptorStream final : public TagLib::IOStream {
public:
    DescriptorStream(int descriptor, bool read_only) noexcept : descriptor_(descriptor), read_only_(read_only) {}

    // True once a read or write failed: TagLib's interface has no other way to hear of it.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    TagLib::FileName name() const override { return ""; }
    TagLib::ByteVector readBlock(unsigned long length) override;
    void writeBlock(const TagLib::ByteVector& data) override;
    void insert(const TagLib::ByteVector& data, unsigned long start, unsigned long replace) override;
    void removeBlock(unsigned long start, unsigned long length) override;
    bool readOnly() const override { return read_only_; }
    bool isOpen() const override { return descriptor_ >= 0; }
    void seek(long offset, Position whence) override;
    long tell() const override { return position_; }
    long length() override;
    void truncate(long length) override;

private:
    void move_tail(long from, long to);

    int descriptor_;
    bool read_only_;
    bool failed_{};
    long position_{};
};

}  // namespace earshot::media::tags
