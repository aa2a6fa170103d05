#include "server/counting_lists.hpp"

#include "server/places.hpp"

namespace earshot::app {

analytics::ListFiles counting_lists(const config::Settings& settings) {
    return {.agents = settings.statistics.agents_file,
            .data_centres = settings.statistics.data_centres_file,
            .countries = settings.statistics.countries_file,
            .shared_addresses = settings.statistics.shared_addresses_file,
            .public_url = settings.server.public_url,
            .most_per_address = settings.statistics.most_per_address};
}

model::Result<analytics::Recognition> load_counting_lists(const commands::ConfigOption& options) {
    const auto settings = effective_settings(options);
    if (!settings) return std::unexpected(settings.error());
    return analytics::Recognition::load(counting_lists(*settings));
}

}  // namespace earshot::app
