#pragma once
// A whole show or episode put in place of what the catalogue holds.

#include "content/storage/catalogue.hpp"

namespace earshot::tests {

inline model::Result<model::Show> put(storage::Catalogue& catalogue, const model::Show& show) {
    return catalogue.edit_show(show.id, [&](model::Show& now) {
        now = show;
        return model::Status();
    });
}

inline model::Result<model::Episode> put(storage::Catalogue& catalogue, const model::Episode& episode) {
    return catalogue.edit_episode(episode.id, [&](model::Episode& now) {
        now = episode;
        return model::Status();
    });
}

}  // namespace earshot::tests
