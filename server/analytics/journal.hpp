#pragma once
// The day's records in a RAM-backed file: what a restart after kill -9 replays. Written before any sum may be committed.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "content/storage/descriptor.hpp"
#include "server/analytics/windows.hpp"

namespace earshot::analytics {

// Appends one framed record to `out`: length, checksum, payload.
void encode(const Record& record, std::string& out);

class Journal {
public:
    // Opens or makes the file (mode 0600). A leftover that is no journal, as one half destroyed, is replaced. Throws std::system_error.
    static Journal open(const std::filesystem::path& file);

    // Every whole record in order, with the position after it. A torn or damaged end is cut off: it was never in any sum.
    void replay(const std::function<void(const Record&, std::uint64_t end)>& each);
    // All or nothing: after a failure (std::system_error) the file ends where it did before.
    void append(std::string_view frames);
    void destroy() noexcept;  // overwrites and removes the file

    [[nodiscard]] const std::string& id() const noexcept { return id_; }  // random, made with the file
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

private:
    Journal() = default;
    void start();
    storage::Descriptor file_;
    std::filesystem::path path_;
    std::string id_;
    std::uint64_t position_{};
};

}  // namespace earshot::analytics
