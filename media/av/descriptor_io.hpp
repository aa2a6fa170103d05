#pragma once
// An AVIOContext over an open descriptor. It keeps its own position (pread/pwrite), so several may share one descriptor.
// Does not own the descriptor. File names and protocols never come into play.

extern "C" {
#include <libavformat/avio.h>
}

#include <cstdint>
#include <memory>

#include "media/av/byte_view.hpp"

namespace earshot::media::av {

class DescriptorIo {
public:
    enum class Mode { read, write };
    DescriptorIo(int descriptor, Mode mode, ByteView view = {});
    ~DescriptorIo();
    DescriptorIo(const DescriptorIo&) = delete;
    DescriptorIo& operator=(const DescriptorIo&) = delete;

    [[nodiscard]] AVIOContext* get() const noexcept { return context_; }
    // Throws std::system_error if reading has ever failed. libavformat takes that for the end, or for damage.
    void check_disk() const;

private:
    static int read(void* self, std::uint8_t* buffer, int size);
    static int write(void* self, std::uint8_t* buffer, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    [[nodiscard]] std::int64_t size() const;
    void apply_patch(std::uint8_t* buffer, std::int64_t at, std::int64_t count) const;

    int descriptor_;
    ByteView view_;
    std::int64_t position_{};
    int read_error_{};  // errno
    AVIOContext* context_{};
};

}  // namespace earshot::media::av
