#pragma once
// A catalogue database in a folder of its own, and small values to put into it.

#include <atomic>
#include <fstream>
#include <iterator>
#include <string>

#include "content/storage/catalogue.hpp"
#include "content/storage/database.hpp"
#include "content/storage/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

using namespace std::chrono_literals;

inline std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void spill(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

// Text that no two positions share, so that a shifted or doubled block shows.
inline std::string pattern(std::size_t size, unsigned seed = 1) {
    std::string bytes(size, '\0');
    std::uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (auto& byte : bytes) {
        x ^= x << 13U;
        x ^= x >> 7U;
        x ^= x << 17U;
        byte = static_cast<char>(x);
    }
    return bytes;
}

class FakeClock {
public:
    [[nodiscard]] model::Clock clock() const {
        return [now = now_] { return model::Timestamp(std::chrono::milliseconds(now->load())); };
    }
    [[nodiscard]] model::Timestamp now() const { return clock()(); }
    void advance(std::chrono::milliseconds step) { *now_ += step.count(); }

private:
    std::shared_ptr<std::atomic<long long>> now_ = std::make_shared<std::atomic<long long>>(1'800'000'000'000);
};

struct Opened {
    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "catalogue.db";
    FakeClock time;
    storage::Database database{{.file = file, .migrations = storage::catalogue_migrations()}};
    storage::Catalogue catalogue{database, time.clock()};

    model::Show show(std::string slug = "code-severe") {
        model::Show show;
        show.slug = std::move(slug);
        show.title = "Code Severe";
        return catalogue.create_show(show).value();
    }
    model::Episode episode(const model::Show& show, std::string title = "Multiple Bombings") {
        model::Episode episode;
        episode.show = show.id;
        episode.title = std::move(title);
        return catalogue.create_episode(episode).value();
    }
    model::Master master(const model::Episode& episode) {
        model::Master master;
        master.episode = episode.id;
        master.object_key = master.sha256 = std::string(64, 'a');
        master.byte_length = 1000;
        return catalogue.add_master(master).value().master;
    }
    static model::Rendition rendition(const model::Master& master, std::string profile = "mp3") {
        model::Rendition r;
        r.episode = master.episode;
        r.master = master.id;
        r.url_path = "/media/" + storage::random_id() + "/x." + profile;
        r.profile = std::move(profile);
        r.byte_length = 5'000'000'000;
        return r;
    }
};

}  // namespace earshot::tests
