#include "server/analytics/self_audit.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <map>
#include <stdexcept>

#include "content/storage/statement.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/documented_cases.hpp"
#include "server/analytics/statistics.hpp"

namespace earshot::analytics {

namespace {

namespace fs = std::filesystem;
using documented::Case;
using storage::Statement;

constexpr std::string_view folder_prefix = "audit-";
constexpr int audits_kept = 100;

// A folder in memory for one audit; removes what a killed one left.
class AuditFolder {
public:
    explicit AuditFolder(const fs::path& parent) {
        fs::create_directories(parent);
        for (const auto& entry : fs::directory_iterator(parent)) {
            if (entry.path().filename().string().starts_with(folder_prefix)) fs::remove_all(entry.path());
        }
        std::string name = (parent / folder_prefix).string() + "XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("No folder for the audit can be made in " + parent.string() + '.');
        path_ = name;
    }
    ~AuditFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    AuditFolder(const AuditFolder&) = delete;
    AuditFolder& operator=(const AuditFolder&) = delete;
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

// All cases at once, as on a server: in the order of time, each about episodes of its own.
struct Replayed {
    model::Timestamp at{};                // the clock: never goes back within a case
    std::size_t case_number{}, number{};  // of its step among all
    std::vector<model::Delivery> deliveries;
};

std::string own_episode(std::size_t case_number, const std::string& episode) {
    return fmt::format("{}/{}", case_number, episode);
}

std::vector<Replayed> in_order(const std::vector<Case>& cases) {
    std::vector<Replayed> steps;
    for (std::size_t number = 0; number < cases.size(); ++number) {
        model::Timestamp at{};
        for (const auto& step : cases[number].steps) {
            at = std::max(at, step.front().time);
            steps.push_back({at, number, steps.size(), step});
            for (auto& delivery : steps.back().deliveries) delivery.episode.value = own_episode(number, delivery.episode.value);
        }
    }
    std::ranges::sort(steps, {}, [](const Replayed& step) { return std::pair(step.at, step.number); });
    return steps;
}

using Counts = std::map<std::string, std::uint64_t>;

std::string words(const Counts& downloads, const Counts& not_counted) {
    std::string result;
    for (const auto* counts : {&downloads, &not_counted}) {
        for (const auto& [name, count] : *counts) result += fmt::format("{}{} {}", result.empty() ? "" : "; ", name, count);
    }
    return result.empty() ? "nothing" : result;
}

std::string counted_words(Statistics& statistics, const Case& one, std::size_t number) {
    Statistics::Query query{"2026-11-23", "2026-11-29", {}};
    for (const auto& step : one.steps) {
        for (const auto& delivery : step) {
            const model::EpisodeId id{own_episode(number, delivery.episode.value)};
            if (std::ranges::find(query.episodes, id) == query.episodes.end()) query.episodes.push_back(id);
        }
    }
    Counts downloads, not_counted;
    for (const auto& report : statistics.report(query)) {
        for (const auto& day : report.days) {
            if (*day.downloads.value > 0) downloads[day.day] += *day.downloads.value;
        }
    }
    for (const auto& [reason, figure] : statistics.tallies(query).all.reasons) {
        if (reason != to_string(Verdict::counted) && *figure.value > 0) not_counted[reason] = *figure.value;
    }
    return words(downloads, not_counted);
}

std::shared_ptr<const Recognition> with_addresses_of_cases(const Recognition& recognition) {
    auto shared = SharedAddresses::parse(documented::shared_addresses(), "the documented cases");
    if (!shared) throw std::runtime_error(shared.error().message);
    return std::make_shared<const Recognition>(recognition.with(std::move(*shared)));
}

void replay(const std::vector<Case>& cases, const fs::path& folder, const Recognition& recognition, SelfAudit& audit) {
    storage::Database database(
        {.file = folder / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
    const auto steps = in_order(cases);
    std::atomic<model::Timestamp> now{steps.front().at};
    Statistics statistics(database,
                          {.runtime_dir = folder / "run", .recognition = with_addresses_of_cases(recognition), .suppress_below = 1},
                          [&now] { return now.load(); });
    for (const auto& step : steps) {
        now = step.at;
        statistics.flush();  // days that have ended by now are closed before anything new comes
        for (auto delivery : step.deliveries) {
            audit.requests += delivery.requests;
            statistics.submit(std::move(delivery));
        }
        statistics.flush();
    }
    for (std::size_t number = 0; number < cases.size(); ++number) {
        auto expected = words(cases[number].downloads, cases[number].not_counted);
        auto counted = counted_words(statistics, cases[number], number);
        if (counted != expected) audit.differences.push_back({cases[number].name, std::move(expected), std::move(counted)});
    }
}

void keep(storage::Database& database, const SelfAudit& audit) {
    boost::json::array differences;
    for (const auto& one : audit.differences) differences.push_back(boost::json::array{one.name, one.expected, one.counted});
    database.write([&](soci::session& session) {
        Statement(
            session,
            "insert into self_audits (time, method, cases, requests, differences) values (:time, :method, :cases, :requests, :differences) "
            "on conflict (time) do nothing")
            .bind("time", audit.time)
            .bind("method", audit.method)
            .bind("cases", audit.cases)
            .bind("requests", audit.requests)
            .bind("differences", boost::json::serialize(differences))
            .run();
        Statement(session, "delete from self_audits where time not in (select time from self_audits order by time desc limit :kept)")
            .bind("kept", audits_kept)
            .run();
    });
}

std::optional<SelfAudit> kept(storage::Database& database) {
    std::optional<SelfAudit> result;
    database.read([&](soci::session& session) {
        SelfAudit audit;
        std::string differences;
        Statement row(session, "select time, method, cases, requests, differences from self_audits order by time desc limit 1");
        row.into(audit.time).into(audit.method).into(audit.cases).into(audit.requests).into(differences);
        if (!row.next()) return;
        for (const auto& one : boost::json::parse(differences).as_array()) {
            const auto text = [&](std::size_t i) { return std::string(one.at(i).as_string()); };
            audit.differences.push_back({text(0), text(1), text(2)});
        }
        result = std::move(audit);
    });
    return result;
}

}  // namespace

SelfAudits::SelfAudits(storage::Database& database, fs::path runtime_dir, InForce in_force, model::Clock clock)
    : database_(database),
      runtime_dir_(std::move(runtime_dir)),
      in_force_(std::move(in_force)),
      clock_(std::move(clock)),
      last_(kept(database)) {}

model::Result<SelfAudit> SelfAudits::run() {
    const std::unique_lock alone(running_, std::try_to_lock);
    if (!alone) return model::fail(model::Errc::unavailable, "An audit is running already; please try again in a few seconds.");
    const auto cases = documented::cases();
    SelfAudit audit{.time = clock_(), .method = std::string(method_version), .cases = cases.size()};
    const AuditFolder folder(runtime_dir_);
    replay(cases, folder.path(), *in_force_(), audit);
    keep(database_, audit);
    const std::scoped_lock lock(last_mutex_);
    last_ = audit;
    return audit;
}

std::optional<SelfAudit> SelfAudits::last() const {
    const std::scoped_lock lock(last_mutex_);
    return last_;
}

}  // namespace earshot::analytics
