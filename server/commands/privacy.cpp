// `earshot privacy report`: what is held and why, and whether that is all there is in this installation's folders.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/analytics/ledger.hpp"
#include "server/analytics/runtime_folder.hpp"
#include "server/commands/local_catalogue.hpp"
#include "server/holdings.hpp"

namespace earshot::commands {

namespace {

namespace fs = std::filesystem;

struct Looked {
    std::size_t columns{}, files{};
    std::vector<std::string> findings;
};

void look_at_database(std::string_view name, const storage::Database::Options& file, Looked& looked) {
    storage::Database database(file);
    const auto columns = storage::columns(database);
    looked.columns += columns.size();
    for (auto& finding : app::unexplained(name, columns)) looked.findings.push_back(std::move(finding));
}

void look_at_folder(std::string_view name, const fs::path& folder, Looked& looked) {
    std::error_code absent;
    for (const auto& entry : fs::recursive_directory_iterator(folder, absent)) {
        if (entry.is_directory(absent)) continue;
        ++looked.files;
        const auto file = entry.path().lexically_relative(folder).string();
        if (!app::is_explained(name, file))
            looked.findings.push_back(fmt::format("{}: nothing explains this file.", entry.path().string()));
    }
}

std::vector<analytics::Day> days_over(const fs::path& runtime, model::Timestamp now) {
    std::vector<analytics::Day> result;
    if (!fs::exists(runtime)) return result;
    for (const auto day : analytics::days_in(runtime)) {
        if (analytics::is_over(day, now)) result.push_back(day);
    }
    return result;
}

model::Status forget(const app::Places& where, const config::Settings::Statistics& how) {
    const auto now = model::system_now();
    const auto over = days_over(where.runtime, now);
    if (over.empty()) return fmt::print("Nothing is left in {} of days that are over.\n", where.runtime.string()), model::Status();
    if (analytics::is_counted_in(where.runtime)) return fmt::print("A server runs there and forgets by itself.\n"), model::Status();
    storage::Database database(statistics_file(where.statistics_db));
    analytics::Warnings warnings;
    {
        const analytics::Ledger ledger(
            database, where.runtime, warnings, now,
            {.suppress_below = how.suppress_below, .keep_hours = how.keep_hours});  // stores their sums and destroys them
    }
    if (const auto left = days_over(where.runtime, now); !left.empty())
        return model::fail(model::Errc::unavailable, fmt::format("{} of {} is still in {}. {}", left.size(), over.size(),
                                                                 where.runtime.string(), fmt::join(warnings.all(), " ")));
    for (const auto day : over) fmt::print("What was left of {} is destroyed; its sums are stored.\n", analytics::format_day(day));
    return {};
}

}  // namespace

int privacy(const PrivacyOptions& options) {
    if (options.action == "forget")
        return with_local_data(options, DataFolder::existing, [](LocalData& data) { return forget(data.where, data.settings.statistics); });
    if (options.markdown) return fmt::print("{}", app::holdings_as_markdown()), 0;
    auto settings = app::effective_settings(options);
    if (!settings) return fmt::print(stderr, "{}\n", settings.error().message), 1;
    fmt::print("{}\n", app::holdings_as_text());
    const auto where = app::places(*settings);
    if (!fs::exists(where.catalogue_db))
        return fmt::print("There is no installation at {} to compare this with; say --data or --config.\n", where.data.string()), 1;
    Looked looked;
    look_at_database("catalogue.db", catalogue_file(where.catalogue_db), looked);
    if (fs::exists(where.statistics_db)) look_at_database("statistics.db", statistics_file(where.statistics_db), looked);
    look_at_folder("data", where.data, looked);
    look_at_folder("runtime", where.runtime, looked);
    if (fs::exists(where.runtime) && !analytics::is_in_memory(where.runtime))
        looked.findings.push_back(
            fmt::format("{} is on a disk, so nothing new of listeners comes into it, and a restart may count them twice; set "
                        "storage.runtime_dir to a folder on a "
                        "tmpfs.",
                        where.runtime.string()));
    for (const auto day : days_over(where.runtime, model::system_now()))
        looked.findings.push_back(fmt::format("{}: what is left of {}, a day that is over; `earshot privacy forget` destroys it.",
                                              where.runtime.string(), analytics::format_day(day)));
    for (const auto& finding : looked.findings) fmt::print("NOT EXPLAINED  {}\n", finding);
    fmt::print("{} and {}: {} columns and {} files, {} of them not explained above.\n", where.data.string(), where.runtime.string(),
               looked.columns, looked.files, looked.findings.size());
    return looked.findings.empty() ? 0 : 1;
}

}  // namespace earshot::commands
