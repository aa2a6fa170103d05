#pragma once
// How pages say dates, lengths and sizes, and the small words around an episode.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "content/model/episode.hpp"
#include "content/model/media.hpp"
#include "content/model/time.hpp"

namespace earshot::web {

[[nodiscard]] std::string long_date(model::Timestamp time);                    // "24 November 2026", UTC
[[nodiscard]] std::string spoken_duration(std::chrono::milliseconds time);     // "1 h 5 min", "24 min", "40 s"
[[nodiscard]] std::string time_left(std::chrono::seconds time);                // "35 seconds left", "3 min left"
[[nodiscard]] std::string times(double factor);                                // "4.2×", "38×"
[[nodiscard]] std::string iso_duration(std::chrono::milliseconds time);        // "PT1H5M3S"
[[nodiscard]] std::string file_size(std::uint64_t bytes);                      // "4.2 MB"
[[nodiscard]] std::string grouped(std::uint64_t number);                       // "12,345"
[[nodiscard]] std::string counted(std::size_t number, std::string_view word);  // "1 episode", "2 episodes"
[[nodiscard]] std::string episode_place(const model::Episode& episode);   // "Episode 2", "Season 1, episode 2", "Trailer", "Bonus" or ""
[[nodiscard]] std::string capitalised(std::string_view text);             // "sound designer" → "Sound designer"
[[nodiscard]] std::string whole_seconds(std::chrono::milliseconds time);  // "90", "90.5": for #t= and data-seek
[[nodiscard]] std::string one_line(std::string_view text, std::size_t max_bytes);  // white space folded, cut at a word with "…"

}  // namespace earshot::web
