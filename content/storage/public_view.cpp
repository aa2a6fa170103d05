#include "content/storage/public_view.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "content/model/heard_words.hpp"

namespace earshot::storage {

namespace {

using model::EpisodeState;

void note_change(PublicSnapshot& snapshot, const model::Episode& episode, model::Timestamp now) {
    if (episode.state != EpisodeState::scheduled || !episode.publish_at || *episode.publish_at <= now) return;
    if (!snapshot.next_change || *episode.publish_at < *snapshot.next_change) snapshot.next_change = episode.publish_at;
}

void add_images(PublicSnapshot& snapshot, const std::optional<model::Artwork>& artwork) {
    if (!artwork) return;
    for (const auto& size : artwork->sizes) {
        snapshot.images.insert(model::jpeg_name(size));
        if (!size.webp_key.empty()) snapshot.images.insert(model::webp_name(size));
    }
}

void add_show(PublicSnapshot& snapshot, Catalogue::Contents::ShowWithEpisodes&& source, model::Timestamp now) {
    PublicShow show;
    show.show = std::move(source.show);
    for (auto& episode : source.episodes) {
        note_change(snapshot, episode, now);
        if (episode.state == EpisodeState::withdrawn) {
            for (const auto& rendition : episode.renditions) snapshot.media[rendition.url_path] = {.gone = episode.id};
            show.withdrawn_slugs.push_back(std::move(episode.slug));
        } else if (is_public(episode, now) && !episode.renditions.empty()) {
            episode.transcript_draft.reset();
            episode.chapters = model::chapters_within(std::move(episode.chapters), episode.renditions.front().duration);
            show.episodes.push_back(std::move(episode));
        }
    }
    if (show.is_launched()) add_images(snapshot, show.show.artwork);
    for (const auto& episode : show.episodes) add_images(snapshot, episode.artwork);
    snapshot.shows.push_back(std::move(show));
}

PublicSnapshotPtr build(Catalogue& catalogue, model::Timestamp now) {
    auto contents = catalogue.contents();
    auto snapshot = std::make_shared<PublicSnapshot>();
    snapshot->revision = contents.revision;
    for (auto& show : contents.shows) add_show(*snapshot, std::move(show), now);
    for (auto& path : contents.retired_paths) snapshot->media[std::move(path.url_path)] = {.gone = std::move(path.episode)};
    // Only now: the vectors no longer move.
    for (const auto& show : snapshot->shows) {
        for (const auto& episode : show.episodes) {
            for (const auto& rendition : episode.renditions) snapshot->media[rendition.url_path] = {&rendition, &episode, {}};
        }
    }
    return snapshot;
}

}  // namespace

const PublicShow* PublicSnapshot::find_show(std::string_view slug) const {
    const auto found = std::ranges::find(shows, slug, [](const PublicShow& show) -> std::string_view { return show.show.slug; });
    return found == shows.end() ? nullptr : &*found;
}

struct PublicView::State {
    Catalogue& catalogue;
    model::Clock clock;
    // std::atomic<std::shared_ptr> would be a spin lock too, and libstdc++ 12's orders too little for other processors than x86.
    mutable std::mutex publishing;
    PublicSnapshotPtr current;
    std::atomic<std::uint64_t> serial{0};
    std::mutex building;
    std::jthread thread;

    State(Catalogue& its_catalogue, model::Clock its_clock) : catalogue(its_catalogue), clock(std::move(its_clock)) {}

    [[nodiscard]] PublicSnapshotPtr get() const {
        const std::scoped_lock lock(publishing);
        return current;
    }

    void refresh() {
        const std::scoped_lock lock(building);
        const auto now = clock();
        const auto snapshot = get();
        const bool due = snapshot && snapshot->next_change && *snapshot->next_change <= now;
        if (snapshot && !due && snapshot->revision == catalogue.revision()) return;
        auto next = build(catalogue, now);
        const std::scoped_lock swap(publishing);
        current.swap(next);  // the old one dies outside the lock, if nobody else holds it
        serial.fetch_add(1, std::memory_order_release);
    }

    [[nodiscard]] std::chrono::milliseconds pause() const {
        constexpr std::chrono::milliseconds usual(250);
        const auto change = get()->next_change;
        if (!change) return usual;
        return std::clamp(std::chrono::milliseconds(*change - clock()), std::chrono::milliseconds(1), usual);
    }

    void watch(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        while (!stopped.wait_for(lock, stop, pause(), [&] { return stop.stop_requested(); })) {
            try {
                refresh();
            } catch (const std::exception&) {  // the database is away: what was public stays public, the next look tries again
            }
        }
    }
};

PublicView::PublicView(Catalogue& catalogue, model::Clock clock) : state_(std::make_unique<State>(catalogue, std::move(clock))) {
    state_->refresh();
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->watch(stop); });
}

PublicView::~PublicView() = default;

PublicSnapshotPtr PublicView::get() const {
    return state_->get();
}

std::uint64_t PublicView::serial() const noexcept {
    return state_->serial.load(std::memory_order_acquire);
}

void PublicView::refresh() {
    state_->refresh();
}

}  // namespace earshot::storage
