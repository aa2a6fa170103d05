#include "server/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "content/storage/digest.hpp"

namespace earshot::app {

namespace fs = std::filesystem;

Places places(const config::Settings& settings) {
    Places out;
    out.data = fs::absolute(settings.storage.data_dir).lexically_normal();
    out.catalogue_db = out.data / "catalogue.db";
    out.statistics_db = out.data / "statistics.db";
    out.media = out.data / "media";
    out.uploads = out.data / "uploads";
    if (!settings.storage.runtime_dir.empty())
        out.runtime = fs::absolute(settings.storage.runtime_dir);
    else if (const char* systemd = std::getenv("RUNTIME_DIRECTORY"); systemd != nullptr && *systemd != '\0')
        out.runtime = systemd;
    else  // one folder for each data folder, so that installations on one machine do not meet
        out.runtime = fs::path("/dev/shm") / ("earshot-" + storage::sha256_hex(out.data.string()).substr(0, 16));
    out.handover = out.runtime / "handover.sock";
    return out;
}

model::Status prepare(const Places& places) {
    for (const fs::path& folder : {places.data, places.media, places.uploads, places.runtime}) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error)
            return model::fail(model::Errc::invalid_input,
                               fmt::format("The folder {} cannot be made: {}. Choose another one with --data or in "
                                           "the settings ([storage]).",
                                           folder.string(), error.message()));
    }
    fs::permissions(places.runtime, fs::perms::owner_all);
    fs::permissions(places.data, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
    return {};
}

std::uint64_t disk_reserve(const config::Settings& settings, const Places& places) {
    return std::min<std::uint64_t>(settings.storage.reserve_bytes, fs::space(places.data).capacity / 10);
}

std::string node_name(const Places& places) {
    const fs::path file = places.data / "node";
    std::string name;
    if (std::ifstream in(file); in >> name && !name.empty()) return name;
    name = storage::random_id();
    std::ofstream(file) << name << '\n';
    return name;
}

model::Result<config::Settings> effective_settings(const commands::ConfigOption& options) {
    if (options.config.empty()) return config::default_settings();
    return config::load_settings(options.config);
}

model::Result<config::Settings> effective_settings(const commands::ServeOptions& options) {
    auto settings = effective_settings(static_cast<const commands::ConfigOption&>(options));
    if (!settings) return settings;
    if (!options.data.empty()) {
        settings->storage.data_dir = options.data;
        std::erase_if(settings->mentions, [](const config::Mention& mention) { return mention.what == config::Mention::What::folder; });
    }
    if (options.port) {
        const bool default_url = settings->server.public_url == config::default_settings().server.public_url;
        settings->server.listen = {fmt::format("127.0.0.1:{}", *options.port)};
        if (default_url) settings->server.public_url = fmt::format("http://127.0.0.1:{}", *options.port);
    }
    return settings;
}

}  // namespace earshot::app
