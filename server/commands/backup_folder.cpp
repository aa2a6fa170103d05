#include "server/commands/backup_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "content/storage/catalogue.hpp"
#include "content/storage/digest.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

namespace fs = std::filesystem;
using model::Errc;
using model::fail;

namespace {

// Opens, syncs, closes.
void sync_path(const fs::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path.string());
    const bool synced = ::fsync(descriptor) == 0;
    const int reason = errno;
    ::close(descriptor);
    if (!synced) throw std::system_error(reason, std::generic_category(), path.string());
}

bool is_key(std::string_view name) {
    return name.size() == 64 && std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

fs::path place_of(const fs::path& media, std::string_view key) {
    return media / key.substr(0, 2) / key.substr(2, 2) / key;
}

void link_or_copy(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::create_hard_link(from, to, error);
    if (error) copy_file_durably(from, to);
}

// A database to look into: opening one may write to it, and the original must keep its bytes.
class LookingGlass {
public:
    LookingGlass(const fs::path& original, fs::path copy) : copy_(std::move(copy)) {
        fs::create_directories(copy_.parent_path());
        fs::copy_file(original, copy_, fs::copy_options::overwrite_existing);
    }
    ~LookingGlass() {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(copy_.string() + suffix, ignored);
    }
    LookingGlass(const LookingGlass&) = delete;
    LookingGlass& operator=(const LookingGlass&) = delete;
    [[nodiscard]] const fs::path& path() const noexcept { return copy_; }

private:
    fs::path copy_;
};

storage::Database::Options copied_catalogue(const LookingGlass& copy) {
    auto file = catalogue_file(copy.path());
    file.migrate = true;  // an older backup is as good
    return file;
}

}  // namespace

void sync_folder(const fs::path& folder) {
    sync_path(folder, O_RDONLY | O_DIRECTORY);
}

void copy_file_durably(const fs::path& from, const fs::path& to) {
    fs::copy_file(from, to);
    sync_path(to, O_RDONLY);
}

std::string file_sha256(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    storage::Sha256 hash;
    std::vector<char> buffer(1U << 20);
    while (in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hash.update(std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (!in.eof()) throw std::runtime_error(fmt::format("{} cannot be read.", file.string()));
    return hash.finish_hex();
}

void write_manifest(const fs::path& folder, const Manifest& manifest) {
    const boost::json::object document{{"made_at", manifest.made_at},
                                       {"catalogue_sha256", manifest.catalogue_sha256},
                                       {"statistics_sha256", manifest.statistics_sha256},
                                       {"objects", manifest.objects},
                                       {"bytes", manifest.bytes}};
    const fs::path fresh = folder / "manifest.part";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out << serialize(document) << '\n';
        if (!out.flush()) throw std::runtime_error(fmt::format("{} cannot be written.", fresh.string()));
    }
    sync_path(fresh, O_RDONLY);
    fs::rename(fresh, folder / "manifest.json");
    sync_folder(folder);
}

model::Result<Manifest> read_manifest(const fs::path& folder) {
    std::ifstream in(folder / "manifest.json", std::ios::binary);
    if (!in) return fail(Errc::not_found, fmt::format("{} holds no complete backup: there is no manifest.json.", folder.string()));
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    try {
        const auto document = boost::json::parse(text).as_object();
        Manifest manifest;
        manifest.made_at = boost::json::value_to<std::string>(document.at("made_at"));
        manifest.catalogue_sha256 = boost::json::value_to<std::string>(document.at("catalogue_sha256"));
        manifest.statistics_sha256 = boost::json::value_to<std::string>(document.at("statistics_sha256"));
        manifest.objects = document.at("objects").to_number<std::uint64_t>();
        manifest.bytes = document.at("bytes").to_number<std::uint64_t>();
        return manifest;
    } catch (const std::exception&) {
        return fail(Errc::unprocessable, fmt::format("{} is damaged.", (folder / "manifest.json").string()));
    }
}

std::set<std::string> referenced_objects(const fs::path& catalogue_db, const fs::path& copy) {
    const LookingGlass glass(catalogue_db, copy);
    storage::Database database(copied_catalogue(glass));
    return storage::Catalogue(database).referenced_objects();
}

model::Result<Copied> copy_objects(const fs::path& from, const fs::path& to, const std::set<std::string>* keys) {
    Copied copied;
    fs::create_directories(to);
    if (!fs::exists(from)) return copied;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
        const std::string key = entry.path().filename().string();
        if (!is_key(key) || !entry.is_regular_file() || (keys != nullptr && !keys->contains(key))) continue;
        const fs::path place = place_of(to, key);
        fs::create_directories(place.parent_path());
        link_or_copy(entry.path(), place);
        if (file_sha256(place) != key)
            return fail(Errc::unprocessable,
                        fmt::format("The object {} is damaged: its bytes do not match its name.", entry.path().string()));
        sync_folder(place.parent_path());
        ++copied.objects;
        copied.bytes += fs::file_size(place);
    }
    sync_folder(to);
    return copied;
}

model::Status check_references(const fs::path& catalogue_db, const fs::path& media) {
    const LookingGlass copy(catalogue_db, media / "look.db");
    storage::Database database(copied_catalogue(copy));
    storage::Catalogue catalogue(database);
    std::string missing;
    const auto need = [&](const std::string& key, const std::string& what) {
        if (missing.empty() && !fs::exists(place_of(media, key))) missing = fmt::format("{} (object {}) is missing.", what, key);
    };
    const auto need_artwork = [&](const std::optional<model::Artwork>& artwork, const std::string& title) {
        if (!artwork) return;
        for (const model::ArtworkSize& size : artwork->sizes)
            for (const auto& key : {size.object_key, size.webp_key})
                if (!key.empty()) need(key, "Cover art of \"" + title + "\"");
    };
    for (const model::Show& show : catalogue.list_shows()) {
        need_artwork(show.artwork, show.title);
        for (const model::Episode& episode : catalogue.list_episodes(show.id)) {
            need_artwork(episode.artwork, episode.title);
            if (episode.master) need(episode.master->object_key, "The master of \"" + episode.title + "\"");
            for (const model::Rendition& rendition : episode.renditions) {
                need(rendition.object_key, "The " + rendition.profile + " file of \"" + episode.title + "\"");
                need(rendition.essence_key, "The untagged " + rendition.profile + " file of \"" + episode.title + "\"");
            }
        }
    }
    if (missing.empty()) return {};
    return fail(Errc::unprocessable, std::move(missing));
}

}  // namespace earshot::commands
