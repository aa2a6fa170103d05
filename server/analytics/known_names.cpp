#include "server/analytics/known_names.hpp"

#include <algorithm>

#include "server/analytics/count.hpp"
#include "server/analytics/dimensions.hpp"
#include "server/analytics/stored_sums.hpp"

namespace earshot::analytics::reports {

namespace {

KnownNames::Name described(std::uint32_t number, const std::string& dimension, const std::string& value) {
    KnownNames::Name name{.shown_as = value == other_values ? other_name : number, .value = value};
    const auto found = std::ranges::find(dimensions(), dimension, &Dimension::name);
    if (found != dimensions().end()) name.dimension = static_cast<std::size_t>(found - dimensions().begin());
    for (std::size_t verdict = 0; verdict < verdicts && dimension == request_reasons; ++verdict) {
        if (to_string(static_cast<Verdict>(verdict)) == value) name.reason = verdict;
    }
    return name;
}

}  // namespace

std::shared_ptr<const KnownNames::Table> KnownNames::of(soci::session& session) {
    std::size_t newest = 0;
    (void)storage::Statement(session, "select coalesce(max(number), 0) from names").into(newest).next();
    {
        const std::scoped_lock lock(mutex_);
        if (known_ && known_->size() > newest) return known_;
    }
    Table table(newest + 1);
    table[other_name].value = other_values;
    std::uint32_t number = 0;
    std::string dimension, value;
    storage::Statement rows(session, "select number, dimension, name from names");
    rows.into(number).into(dimension).into(value);
    while (rows.next()) table.at(number) = described(number, dimension, value);
    auto result = std::make_shared<const Table>(std::move(table));
    const std::scoped_lock lock(mutex_);
    if (!known_ || known_->size() < result->size()) known_ = result;
    return result;
}

}  // namespace earshot::analytics::reports
