#include "server/analytics/settled_days.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace earshot::analytics::reports {

SettledDays::View SettledDays::begin(const std::shared_ptr<SettledDays>& memory, Day before) {
    const std::scoped_lock lock(memory->mutex_);
    memory->watched_ = std::max(memory->watched_, before);
    return {memory, before, memory->version_};
}

void SettledDays::changed(Day oldest) {
    const std::scoped_lock lock(mutex_);
    if (oldest >= watched_) return;
    ++version_;
    kinds_.clear();
}

SettledDays::Rows& SettledDays::rows_of(const std::string& kind) {
    const auto found = std::ranges::find(kinds_, kind, &Kind::name);
    if (found == kinds_.end()) {
        kinds_.push_front({kind, {}});
        if (kinds_.size() > most_kinds) kinds_.pop_back();
    } else {
        kinds_.splice(kinds_.begin(), kinds_, found);
    }
    return kinds_.front().rows;
}

std::vector<SettledDays::RowPtr> SettledDays::known(const View& view, const std::string& kind,
                                                    const std::vector<model::EpisodeId>& episodes) {
    std::vector<RowPtr> result(episodes.size());
    const std::scoped_lock lock(mutex_);
    if (view.version != version_) return result;  // of another state than the reader's
    const auto& rows = rows_of(kind);
    for (std::size_t i = 0; i < episodes.size(); ++i) {
        if (const auto found = rows.find(episodes[i].value); found != rows.end()) result[i] = found->second;
    }
    return result;
}

void SettledDays::learn(const View& view, const std::string& kind, const std::vector<model::EpisodeId>& episodes,
                        const std::vector<RowPtr>& rows) {
    const std::scoped_lock lock(mutex_);
    if (view.version != version_) return;
    auto& all = rows_of(kind);
    for (std::size_t i = 0; i < episodes.size(); ++i) all[episodes[i].value] = rows[i];
}

// `counts` adjoin or overlap what is known, or nothing is known.
SettledDays::RowPtr SettledDays::joined(const RowPtr& known, Day first, const std::vector<std::uint64_t>& counts) {
    auto row = std::make_shared<Row>();
    const auto past = first + static_cast<Day>(counts.size());
    row->first = known ? std::min(first, known->first) : first;
    row->counts.resize(static_cast<std::size_t>((known ? std::max(past, known->past()) : past) - row->first));
    if (known) std::ranges::copy(known->counts, row->counts.begin() + (known->first - row->first));
    std::ranges::transform(counts, row->counts.begin() + (first - row->first), [](std::uint64_t count) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
    });
    return row;
}

DayTotals SettledDays::of(const View& view, const std::string& kind, const std::vector<model::EpisodeId>& episodes, Day first, Day last,
                          const Read& read) {
    const auto before = view.memory ? std::min(view.before, last + 1) : first;
    if (before <= first) return read(episodes, first, last);
    auto rows = view.memory->known(view, kind, episodes);
    std::vector<std::size_t> missing;
    Day from = before, past = first;  // of all that is missing
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] && std::max(first - rows[i]->past(), rows[i]->first - before) > most_gap) rows[i].reset();
        if (rows[i] && std::max(rows[i]->past(), before) - std::min(rows[i]->first, first) > most_days) rows[i].reset();
        if (rows[i] && rows[i]->has(first, before - 1)) continue;
        missing.push_back(i);
        from = std::min(from, rows[i] && rows[i]->first <= first ? std::min(rows[i]->past(), before) : first);
        past = std::max(past, rows[i] && rows[i]->past() >= before ? std::max(rows[i]->first, first) : before);
    }
    if (!missing.empty()) {
        std::vector<model::EpisodeId> ids;
        std::vector<RowPtr> learned;
        for (const auto i : missing) ids.push_back(episodes[i]);
        const auto counts = read(ids, from, past - 1);
        for (std::size_t n = 0; n < missing.size(); ++n) {
            auto& row = rows[missing[n]];
            row = joined(row, from, counts[n]);
            learned.push_back(row);
        }
        view.memory->learn(view, kind, ids, learned);
    }
    const auto fresh = before <= last ? read(episodes, before, last) : DayTotals(episodes.size());
    DayTotals result;
    result.reserve(episodes.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto begin = rows[i]->counts.begin() + (first - rows[i]->first);
        auto& days = result.emplace_back();
        days.reserve(static_cast<std::size_t>(last - first + 1));
        days.assign(begin, begin + (before - first));
        days.insert(days.end(), fresh[i].begin(), fresh[i].end());
    }
    return result;
}

}  // namespace earshot::analytics::reports
