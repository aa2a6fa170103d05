#include "content/model/transliteration.hpp"

#include <array>

namespace earshot::model {

namespace {

struct Fold {
    char32_t first, last;
    std::string_view ascii;
};
constexpr auto folds = std::to_array<Fold>({
    {0x27, 0x27, ""},    {0x2019, 0x2019, ""}, {0x300, 0x36F, ""},  // "don't" → "dont"
    {0xC0, 0xC5, "a"},   {0xC6, 0xC6, "ae"},   {0xC7, 0xC7, "c"},     {0xC8, 0xCB, "e"},      {0xCC, 0xCF, "i"},     {0xD0, 0xD0, "d"},
    {0xD1, 0xD1, "n"},   {0xD2, 0xD6, "o"},    {0xD8, 0xD8, "o"},     {0xD9, 0xDC, "u"},      {0xDD, 0xDD, "y"},     {0xDE, 0xDE, "th"},
    {0xDF, 0xDF, "ss"},  {0xE0, 0xE5, "a"},    {0xE6, 0xE6, "ae"},    {0xE7, 0xE7, "c"},      {0xE8, 0xEB, "e"},     {0xEC, 0xEF, "i"},
    {0xF0, 0xF0, "d"},   {0xF1, 0xF1, "n"},    {0xF2, 0xF6, "o"},     {0xF8, 0xF8, "o"},      {0xF9, 0xFC, "u"},     {0xFD, 0xFD, "y"},
    {0xFE, 0xFE, "th"},  {0xFF, 0xFF, "y"},    {0x100, 0x105, "a"},   {0x106, 0x10D, "c"},    {0x10E, 0x111, "d"},   {0x112, 0x11B, "e"},
    {0x11C, 0x123, "g"}, {0x124, 0x127, "h"},  {0x128, 0x131, "i"},   {0x132, 0x133, "ij"},   {0x134, 0x135, "j"},   {0x136, 0x138, "k"},
    {0x139, 0x142, "l"}, {0x143, 0x14B, "n"},  {0x14C, 0x151, "o"},   {0x152, 0x153, "oe"},   {0x154, 0x159, "r"},   {0x15A, 0x161, "s"},
    {0x162, 0x167, "t"}, {0x168, 0x173, "u"},  {0x174, 0x175, "w"},   {0x176, 0x178, "y"},    {0x179, 0x17E, "z"},   {0x17F, 0x17F, "s"},
    {0x218, 0x219, "s"}, {0x21A, 0x21B, "t"},  {0x1E80, 0x1E85, "w"}, {0x1E9E, 0x1E9E, "ss"}, {0x1EF2, 0x1EF3, "y"}, {0x386, 0x386, "a"},
    {0x388, 0x388, "e"}, {0x389, 0x389, "i"},  {0x38A, 0x38A, "i"},   {0x38C, 0x38C, "o"},    {0x38E, 0x38E, "y"},   {0x38F, 0x38F, "o"},
    {0x390, 0x390, "i"}, {0x3AA, 0x3AA, "i"},  {0x3AB, 0x3AB, "y"},   {0x3AC, 0x3AC, "a"},    {0x3AD, 0x3AD, "e"},   {0x3AE, 0x3AF, "i"},
    {0x3B0, 0x3B0, "y"}, {0x3CA, 0x3CA, "i"},  {0x3CB, 0x3CB, "y"},   {0x3CC, 0x3CC, "o"},    {0x3CD, 0x3CD, "y"},   {0x3CE, 0x3CE, "o"},
    {0x490, 0x491, "g"},
});

// а … я, then ѐ … џ, in the order of Unicode.
constexpr auto cyrillic =
    std::to_array<std::string_view>({"a", "b",  "v",  "g", "d",  "e",  "zh", "z",  "i",  "y",    "k",  "l", "m", "n", "o",  "p",
                                     "r", "s",  "t",  "u", "f",  "kh", "ts", "ch", "sh", "shch", "",   "y", "",  "e", "yu", "ya",
                                     "e", "yo", "dj", "g", "ye", "dz", "i",  "yi", "j",  "lj",   "nj", "c", "k", "i", "u",  "dz"});
// α … ω; the second s ends words.
constexpr auto greek = std::to_array<std::string_view>(
    {"a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o"});
constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyz0123456789";

char32_t lower(char32_t c) {
    if ((c >= U'A' && c <= U'Z') || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 0x20;
    return c >= 0x400 && c <= 0x40F ? c + 0x50 : c;
}

}  // namespace

std::optional<std::string_view> ascii_of(char32_t letter) noexcept {
    const char32_t c = lower(letter);
    if (c < 0x80)
        if (const auto at = plain.find(static_cast<char>(c)); at != std::string_view::npos) return plain.substr(at, 1);
    if (c >= 0x430 && c < 0x430 + cyrillic.size()) return cyrillic[c - 0x430];
    if (c >= 0x3B1 && c < 0x3B1 + greek.size()) return greek[c - 0x3B1];
    for (const auto& [first, last, ascii] : folds)
        if (letter >= first && letter <= last) return ascii;
    return std::nullopt;
}

}  // namespace earshot::model
