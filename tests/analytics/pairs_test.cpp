// Whoever may ask for any figures, twice, learns no number from 1 to 9: over random small sums every pair of questions is compared as
// somebody would who wants to know what lies between them.

#include <cstdlib>
#include <random>
#include <set>

#include <fmt/format.h>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/reports.hpp"
#include "server/analytics/stored_sums.hpp"
#include "server/analytics/sums.hpp"
#include "server/analytics/tallies.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

namespace {

using namespace analytics;

constexpr Day first_day = 20'780;  // 2026-11-23
constexpr Day days = 4;
constexpr const char* episodes[] = {"e0", "e1"};
constexpr unsigned least = 10;
constexpr std::uint64_t audio = 240'000;

bool tells(std::uint64_t difference) {
    return difference > 0 && difference < least;
}

// Sums as counting writes them: of downloads that each have an app, a device and so on.
class RandomSums {
public:
    explicit RandomSums(std::mt19937& random)
        : random_(random),
          database_({.file = folder_.path() / "statistics.db",
                     .migrations = storage::statistics_migrations(),
                     .readers = 1,
                     .full_sync = false}) {}

    void fill() {
        for (const auto* episode : episodes)
            for (Day day = first_day; day < first_day + days; ++day) {
                const bool younger = below(10) == 0;  // than some of the day is the dimension
                for (auto crowds = below(5); crowds > 0; --crowds) add_some(episode, day, below(3) == 0 ? below(40) : below(13), younger);
                for (const auto* reason : {"bot", "head", "repeat", "under_a_minute"})
                    for (auto hours = below(4); hours > 0; --hours)
                        added_.add_requests(episode, hour(day), reason, static_cast<std::int64_t>(below(20)));
            }
        save();
    }
    // As when that day closes.
    void close(Day day) {
        Terms terms;
        analytics::Sums sums(terms);
        ListenTable listens;
        for (const auto* episode : episodes) {
            const auto version = terms.version({terms.episode(episode), audio, audio / 4});
            for (auto left = downloads_[{episode, day}]; left > 0; --left) {
                auto& listen = *listens
                                    .try_emplace({{static_cast<std::uint8_t>(below(256)), static_cast<std::uint8_t>(below(256)),
                                                   static_cast<std::uint8_t>(below(256))}})
                                    .first;
                if (listen.counted) return close(day);  // two alike: again
                listen.counted = true;
                auto& track = listen.add_track();
                track.version = version;
                track.today.add({0, below(3) == 0 ? audio : below(audio)});
            }
        }
        sums.add(reach_of(listens, terms, least));
        sums.commit(database_, {});
    }
    void more_of(Day day) {
        add_some(episodes[below(2)], day, 1 + below(12), false);
        const auto* const other = episodes[below(2)];
        const auto at = hour(day);
        added_.add_requests(other, at, "bot", static_cast<std::int64_t>(below(10)));
        save();
    }
    [[nodiscard]] storage::Database& database() { return database_; }
    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_); }

private:
    Hour hour(Day day) { return day * 24 + static_cast<Hour>(below(4)) * 5; }
    std::string_view pick(std::initializer_list<std::string_view> names) { return names.begin()[below(names.size())]; }

    // Alike but for the site that browsers say.
    void add_some(const char* episode, Day day, std::uint64_t count, bool younger) {
        const auto at = hour(day);
        const auto app = pick({"Overcast", "AntennaPod", "Chrome", "Firefox", "other"});
        const bool browser = app == "Chrome" || app == "Firefox";
        const auto country = pick({"GB", "IE", "unknown"}), device = pick({"mobile", "computer", "smart_speaker"});
        for (; count > 0; --count) {
            added_.add_downloads(episode, at, 1);
            ++downloads_[{episode, day}];
            added_.add_requests(episode, at, "counted", 1);
            if (younger && below(2) == 0) continue;
            const auto site = browser && below(4) > 0 ? pick({"own site", "Facebook", "other"}) : no_site;
            for (const auto& [dimension, value] : {std::pair<std::string_view, std::string_view>{"app", app},
                                                   {"kind", browser ? "browser" : "app"},
                                                   {"device", device},
                                                   {"country", country},
                                                   {"site", site},
                                                   {"profile", "mp3"}})
                added_.add_part(episode, day, dimension, value, 1);
        }
    }

    void save() {
        database_.write([&](soci::session& session) { added_.save(session); });
        added_ = {};
    }

    std::mt19937& random_;
    TemporaryFolder folder_{};
    storage::Database database_;
    StoredSums added_;
    std::map<std::pair<std::string, Day>, std::uint64_t> downloads_;
};

// Which days and episodes a question is about, and every figure of its answers by name; empty: "fewer than 10".
struct Answer {
    Day first{}, last{};
    unsigned asked{};  // episodes, a bit each
    std::map<std::string, std::optional<std::uint64_t>> figures;

