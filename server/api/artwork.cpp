// Cover art: the body is the picture. It is kept in an unnamed file until the worker has made the sizes from it.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "server/api/documents.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::api {

namespace {

using http::problem;
using model::Errc;
using model::fail;

class UnnamedFile {
public:
    explicit UnnamedFile(const std::filesystem::path& folder) {
        std::filesystem::create_directories(folder);
        std::string name = (folder / "picture-XXXXXX").string();
        descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "making a temporary file");
        ::unlink(name.c_str());
    }
    ~UnnamedFile() { ::close(descriptor_); }
    UnnamedFile(const UnnamedFile&) = delete;
    UnnamedFile& operator=(const UnnamedFile&) = delete;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    model::Status append(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
                return fail(Errc::insufficient_storage, "The server's disk is full. Ask the operators to make room, then try again.");
            if (written < 0) throw std::system_error(errno, std::generic_category(), "writing a temporary file");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    }

private:
    int descriptor_{-1};
};

class PictureSink final : public http::BodySink {
public:
    using Store = std::function<Answer(const model::Artwork&)>;
    PictureSink(Context& context, std::string alt, Store store)
        : publisher_(context.publisher),
          file_(context.settings.storage.data_dir / "work"),
          alt_(std::move(alt)),
          store_(std::move(store)) {}

    std::optional<Answer> write(std::span<const std::byte> bytes) override {
        if (auto written = file_.append(bytes); !written) return problem(written.error());
        return std::nullopt;
    }
    Answer finish() override {
        if (::lseek(file_.descriptor(), 0, SEEK_SET) != 0) throw std::system_error(errno, std::generic_category(), "lseek");
        auto artwork = publisher_.make_artwork(file_.descriptor(), alt_);
        if (!artwork) return problem(artwork.error());
        return store_(std::move(*artwork));
    }

private:
    publishing::Publisher& publisher_;
    UnnamedFile file_;
    std::string alt_;
    Store store_;
};

model::Result<std::string> alt_text(const Request& request) {
    if (const auto field = request.field("X-Artwork-Alt")) return publishing::tidy_alt(*field);
    return publishing::tidy_alt(request.query_value("alt").value_or(""));
}

Answer store_show(Context& context, const Request& request, const model::Artwork& artwork) {
    const auto show = find_show(context, request);
    if (!show) return problem(show.error());
    const auto stored = context.catalogue.edit_show(show->id, [&](model::Show& now) {
        now.artwork = artwork;
        return model::Status();
    });
    if (!stored) return problem(stored.error());
    note(context, request, "show.artwork", stored->id.value);
    context.view.refresh();
    context.publisher.show_changed(stored->id);
    context.runner.wake();
    return http::json(200, show_document(context, *stored));
}

Answer store_episode(Context& context, const Request& request, const model::Artwork& artwork) {
    const auto stored = context.publisher.edit(model::EpisodeId{request.param("episode")}, [&](model::Episode& episode) {
        episode.artwork = artwork;
        return model::Status();
    });
    if (!stored) return problem(stored.error());
    note(context, request, "episode.artwork", stored->id.value);
    context.view.refresh();
    context.publisher.metadata_changed(stored->id);
    context.runner.wake();
    const auto show = context.catalogue.find_show(stored->show);
    if (!show) return problem(404, "There is no such show.");
    return http::json(200, episode_document(context, *show, *stored));
}

Streamed take_picture(Context& context, const Request& request, Answer (*store)(Context&, const Request&, const model::Artwork&)) {
    auto alt = alt_text(request);
    if (!alt) return Answer(problem(alt.error()));
    // The request is gone when the body has come; what storing needs of it is kept.
    Request kept;
    kept.params = request.params;
    kept.identity = request.identity;
    return std::make_unique<PictureSink>(
        context, std::move(*alt),
        [&context, kept = std::move(kept), store](const model::Artwork& artwork) { return store(context, kept, artwork); });
}

}  // namespace

Streamed put_show_artwork(Context& context, const Request& request) {
    if (auto show = find_show(context, request); !show) return Answer(problem(show.error()));
    return take_picture(context, request, &store_show);
}

Streamed put_episode_artwork(Context& context, const Request& request) {
    if (auto episode = find_episode(context, request); !episode) return Answer(problem(episode.error()));
    return take_picture(context, request, &store_episode);
}

}  // namespace earshot::api
