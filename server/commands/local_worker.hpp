#pragma once
// What probe and transcode share: a worker of their own without a server, and saying no.

#include <filesystem>
#include <string_view>

#include "config/settings.hpp"
#include "content/model/error.hpp"
#include "server/publishing/worker.hpp"

namespace earshot::commands {

// Closes at the end.
class LocalFile {
public:
    [[nodiscard]] static model::Result<LocalFile> open_for_reading(const std::filesystem::path& file);
    explicit LocalFile(int descriptor) noexcept : descriptor_(descriptor) {}
    ~LocalFile();
    LocalFile(LocalFile&& other) noexcept;
    LocalFile& operator=(LocalFile&&) = delete;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

[[nodiscard]] publishing::WorkerPool local_workers(const config::Settings& settings);

// A refusal or a dead worker as one error.
template <class T>
[[nodiscard]] model::Result<T> flatten(publishing::WorkerPool::Outcome<T> outcome) {
    if (!outcome) return model::fail(model::Errc::unavailable, outcome.error().reason);
    return std::move(*outcome);
}

// One sentence on stderr; returns the exit status 1.
int refuse(std::string_view sentence);

}  // namespace earshot::commands
