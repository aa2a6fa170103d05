// Everything the statistics show, of all time, as one table that is made while it is sent: a quarter of an episode at a time is in memory.
// The figures of every day are those of the pages, and the same small ones are hidden.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/analytics/audio_bytes.hpp"
#include "server/analytics/day.hpp"
#include "server/api/csv.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

using analytics::Day;
using analytics::Statistics;

constexpr std::array<std::string_view, 4> exported_dimensions{"app", "device", "country", "site"};
constexpr Day days_at_once = 92;
constexpr std::string_view first_of_all = "1970-01-01", last_of_all = "9999-12-31";

// One after the other: a show, then its episodes.
class Everything {
public:
    Everything(Context& context, model::Timestamp now)
        : context_(context),
          few_(fmt::format("fewer than {}", context.settings.statistics.suppress_below)),
          today_(analytics::day_of(now)),
          first_running_(analytics::format_day(analytics::first_running(now))),
          shows_(context.catalogue.list_launched_shows()) {}

    // nullopt: that was all.
    std::optional<std::string> next() {
        std::string lines;
        if (!std::exchange(begun_, true)) {
            lines = "kind,day,show,episode,name,value,running\r\n";
            add_annotations(lines, "", "");
        }
        while (lines.empty()) {
            if (next_day_ <= today_) {
                const auto last = std::min(next_day_ + days_at_once - 1, today_);
                episode_ ? add_days_of_episode(lines, last) : add_days_of_show(lines, last);
                next_day_ = last + 1;
            } else if (!episodes_.empty()) {
                begin_episode(lines);
            } else if (!begin_show(lines)) {
                return std::nullopt;
            }
        }
        return lines;
    }

private:
    bool begin_show(std::string& lines) {
        if (next_show_ == shows_.size()) return false;
        show_ = &shows_[next_show_++];
        episode_.reset();
        for (auto& line : context_.catalogue.list_public_lines(show_->id)) episodes_.push_back(std::move(line));
        next_day_ = analytics::day_of(show_->created_at);
        add_annotations(lines, show_->id.value, show_->slug);
        for (const auto& series : context_.totals.list(show_->id.value, std::string(first_of_all), std::string(last_of_all))) {
            for (const auto& [day, total] : series.days) add(lines, "total", day, series.name, std::to_string(total));
        }
        return true;
    }

    void begin_episode(std::string& lines) {
        const auto line = std::move(episodes_.front());
        episodes_.pop_front();
        auto found = context_.catalogue.find_episode(line.id);
        if (!found) return;
        episode_ = std::move(*found);
        next_day_ = analytics::day_of(std::min(episode_->created_at, line.publish_at));
        add_reach(lines);
    }

    void add(std::string& lines, std::string_view kind, std::string_view day, std::string_view name, std::string_view value,
             bool runs = false) const {
        fmt::format_to(std::back_inserter(lines), "{},{},{},{},{},{},{}\r\n", kind, day, csv_cell(show_->slug),
                       episode_ ? csv_cell(episode_->slug) : "", name.empty() ? "" : csv_cell(name), value, runs ? "running" : "");
    }
    void add(std::string& lines, std::string_view kind, std::string_view day, std::string_view name, const Statistics::Figure& figure,
             std::string_view hidden) const {
        add(lines, kind, day, name, figure.value ? std::to_string(*figure.value) : csv_cell(hidden), day >= first_running_);
    }

    // Of a show, or (show "") of all together.
    void add_annotations(std::string& lines, std::string_view show, std::string_view slug) {
        for (const auto& annotation : context_.annotations.list(show, first_of_all, last_of_all)) {
            if (annotation.show != show) continue;
            fmt::format_to(std::back_inserter(lines), "note,{},{},,{},,\r\n", annotation.day, slug.empty() ? "" : csv_cell(slug),
                           csv_cell(annotation.words));
        }
    }

    void add_reach(std::string& lines) {
        const auto versions = analytics::audio_bytes_of(episode_->renditions);
        const auto reach = versions.empty() ? std::nullopt : context_.statistics.reach(episode_->id, versions);
        if (!reach) return;
        add(lines, "reach", "", "listens", std::to_string(reach->listens));
        const auto duration = episode_->renditions.front().duration;
        for (std::size_t part = 0; part < reach->parts.size(); ++part) {
            const auto from = duration * part / reach->parts.size();
            add(lines, "reach", "", fmt::format("from {:.1f} s", static_cast<double>(from.count()) / 1000.0),
                std::to_string(reach->parts[part]));
        }
    }

    void add_days_of_episode(std::string& lines, Day last) {
        for (const auto& of_day :
             context_.statistics.details(episode_->id, analytics::format_day(next_day_), analytics::format_day(last), dimensions_)) {
            for (const auto& [reason, figure] : of_day.requests.reasons)
                if (figure.value != 0) add(lines, "requests", of_day.day, reason, figure, "hidden");
            if (of_day.downloads.value != 0) add(lines, "downloads", of_day.day, "", of_day.downloads, few_);
            for (std::size_t i = 0; i < exported_dimensions.size(); ++i) {
                for (const auto& [value, figure] : of_day.breakdowns[i])
                    add(lines, exported_dimensions[i], of_day.day, value, figure, few_);
            }
        }
    }

    void add_days_of_show(std::string& lines, Day last) {
        for (const auto& link :
             context_.follows.report(show_->id.value, {}, analytics::format_day(next_day_), analytics::format_day(last))) {
            for (const auto& row : link.days)
                if (row.downloads.value != 0) add(lines, "followed", row.day, link.link, row.downloads, few_);
        }
    }

    Context& context_;
    std::string few_;
    const std::vector<std::string_view> dimensions_{exported_dimensions.begin(), exported_dimensions.end()};
    Day today_;
    std::string first_running_;  // figures of days from it on still grow
    std::vector<model::Show> shows_;
    std::size_t next_show_{};
    const model::Show* show_{};
    std::deque<storage::EpisodeLine> episodes_;  // of the show, that are still to come
    std::optional<model::Episode> episode_;      // empty: what is known of the show itself
    Day next_day_{std::numeric_limits<Day>::max()};
    bool begun_{};
};

}  // namespace

Answer get_everything_csv(Context& context, const Request& request) {
    note(context, request, "statistics.export", "everything");
    const auto now = context.clock();
    return http::TextStream{
        [everything = std::make_shared<Everything>(context, now)] { return everything->next(); },
        {{"Content-Type", "text/csv; charset=utf-8; header=present"},
         {"Content-Disposition", fmt::format("attachment; filename=\"statistics-{}.csv\"", model::format_utc_day(now))}}};
}

}  // namespace earshot::api