    [[nodiscard]] std::uint64_t of(const std::string& name) const {
        const auto found = figures.find(name);
        return found == figures.end() ? 0 : found->second.value_or(0);
    }
    [[nodiscard]] bool contains(const Answer& other) const {
        return first <= other.first && other.last <= last && (asked & other.asked) == other.asked;
    }
};

void ask_for_downloads(const reports::Source& source, const Statistics::Query& query, Answer& answer) {
    std::uint64_t total = 0;
    for (const auto& report : reports::days(source, query)) {
        answer.figures["total of " + report.episode.value] = report.total.value;
        total += report.total.value.value_or(0);
        for (const auto& row : report.days) answer.figures[report.episode.value + " on " + row.day] = row.downloads.value;
    }
    answer.figures["total"] = total;
    std::vector<std::string_view> names;
    for (const auto& dimension : dimensions()) names.push_back(dimension.name);
    for (std::size_t i = 0; const auto& breakdown : reports::breakdowns(source, names, query)) {
        const auto name = std::string(names[i++]);
        std::uint64_t sum = 0;
        for (const auto& [value, figure] : breakdown) {
            answer.figures[name + "=" + value] = figure.value;
            sum += figure.value.value_or(0);
        }
        answer.figures["sum of " + name] = sum;
    }
}

void put(const std::string& name, const Statistics::Tally& tally, Answer& answer) {
    for (const auto& [reason, figure] : tally.reasons) answer.figures[name + reason] = figure.value;
    answer.figures[name + "requests"] = tally.requests.value;
}

constexpr auto at_seven = std::chrono::hours(7);

// What the pages show of an episode's age, as of the running day's noon, when it was published in the first day's morning. That a cell is
// hidden is told by a word: a change of it counts.
void ask_for_ages(const reports::Source& source, const Statistics::Query& query, Answer& answer) {
    constexpr std::size_t at_most = days;
    const auto noon = start_of(std::min(source.running, first_day + days)) + std::chrono::hours(12);
    std::vector<Statistics::Published> published;
    for (const auto& episode : query.episodes) published.push_back({episode, start_of(first_day) + at_seven});
    const auto ages = reports::ages(source, published, at_most, noon);
    const auto put = [&](const std::string& name, const Statistics::Total& total) {
        answer.figures[name] = total.shown;
        answer.figures[name + " hides some"] = total.is_partial ? 11 : 0;
    };
    for (std::size_t i = 0; i < ages.size(); ++i) {
        put("age of " + query.episodes[i].value, ages[i].so_far);
        for (std::size_t day = 0; day < ages[i].after.size(); ++day)
            put(fmt::format("age of {} after {}", query.episodes[i].value, day + 1), ages[i].after[day]);
    }
    for (std::size_t i = 0; const auto& row : reports::grid(source, query).episodes) {
        for (std::size_t day = 0; day < row.size(); ++day)
            answer.figures[fmt::format("grid of {} on {}", query.episodes[i].value, answer.first + static_cast<Day>(day))] = row[day].value;
        ++i;
    }
}

// The hours of the day that runs, and how far episodes were delivered on all that are over.
void ask_for_live_figures(const reports::Source& source, const Statistics::Query& query, Answer& answer) {
    const auto evening = start_of(std::min(source.running, first_day + days)) + std::chrono::hours(23);
    const auto today = reports::today(source, query.episodes, evening);
    answer.figures["today"] = today.all.shown;
    for (std::size_t hour = 0; hour < today.hours.size(); ++hour) answer.figures[fmt::format("today at {}", hour)] = today.hours[hour];
    for (const auto& episode : query.episodes) {
        const auto reach = reports::reach(source, episode, {audio});
        answer.figures["reach of " + episode.value] = reach ? reach->listens : 0;
        for (std::size_t part = 0; reach && part < reach_parts; part += 40)
            answer.figures[fmt::format("reach of {} in part {}", episode.value, part)] = reach->parts[part];
    }
}

// Each day by itself, all in one question.
void ask_for_details(const reports::Source& source, const Statistics::Query& query, Answer& answer) {
    std::vector<std::string_view> names;
    for (const auto& dimension : dimensions()) names.push_back(dimension.name);
    for (const auto& episode : query.episodes)
        for (const auto& day : reports::details(source, {query.first_day, query.last_day, {episode}}, names)) {
            const auto name = fmt::format("details of {} on {}: ", episode.value, day.day);
            answer.figures[name + "downloads"] = day.downloads.value;
            put(name, day.requests, answer);
            for (std::size_t i = 0; i < day.breakdowns.size(); ++i)
                for (const auto& [value, figure] : day.breakdowns[i])
                    answer.figures[fmt::format("{}{}={}", name, names[i], value)] = figure.value;
        }
}

