#pragma once
// From listening to acting: how often a call to action was followed from our own pages. A sum per page, place, link and hour; nothing about
// who followed it, and nothing that could be joined with downloads. Anybody with a program can send follows, so the figure can be inflated;
// limits keep a flood from filling anything.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content/model/time.hpp"
#include "content/storage/database.hpp"
#include "server/analytics/statistics.hpp"

namespace earshot::analytics {

struct Follow {
    std::string show;     // id
    std::string episode;  // id; "" on the show's other pages
    std::string place;    // where on the page
    std::string link;     // the real address
    auto operator<=>(const Follow&) const = default;
};

struct FollowLimits {
    double a_second{20};              // taken on average over time, by this process
    double at_once{1000};             // beyond that, after a quiet time
    std::size_t cells_an_hour{1000};  // different follows within an hour
};

class Follows {
public:
    Follows(storage::Database& database, unsigned suppress_below, model::Clock clock, FollowLimits limits = {});
    ~Follows();  // flushes

    // False: beyond the limits, not counted. Never waits for the database; what is added reaches it within a second.
    [[nodiscard]] bool add(Follow follow);
    void flush();
    [[nodiscard]] std::uint64_t refused() const noexcept;  // since the start

    // Suppressed like downloads. The cell is a link's day; what breaks it down folds small parts into "other".
    struct Link {
        std::string link;
        std::vector<Statistics::DayRow> days;  // every day of the period
        Statistics::Figure total;              // sum of the days that are shown
        bool total_is_partial{};
        Statistics::Breakdown episodes, places;  // of days that are shown and closed
    };
    // Most followed first; those of `links` also when nobody followed them. `first_day`, `last_day`: as in Statistics::Query.
    [[nodiscard]] std::vector<Link> report(const std::string& show, const std::vector<std::string>& links, const std::string& first_day,
                                           const std::string& last_day);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::analytics
