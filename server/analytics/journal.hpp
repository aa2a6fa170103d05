#pragma once
// What happened in the day, in a RAM-backed file: what a restart after kill -9 replays. Written before any sum may be committed.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "content/storage/descriptor.hpp"

namespace earshot::analytics {

class Journal {
public:
    // Opens or makes the file (mode 0600). A leftover that is no journal, as one half destroyed, is replaced; so is one that another
    // version of Earshot wrote in its own format. Throws std::system_error.
    static Journal open(const std::filesystem::path& file);
    static void destroy(const std::filesystem::path& file) noexcept;  // whatever it holds; nothing happens when there is none

    // Every whole frame's entries in order, with the position after it. A torn or damaged end is cut off, and what `each` refuses: it was
    // never in any sum.
    void replay(const std::function<bool(std::string_view entries, std::uint64_t end)>& each);
    // A frame: room for its head, then entries. All or nothing: after a failure (std::system_error) the file ends where it did before.
    static constexpr std::size_t frame_head = 16;
    void append(std::span<char> frame);
    void replace(Journal& old);  // takes over the other one's name; that one is overwritten and closed. After a failure both are as before
    void destroy() noexcept;     // overwrites and removes the file

    [[nodiscard]] const std::string& id() const noexcept { return id_; }  // random, made with the file
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    [[nodiscard]] bool replaced_another_format() const noexcept { return replaced_another_format_; }

private:
    Journal() = default;
    void start();
    storage::Descriptor file_;
    std::filesystem::path path_;
    std::string id_;
    std::uint64_t position_{};
    bool replaced_another_format_{};
};

}  // namespace earshot::analytics
