#include "server/publishing/categories.hpp"

#include <algorithm>
#include <array>

namespace earshot::publishing {

namespace {

using Names = std::string_view;
constexpr std::array<Names, 6> arts{"Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"};
constexpr std::array<Names, 6> business{"Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"};
constexpr std::array<Names, 3> comedy{"Comedy Interviews", "Improv", "Stand-Up"};
constexpr std::array<Names, 4> education{"Courses", "How To", "Language Learning", "Self-Improvement"};
constexpr std::array<Names, 3> fiction{"Comedy Fiction", "Drama", "Science Fiction"};
constexpr std::array<Names, 6> health{"Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"};
constexpr std::array<Names, 4> family{"Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"};
constexpr std::array<Names, 8> leisure{"Animation & Manga", "Automotive",    "Aviation",   "Crafts", "Games",
                                       "Hobbies",           "Home & Garden", "Video Games"};
constexpr std::array<Names, 3> music{"Music Commentary", "Music History", "Music Interviews"};
constexpr std::array<Names, 7> news{"Business News", "Daily News",  "Entertainment News", "News Commentary",
                                    "Politics",      "Sports News", "Tech News"};
constexpr std::array<Names, 7> religion{"Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"};
constexpr std::array<Names, 9> science{"Astronomy",        "Chemistry", "Earth Sciences", "Life Sciences",  "Mathematics",
                                       "Natural Sciences", "Nature",    "Physics",        "Social Sciences"};
constexpr std::array<Names, 5> society{"Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"};
constexpr std::array<Names, 15> sports{"Baseball", "Basketball", "Cricket",    "Fantasy Sports", "Football",
                                       "Golf",     "Hockey",     "Rugby",      "Running",        "Soccer",
                                       "Swimming", "Tennis",     "Volleyball", "Wilderness",     "Wrestling"};
constexpr std::array<Names, 5> television{"After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"};

constexpr std::array<Category, 19> table{{{"Arts", arts},
                                          {"Business", business},
                                          {"Comedy", comedy},
                                          {"Education", education},
                                          {"Fiction", fiction},
                                          {"Government", {}},
                                          {"History", {}},
                                          {"Health & Fitness", health},
                                          {"Kids & Family", family},
                                          {"Leisure", leisure},
                                          {"Music", music},
                                          {"News", news},
                                          {"Religion & Spirituality", religion},
                                          {"Science", science},
                                          {"Society & Culture", society},
                                          {"Sports", sports},
                                          {"Technology", {}},
                                          {"True Crime", {}},
                                          {"TV & Film", television}}};

}  // namespace

std::span<const Category> categories() noexcept {
    return table;
}

const Category* find_category(std::string_view name) noexcept {
    const auto found = std::ranges::find(table, name, &Category::name);
    return found == table.end() ? nullptr : &*found;
}

}  // namespace earshot::publishing
