#pragma once
// A stretch of a file, or of memory, to be looked through and never trusted: reading ends where the stretch ends, and a file gives out only
// so much for one look, whatever its own numbers promise.

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::media::embedded {

// One look at one file. Worker only: the descriptor holds foreign bytes.
class Look {
public:
    explicit Look(int descriptor);
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::string read(std::uint64_t at, std::size_t most);  // shorter at the end, and when the look has been long enough

private:
    int descriptor_;
    std::uint64_t size_{};
    std::uint64_t bytes_left_{64U << 20}, reads_left_{400'000};
};

class Section {
public:
    Section(Look& file, std::uint64_t at, std::uint64_t size);
    explicit Section(std::string_view memory) : memory_(memory), size_(memory.size()) {}  // must outlive this

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::string read(std::uint64_t at, std::size_t most) const;
    [[nodiscard]] std::string all(std::size_t most) const { return read(0, most); }
    // Cut to what there is.
    [[nodiscard]] Section part(std::uint64_t at, std::uint64_t size) const;
    [[nodiscard]] Section from(std::uint64_t at) const { return part(at, size_); }

private:
    Look* file_{};
    std::string_view memory_;
    std::uint64_t at_{}, size_{};
};

// Numbers in bytes that were read; 0 beyond the end.
[[nodiscard]] std::uint64_t big(std::string_view bytes, std::size_t at, std::size_t count) noexcept;
[[nodiscard]] std::uint64_t little(std::string_view bytes, std::size_t at, std::size_t count) noexcept;

}  // namespace earshot::media::embedded
