#include "server/publishing/tagging.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "content/model/heard_words.hpp"
#include "content/storage/digest.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::publishing {

namespace {

constexpr std::uint32_t embedded_artwork_pixels = 600;

// Every value with its length in front, so that no two different sets of values make the same bytes.
class Inputs {
public:
    Inputs& add(std::string_view text) {
        bytes_ += fmt::format("{}:", text.size());
        bytes_ += text;
        return *this;
    }
    template <class Number>
        requires std::is_arithmetic_v<Number>
    Inputs& add(Number number) {
        return add(std::string_view(fmt::format("{}", number)));
    }
    template <class T>
    Inputs& add(const std::optional<T>& value) {
        return value ? add(*value) : add(std::string_view("-"));
    }
    [[nodiscard]] std::string digest() const { return storage::sha256_hex(bytes_); }

private:
    std::string bytes_{"earshot tags 2"};  // raise when the tag writer writes the same values differently
};

// The largest picture not above the size players expect inside a file, else the smallest there is.
const model::ArtworkSize* embedded_size(const std::optional<model::Artwork>& artwork) {
    if (!artwork || artwork->sizes.empty()) return nullptr;
    const model::ArtworkSize* best = &artwork->sizes.back();
    for (const model::ArtworkSize& size : artwork->sizes)
        if (size.pixels <= embedded_artwork_pixels && size.pixels > best->pixels) best = &size;
    return best;
}

std::string summary_text(const model::Show& show, const model::Episode& episode) {
    std::string text;
    const auto paragraph = [&](std::string_view more) {
        if (more.empty()) return;
        if (!text.empty()) text += "\n\n";
        text += more;
    };
    paragraph(show.notice);
    paragraph(episode.summary);
    paragraph(plain_notes(episode.notes));
    std::string actions;
    for (const model::CallToAction& action : show.actions) {
        if (!actions.empty()) actions += '\n';
        actions += action.label;
        if (action.href.starts_with("https://")) actions += " (" + action.href + ")";
        if (!action.detail.empty()) actions += ". " + action.detail;
    }
    paragraph(actions);
    return text;
}

// Too small a number would count a listener who heard nothing, so it is held against what the sound takes at least: an MP3 of ours takes
// the same for every second, the others hardly anything for silence.
std::uint64_t least_for_60s(const model::Rendition& rendition, std::uint64_t audio_bytes) {
    constexpr std::uint64_t of_silence_a_second = 20;
    constexpr std::chrono::milliseconds minute{60'000};
    const auto heard = static_cast<std::uint64_t>(std::clamp<std::chrono::milliseconds>(rendition.duration, {}, minute).count());
    if (rendition.codec != model::Codec::mp3 || heard == 0) return std::max<std::uint64_t>(heard * of_silence_a_second / 1000, 1);
    const double share = static_cast<double>(heard) / static_cast<double>(rendition.duration.count());
    return static_cast<std::uint64_t>(share * static_cast<double>(audio_bytes) / 2);
}

}  // namespace

model::Result<std::string> read_object(storage::MediaStore& store, std::string_view key) {
    auto file = store.open(key);
    if (!file) return std::unexpected(std::move(file.error()));
    std::string bytes((*file)->size(), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got = ::pread((*file)->descriptor(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw std::system_error(errno, std::generic_category(), "reading a stored object");
        if (got == 0) throw std::runtime_error("a stored object is shorter than it was");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

// The loudness is left out: it is the sound's, which tags do not change.
std::string fingerprint(const media::AudioTags& tags) {
    Inputs inputs;
    inputs.add(tags.title).add(tags.show).add(tags.author).add(tags.language).add(tags.copyright);
    inputs.add(tags.people.size());
    for (const model::Person& person : tags.people) inputs.add(person.name).add(person.role).add(person.group).add(person.href);
    inputs.add(tags.date ? std::optional(tags.date->time_since_epoch().count()) : std::nullopt);
    inputs.add(tags.season).add(tags.number);
    inputs.add(tags.summary).add(tags.transcript).add(tags.guid).add(tags.feed_url).add(tags.page_url).add(tags.artwork_jpeg);
    inputs.add(tags.chapters.size());
    for (const model::Chapter& chapter : tags.chapters) inputs.add(chapter.start.count()).add(chapter.title).add(chapter.href);
    return inputs.digest();
}

media::AudioTags Publisher::tags_for(const model::Show& show, const model::Episode& episode, const model::Rendition& rendition) {
    media::AudioTags tags;
    tags.title = episode.title;
    tags.show = show.title;
    tags.author = show.author;
    tags.language = show.language;
    tags.copyright = show.copyright;
    tags.people = episode.people.empty() ? show.people : episode.people;
    tags.date = episode.publish_at;
    tags.season = episode.season;
    tags.number = episode.number;
    tags.summary = summary_text(show, episode);
    if (const auto cues = model::heard_cues(episode)) tags.transcript = model::plain_text(*cues);
    tags.guid = episode.guid;
    // The same addresses as feeds/addresses.hpp gives; that room is not ours to see, a test compares the two.
    tags.page_url = fmt::format("{}/shows/{}/{}", settings_.server.public_url, show.slug, episode.slug);
    tags.feed_url = fmt::format("{}/shows/{}/feed.xml", settings_.server.public_url, show.slug);
    const model::ArtworkSize* picture = embedded_size(episode.artwork);
    if (picture == nullptr) picture = embedded_size(show.artwork);
    if (picture != nullptr)
        if (auto jpeg = read_object(rooms_.store, picture->object_key)) tags.artwork_jpeg = std::move(*jpeg);
    tags.chapters = model::chapters_within(episode.chapters, rendition.duration);
    tags.integrated_lufs = rendition.loudness.integrated_lufs;
    return tags;
}

WorkerPool::Outcome<void> tag_rendition(Publisher::Rooms& rooms, const media::AudioTags& tags, model::Timestamp now,
                                        model::Rendition& rendition) {
    const auto essence = rooms.store.open(rendition.essence_key);
    if (!essence) return model::Status(std::unexpected(essence.error()));
    const auto output = rooms.store.create();
    if (output->descriptor() < 0) throw std::runtime_error("the media store offers no local file to write tags into");
    const auto outcome = rooms.workers.tag(rendition.codec, (*essence)->descriptor(), output->descriptor(), tags, rendition.duration);
    if (!outcome) return std::unexpected(outcome.error());
    if (!*outcome) return model::Status(std::unexpected(outcome->error()));
    auto key = output->commit();
    if (!key) return model::Status(std::unexpected(key.error()));
    const media::TaggedFile& tagged = **outcome;
    const auto stored = rooms.store.open(*key);
    if (!stored) return std::unexpected(WorkerDied{"the tagged file is not in the store: " + stored.error().message, true});
    const std::uint64_t size = (*stored)->size();
    // Tags only ever add to a file, but where an essence has room for them in front: FLAC files made by ffmpeg have 8 KiB of it.
    constexpr std::uint64_t most_room = 16U << 10;
    const bool plausible = size == tagged.byte_length && size + most_room >= (*essence)->size() && tagged.audio_start < size &&
                           tagged.bytes_for_60s >= least_for_60s(rendition, size - tagged.audio_start) &&
                           tagged.bytes_for_60s <= size - tagged.audio_start;
    if (!plausible || !rooms.store.verify(*key)) return std::unexpected(WorkerDied{"the tagged file did not pass its check"});
    rendition.object_key = *key;
    rendition.sha256 = std::move(*key);
    rendition.byte_length = size;
    rendition.audio_start = tagged.audio_start;
    rendition.bytes_for_60s = tagged.bytes_for_60s;
    rendition.tag_fingerprint = fingerprint(tags);
    // No two versions share a second: it is served as Last-Modified, and a resuming client may name it in If-Range (RFC 9110 §8.8.2.2).
    rendition.tagged_at =
        std::max<model::Timestamp>(now, std::chrono::floor<std::chrono::seconds>(rendition.tagged_at) + std::chrono::seconds(1));
    return model::Status{};
}

}  // namespace earshot::publishing
