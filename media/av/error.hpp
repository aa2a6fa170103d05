#pragma once
// libav's negative return codes as exceptions inside the media room. They never leave it: each public function of the room
// turns them into a model::Error with a sentence, because it is nearly always the file that caused them.

#include <cstddef>
#include <stdexcept>
#include <string>

namespace earshot::media::av {

class AvError : public std::runtime_error {
public:
    enum class Cause { unknown_format, disk_full, file_too_large, other };
    AvError(int code, const std::string& what);
    [[nodiscard]] int code() const noexcept { return code_; }
    [[nodiscard]] Cause cause() const noexcept;

private:
    int code_;
};

// Passes a result >= 0 through; throws AvError("<what>: <libav's words>") otherwise.
int av_check(int result, const char* what);

// For functions that answer with a pointer: null is out of memory or an unknown name.
template <class T>
T* av_check_pointer(T* pointer, const char* what) {
    if (pointer == nullptr) throw AvError(-12, what);
    return pointer;
}

// The largest piece of memory that anything in a recording has a right to.
inline constexpr std::size_t most_bytes_at_once = 256U << 20;

// libav writes to stderr and allocates without bound by default: neither here. Called by every handle that could make it do so; cheap.
void prepare_library(std::size_t most_bytes = most_bytes_at_once) noexcept;

}  // namespace earshot::media::av