Answer ask(const reports::Source& source, Day first, Day last, unsigned asked) {
    Statistics::Query query{format_day(first), format_day(last), {}};
    for (unsigned i = 0; i < 2; ++i)
        if ((asked >> i & 1) != 0) query.episodes.push_back({episodes[i]});
    Answer answer{first, last, asked, {}};
    ask_for_downloads(source, query, answer);
    ask_for_ages(source, query, answer);
    if (first == first_day && last == first_day + days - 1) {
        ask_for_live_figures(source, query, answer);  // they know no period
        ask_for_details(source, query, answer);       // nor does a day by itself
    }
    const auto tallies = reports::tallies(source, query);
    put("all: ", tallies.all, answer);
    for (std::size_t i = 0; i < query.episodes.size(); ++i) put(query.episodes[i].value + ": ", tallies.by_episode[i], answer);
    std::map<std::string, std::uint64_t> by_hour;
    for (std::size_t hour = 0; hour < tallies.by_hour.size(); ++hour) {
        put(std::to_string(hour) + " h: ", tallies.by_hour[hour], answer);
        for (const auto& [reason, figure] : tallies.by_hour[hour].reasons) by_hour[reason] += figure.value.value_or(0);
    }
    for (const auto& [reason, sum] : by_hour) answer.figures["hours together: " + reason] = sum;
    return answer;
}

std::vector<Answer> ask_all(const reports::Source& source) {
    std::vector<Answer> answers;
    for (Day first = first_day; first < first_day + days; ++first)
        for (Day last = first; last < first_day + days; ++last)
            for (unsigned asked = 1; asked < 4; ++asked) answers.push_back(ask(source, first, last, asked));
    return answers;
}

// Of one episode: what its age and its reach tell beside its days that are over.
std::vector<std::string> told_beside_days(const Answer& answer, const std::string& episode, Day running) {
    std::vector<std::string> told;
    std::uint64_t whole = 0;
    for (auto day = first_day; day < std::min(running, first_day + days); ++day) {
        const auto total = answer.of(fmt::format("grid of {} on {}", episode, day));
        if (day > first_day) {
            const auto until_seven = answer.of(fmt::format("age of {} after {}", episode, day - first_day)) - whole;
            if (until_seven > total || (until_seven > 0 && tells(total - until_seven)))
                told.push_back(fmt::format("{} on day {}: {}, of these before seven {}", episode, day - first_day, total, until_seven));
        }
        whole += total;
    }
    if (answer.of("reach of " + episode) != whole - whole % least)
        told.push_back(fmt::format("reach of {}: {} of {}", episode, answer.of("reach of " + episode), whole));
    return told;
}

// What one set of answers gives away by itself.
std::vector<std::string> told_by(const Answer& answer, Day running) {
    std::vector<std::string> told;
    const auto look = [&](const std::string& how, std::uint64_t more, std::uint64_t less) {
        if (more < less || tells(more - less)) told.push_back(fmt::format("{}: {} less {}", how, more, less));
    };
    for (const auto& [name, figure] : answer.figures) look(name, figure.value_or(0), 0);
    look("by episode", answer.of("total"), answer.of("total of e0") + answer.of("total of e1"));
    for (const auto& [name, figure] : answer.figures) {
        if (name.starts_with("all: ")) look(name, answer.of(name), answer.of("e0: " + name.substr(5)) + answer.of("e1: " + name.substr(5)));
        if (name.starts_with("hours together: ") && answer.first == answer.last && answer.first < running)
            look(name, answer.of("all: " + name.substr(16)), *figure);
    }
    if (answer.first == first_day && answer.last == first_day + days - 1) {
        for (unsigned i = 0; i < 2; ++i) {
            if ((answer.asked >> i & 1) != 0) std::ranges::copy(told_beside_days(answer, episodes[i], running), std::back_inserter(told));
        }
    }
    if (answer.last >= running) return told;
    look("counted", answer.of("total"), answer.of("all: counted"));
    for (const auto& dimension : dimensions())
        look("total and " + std::string(dimension.name), answer.of("total"), answer.of("sum of " + std::string(dimension.name)));
    // Only browsers say a site: where every browser is shown, those on none of these sites are what is left.
    if (answer.first == answer.last && answer.asked != 3 && !answer.figures.contains("app=other")) {
        const auto browsers = answer.of("app=Chrome") + answer.of("app=Firefox");
        look("browsers on no such site", std::max(browsers, answer.of("site=own site") + answer.of("site=Facebook")),
             answer.of("site=own site") + answer.of("site=Facebook"));
        if (answer.figures.contains("site=none")) look("browsers that say no site", browsers + answer.of("site=none"), answer.of("total"));
    }
    return told;
}

