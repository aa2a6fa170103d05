// `earshot feed`: a show's feed as the server would send it now.

#include "feeds/rss.hpp"

#include <fmt/format.h>

#include "content/storage/public_view.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

int feed(const FeedOptions& options) {
    return with_local_data(options, DataFolder::existing, [&](LocalData& data) -> model::Status {
        storage::Database database(catalogue_file(data.where.catalogue_db));
        storage::Catalogue catalogue(database);
        storage::PublicView view(catalogue, model::system_now);
        view.refresh();
        const auto snapshot = view.get();
        const storage::PublicShow* show = snapshot->find_show(options.show);
        if (show == nullptr) return model::fail(model::Errc::not_found, fmt::format("There is no show \"{}\".", options.show));
        fmt::print("{}", feeds::render_rss(show->show, show->episodes, data.settings.server.public_url).xml);
        return {};
    });
}

}  // namespace earshot::commands
