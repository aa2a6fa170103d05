#pragma once
// The numbers that statistics.db has for values of dimensions and for what became of requests. Numbers never change, so what was read once
// is remembered. Thread-safe.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "content/storage/statement.hpp"

namespace earshot::analytics::reports {

constexpr std::uint32_t other_name = 0;  // no number of the database's: the value "other" of every dimension

class KnownNames {
public:
    static constexpr std::size_t no_dimension = 1 << 20, no_reason = 1 << 20;
    struct Name {
        std::size_t dimension{no_dimension};  // of dimensions()
        std::size_t reason{no_reason};        // a Verdict
        std::uint32_t shown_as{};             // the name's own number, or other_name
        std::string value;
    };
    using Table = std::vector<Name>;  // by number

    // At least all of the session's state.
    [[nodiscard]] std::shared_ptr<const Table> of(soci::session& session);

private:
    std::mutex mutex_;
    std::shared_ptr<const Table> known_;
};

}  // namespace earshot::analytics::reports
