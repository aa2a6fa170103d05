#pragma once
// What was found, in the order found: in plain words, cleaned and cut, and never more than a page's worth.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/media.hpp"
#include "media/embedded/section.hpp"

namespace earshot::media::embedded {

inline constexpr std::size_t most_items = 300;       // in all …
inline constexpr std::size_t most_of_one_kind = 30;  // … and of one kind, so that ten thousand comments hide nothing else

class Findings {
public:
    // `what`: plain words. `value`: any bytes; empty ones say nothing and are left out. `kind` and `detail`: the format's own name of the
    // place, "ID3 TXXX" and what distinguishes this one.
    void add(std::string_view what, std::string_view value, std::string_view kind, std::string_view detail = {});
    // Words chosen by the field's name, where it is one that people give away something with; else "Other words".
    void add_field(std::string_view field, std::string_view value, std::string_view kind, std::string_view detail = {});
    // Bytes that only their own program understands: how many there are, and what in them looks like words.
    void add_opaque(std::string_view what, const Section& bytes, std::string_view kind, std::string_view detail = {});

    // Some value found so far says this already.
    [[nodiscard]] bool tells(std::string_view value) const;
    // What may hurt somebody most comes first: places, then devices and people. With a line for what was too much to list.
    [[nodiscard]] std::vector<model::EmbeddedItem> take();

private:
    struct Kind {
        std::string what;
        std::size_t found{}, listed{};
    };
    std::vector<model::EmbeddedItem> items_;
    std::map<std::string, Kind, std::less<>> kinds_;
};

// "Where it was recorded" for "com.apple.quicktime.location.ISO6709", "GPSLatitude" or "LOCATION_GPS"; "Other words" for what is not known.
[[nodiscard]] std::string_view plain_words(std::string_view field);

// Smaller is worth more attention.
[[nodiscard]] std::size_t rank_of(std::string_view what);

}  // namespace earshot::media::embedded
