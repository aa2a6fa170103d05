#include "server/commands/upload.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "content/storage/digest.hpp"
#include "server/commands/progress_bar.hpp"

namespace earshot::commands {

namespace {

constexpr std::size_t piece_bytes = 8U << 20;
constexpr int most_retries = 9;                               // in a row without a byte of progress
const ApiClient::Fields version{{"Tus-Resumable", "1.0.0"}};  // nobody but uploads looks at it

class Source {
public:
    explicit Source(const std::filesystem::path& file) : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), name_(file.string()) {
        if (descriptor_ < 0) throw ApiRefusal(fmt::format("{} cannot be read: {}.", name_, std::strerror(errno)));
        const off_t end = ::lseek(descriptor_, 0, SEEK_END);
        if (end <= 0) throw ApiRefusal(fmt::format("{} is empty.", name_));
        size_ = static_cast<std::uint64_t>(end);
    }
    ~Source() { ::close(descriptor_); }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    // Fills `piece` from `offset`, as far as the file and its capacity go.
    void read(std::uint64_t offset, std::string& piece) const {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, size_ - offset)));
        for (std::size_t done = 0; done < piece.size();) {
            const ssize_t got = ::pread(descriptor_, piece.data() + done, piece.size() - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) throw ApiRefusal(fmt::format("{} changed or broke while it was read.", name_));
            done += static_cast<std::size_t>(got);
        }
    }

private:
    int descriptor_;
    std::string name_;
    std::uint64_t size_{};
};

std::string digest_of(const Source& source) {
    storage::Sha256 hash;
    std::string piece;
    for (std::uint64_t offset = 0; offset < source.size(); offset += piece.size()) {
        source.read(offset, piece);
        hash.update(std::as_bytes(std::span(piece)));
    }
    return hash.finish_hex();
}

std::optional<std::uint64_t> offset_in(const ApiAnswer& answer) {
    const std::string text = answer.field("upload-offset");
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return offset;
}

// What the other side may say when it is only a matter of trying again: nothing, busy, or another offset.
bool may_go_on(int status) {
    return status == 0 || status == 409 || status == 423 || status == 429 || status == 502 || status == 503 || status == 504;
}

// Where the server wants it.
std::string announce(ApiClient& client, const std::filesystem::path& file) {
    const Source source(file);
    ApiClient::Fields fields = version;
    fields.emplace_back("Upload-Length", std::to_string(source.size()));
    fields.emplace_back("Upload-Metadata", fmt::format("filename {},sha256 {}", storage::base64(file.filename().string()),
                                                       storage::base64(digest_of(source))));
    const std::string location = client.insist("POST", "/api/v1/uploads", {}, fields).field("location");
    if (location.empty()) throw ApiRefusal("The server did not say where to send the file.");
    return location;
}

void send_all(ApiClient& client, const Source& source, const std::string& location) {
    ProgressBar bar("uploading  ");
    std::string piece;
    std::uint64_t offset = 0;
    for (int retries = 0; offset < source.size();) {
        bar.show(static_cast<double>(offset) / static_cast<double>(source.size()),
                 fmt::format("{:.1f} of {:.1f} MB", static_cast<double>(offset) / 1e6, static_cast<double>(source.size()) / 1e6));
        source.read(offset, piece);
        ApiClient::Fields fields = version;
        fields.emplace_back("Upload-Offset", std::to_string(offset));
        fields.emplace_back("Content-Type", "application/offset+octet-stream");
        ApiAnswer answer = client.send("PATCH", location, piece, fields);
        if (!answer.good()) {
            if (retries == most_retries || !may_go_on(answer.status)) throw ApiRefusal(refusal_sentence(answer));
            client.pause(pause_before_retry(retries++));
            answer = client.insist("HEAD", location, {}, version);  // how far did it get?
        }
        const auto reached = offset_in(answer);
        if (!reached || *reached > source.size()) throw ApiRefusal("The server does not speak tus 1.0 as it should.");
        if (*reached > offset) retries = 0;
        offset = *reached;
    }
    bar.show(1, fmt::format("{:.1f} MB", static_cast<double>(source.size()) / 1e6));
}

}  // namespace

MadeOnServer::MadeOnServer(ApiClient& client, std::string_view what, std::string path)
    : client_(client), what_(what), path_(std::move(path)) {}

MadeOnServer::~MadeOnServer() {
    if (!kept_) remove();
}

void MadeOnServer::remove() const noexcept try {
    const ApiAnswer answer = client_.persist("DELETE", path_, {}, version);
    if (!answer.good() && answer.status != 404 && answer.status != 410)
        fmt::print(stderr, "The {} could not be removed: {}\n", what_, refusal_sentence(answer));
} catch (const std::exception& error) {
    std::fprintf(stderr, "The %s could not be removed: %s\n", what_.c_str(), error.what());
}

Upload::Upload(ApiClient& client, const std::filesystem::path& file) : made_(client, "upload", announce(client, file)) {
    send_all(client, Source(file), made_.path());
}

std::string Upload::id() const {
    return made_.path().substr(made_.path().find_last_of('/') + 1);
}

}  // namespace earshot::commands
