#pragma once
// The country of an address, from a database in the MaxMind format (.mmdb) that the operator provides.

#include <filesystem>
#include <memory>
#include <string>

#include "content/model/error.hpp"
#include "server/analytics/ip_address.hpp"

namespace earshot::analytics {

class Countries {
public:
    Countries();  // none is known
    // The file is read whole, so that it may be replaced at any time. Errors: invalid_input naming it.
    static model::Result<Countries> from_file(const std::filesystem::path& file);
    // ISO 3166-1, two letters; "unknown" when the database has none.
    [[nodiscard]] std::string of(const IpAddress& address) const;
    Countries(Countries&&) noexcept;
    Countries& operator=(Countries&&) noexcept;
    ~Countries();

private:
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

}  // namespace earshot::analytics
