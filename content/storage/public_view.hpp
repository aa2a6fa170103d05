#pragma once
// What the public may see right now, as one immutable value: feeds, pages and delivery read it without touching the database.
// It is rebuilt when the catalogue's revision moves (by whichever process) and at the very instant a scheduled episode becomes public.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "content/model/episode.hpp"
#include "content/storage/catalogue.hpp"

namespace earshot::storage {

struct PublicShow {
    model::Show show;
    std::vector<model::Episode> episodes;  // public ones that have audio, newest first
    std::vector<std::string> withdrawn_slugs;
    // Something of it is or was public. Before that nobody outside may learn that it is coming: its page, feed and cover do not exist.
    [[nodiscard]] bool is_launched() const { return !episodes.empty() || !withdrawn_slugs.empty(); }
};

struct PublicMedia {
    const model::Rendition* rendition{};  // null: withdrawn, or replaced by other audio → 410
    const model::Episode* episode{};      // null in those cases too
    model::EpisodeId gone;                // and then whose it was
};

struct PublicSnapshot {
    std::uint64_t revision{};
    std::vector<PublicShow> shows;                       // by title
    std::optional<model::Timestamp> next_change;         // the next scheduled episode's instant
    std::unordered_map<std::string, PublicMedia> media;  // by url_path; pointers into `shows`
    std::unordered_set<std::string> images;              // names of every picture in use by a launched show or public episode
    [[nodiscard]] const PublicShow* find_show(std::string_view slug) const;
};
using PublicSnapshotPtr = std::shared_ptr<const PublicSnapshot>;

class PublicView {
public:
    PublicView(Catalogue& catalogue, model::Clock clock);
    ~PublicView();                                // stops its thread (which looks every 250 ms)
    [[nodiscard]] PublicSnapshotPtr get() const;  // a pointer copied under a lock: fit for a network thread
    // Moves after get() begins to give another snapshot; while it stands, get() gives the same or a newer one. Costs one atomic load.
    [[nodiscard]] std::uint64_t serial() const noexcept;
    void refresh();  // blocks until what is committed now is visible; call after a write

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::storage