// What lies between two of which one asks for less.
std::vector<std::string> told_by(const Answer& more, const Answer& less) {
    std::vector<std::string> told;
    auto found = more.figures.begin();
    for (const auto& [name, figure] : less.figures) {
        const bool by_hour = name.find(" h: ") != name.npos || name.starts_with("hours");  // of one day
        if (by_hour && (more.first != more.last || more.last != less.last)) continue;
        while (found != more.figures.end() && found->first < name) ++found;
        const bool is_known = found != more.figures.end() && found->first == name;
        const auto all = is_known ? found->second.value_or(0) : 0, some = figure.value_or(0);
        if (all < some || tells(all - some)) told.push_back(fmt::format("{}: {} less {}", name, all, some));
    }
    return told;
}

// The same question again on a day that still runs.
std::vector<std::string> told_by_waiting(const Answer& before, const Answer& after) {
    std::vector<std::string> told;
    for (const auto& [name, figure] : after.figures) {
        const auto earlier = before.figures.find(name);
        const auto was = earlier == before.figures.end() ? std::optional<std::uint64_t>(0) : earlier->second;
        const bool appears = was == 0U && !figure;  // somebody came, just now
        if (appears || (figure.value_or(0) - was.value_or(0)) % least != 0)
            told.push_back(
                fmt::format("{}: {}, later {}", name, was ? std::to_string(*was) : "few", figure ? std::to_string(*figure) : "few"));
    }
    return told;
}

// Who wrote the hours down before the day was over: each may have ended in another number of up to nine than what was shown.
std::vector<std::string> told_by_closing(const Answer& before, const Answer& after) {
    std::vector<std::string> told;
    std::uint64_t shown = 0, hours = 0;
    for (; before.figures.contains(fmt::format("today at {}", hours)); ++hours) shown += before.of(fmt::format("today at {}", hours));
    const auto total = after.of("total");
    if (total == 0 || shown == total) return told;  // hidden; none of them has a rest
    const auto rest = total - shown, others = 9 * hours;
    const auto least_rest = rest > others ? rest - others : 0, most_rest = std::min<std::uint64_t>(9, rest);
    if (shown > total || most_rest <= least_rest) told.push_back(fmt::format("hours that come to {} on a day of {}", shown, total));
    return told;
}

}  // namespace

TEST_CASE("no pair of questions tells a number from 1 to 9") {
    const auto* given = std::getenv("EARSHOT_SEED");
    const auto seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
    std::mt19937 random(seed);
    std::set<std::string> told;
    const auto note = [&](const std::vector<std::string>& findings, const Answer& answer) {
        for (const auto& finding : findings)
            told.insert(
                fmt::format("{} to {}, episodes {:b}, {}", answer.first - first_day, answer.last - first_day, answer.asked, finding));
    };
    std::size_t pairs = 0;
    for (int round = 0; pairs < 100'000 && told.size() < 20; ++round) {
        RandomSums sums(random);
        sums.fill();
        const Day running = round % 2 == 0 ? first_day + days : first_day + days - 1;
        // Every other four rounds with a memory that all questions share, as the server has.
        const auto memory = round % 8 < 4 ? std::make_shared<reports::SettledDays>() : nullptr;
        const auto source_of = [&](Day runs) {
            reports::Source source{sums.database(), least, runs};
            if (memory) source.settled = reports::SettledDays::begin(memory, runs - 1);
            return source;
        };
        const auto source = source_of(running);
        for (Day day = first_day; day < std::min(running, first_day + days); ++day) sums.close(day);
        const auto answers = ask_all(source);
        for (const auto& one : answers) {
            note(told_by(one, running), one);
            for (const auto& other : answers) {
                if (&one == &other || !one.contains(other)) continue;
                ++pairs;
                note(told_by(one, other), one);
            }
        }
        if (running >= first_day + days || round % 4 != 1) continue;
        sums.more_of(running);
        const auto later = ask_all(source);
        for (std::size_t i = 0; i < answers.size(); ++i) note(told_by_waiting(answers[i], later[i]), later[i]);
        sums.close(running);
        const auto closed = ask_all(source_of(running + 1));
        for (std::size_t i = 0; i < answers.size(); ++i) {
            note(told_by(closed[i], running + 1), closed[i]);
            if (closed[i].first != running || closed[i].asked == 3) continue;
            const auto live =
                std::ranges::find_if(later, [&](const auto& one) { return one.asked == closed[i].asked && one.figures.contains("today"); });
            note(told_by_closing(*live, closed[i]), closed[i]);
        }
        pairs += 2 * answers.size();
    }
    INFO("seed " << seed << ", " << pairs << " pairs");
    CHECK(told == std::set<std::string>{});
}

}  // namespace earshot::tests
