#pragma once
// A show (the channel of its feed) and what hangs on it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/ids.hpp"
#include "content/model/media.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

// What a listener is asked to do. href is the real address (https:, tel:, mailto:), never a redirect of ours.
struct CallToAction {
    std::string label;   // "Report online at gov.uk/ACT"
    std::string href;    // "https://www.gov.uk/ACT"
    std::string detail;  // "In confidence, day or night."
    bool emergency{};    // shown apart: "999"
    bool operator==(const CallToAction&) const = default;
};

struct Person {
    std::string name;
    std::string role{"host"};  // Podcast Taxonomy, lower case
    std::string group{"cast"};
    std::string href;
    bool operator==(const Person&) const = default;
};

// Square, RGB, re-encoded by us to a fixed ladder of sizes; the master picture is not served.
struct ArtworkSize {
    std::uint32_t pixels{};  // width = height
    std::string object_key;  // MediaStore key = sha256 hex of the JPEG; served at /images/<object_key>.jpg
    std::uint64_t byte_length{};
    std::string webp_key;  // the same picture as WebP, at /images/<webp_key>.webp; "" when made before there were any
    std::uint64_t webp_byte_length{};
    bool operator==(const ArtworkSize&) const = default;
};
// The names these files have in addresses: "<object_key>.jpg", "<webp_key>.webp" or "".
[[nodiscard]] inline std::string jpeg_name(const ArtworkSize& size) {
    return size.object_key + ".jpg";
}
[[nodiscard]] inline std::string webp_name(const ArtworkSize& size) {
    return size.webp_key.empty() ? "" : size.webp_key + ".webp";
}
struct Artwork {
    std::string alt;                     // words for those who do not see it
    std::vector<ArtworkSize> sizes;      // descending: 3000 (or the master's own size, 1400 to 3000), 1400, 600, 300
    std::vector<EmbeddedItem> embedded;  // what the picture handed in gave away; not in what is served
    bool operator==(const Artwork&) const = default;
};

enum class ShowType { episodic, serial };  // itunes:type

struct Show {
    ShowId id;
    std::string slug;          // in addresses; unique; never changes after creation
    std::string podcast_guid;  // podcast:guid, UUIDv5 of the first feed URL; never changes
    std::string title;
    std::string description;  // plain text, ≤ 4000 bytes
    std::string notice;       // optional line shown prominently on every page and in every note ("This is a demonstration …")
    std::string language{"en-GB"};
    std::string author;
    std::string owner_name, owner_email;        // optional
    std::string category{"News"}, subcategory;  // Apple's list
    bool is_explicit{};
    ShowType type{ShowType::episodic};
    std::string copyright;
    std::string website;  // optional home of the organisation
    bool locked{true};    // podcast:locked
    std::vector<Person> people;
    std::vector<CallToAction> actions;
    std::string time_zone;  // "Europe/London": whose clock its people go by; empty: UTC
    std::string topics;     // what chapters speak to, one a line (model/topic.hpp)
    std::optional<Artwork> artwork;
    Timestamp created_at{}, updated_at{};
};

[[nodiscard]] std::string_view to_string(ShowType type) noexcept;
[[nodiscard]] std::optional<ShowType> parse_show_type(std::string_view text) noexcept;

}  // namespace earshot::model
