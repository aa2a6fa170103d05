#include "server/analytics/countries.hpp"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <sys/mman.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "content/storage/descriptor.hpp"
#include "server/analytics/list_files.hpp"

namespace earshot::analytics {

struct Countries::Opened {
    ~Opened() {
        if (is_open) ::MMDB_close(&database);
    }
    MMDB_s database{};
    bool is_open{};
};

namespace {

model::Status opened(MMDB_s& database, const std::string& bytes) {
    // The library maps a file; were it the operator's own, whoever shortens it would end this process.
    const storage::Descriptor copy(storage::checked(::memfd_create("countries", MFD_CLOEXEC), "make room for the countries"));
    for (std::size_t at = 0; at < bytes.size();) {
        const auto written = ::write(copy.get(), bytes.data() + at, bytes.size() - at);
        (void)storage::checked(written < 0 && errno != EINTR ? -1 : 0, "copy the countries");
        if (written > 0) at += static_cast<std::size_t>(written);
    }
    const int failed = ::MMDB_open(fmt::format("/proc/self/fd/{}", copy.get()).c_str(), MMDB_MODE_MMAP, &database);
    if (failed != MMDB_SUCCESS) return model::fail(model::Errc::invalid_input, ::MMDB_strerror(failed));
    return {};
}

}  // namespace

Countries::Countries() = default;
Countries::Countries(Countries&&) noexcept = default;
Countries& Countries::operator=(Countries&&) noexcept = default;
Countries::~Countries() = default;

model::Result<Countries> Countries::from_file(const std::filesystem::path& file) {
    const auto bytes = read_list(file);
    if (!bytes) return std::unexpected(bytes.error());
    Countries result;
    result.opened_ = std::make_unique<Opened>();
    if (const auto done = opened(result.opened_->database, *bytes); !done)
        return model::fail(done.error().code,
                           fmt::format("{}: the countries of addresses cannot be read ({}).", file.string(), done.error().message));
    result.opened_->is_open = true;
    return result;
}

std::string Countries::of(const IpAddress& address) const {
    constexpr const char* unknown = "unknown";
    if (!opened_) return unknown;
    sockaddr_storage where{};
    if (is_ipv4(address)) {
        auto& four = reinterpret_cast<sockaddr_in&>(where);
        four.sin_family = AF_INET;
        std::memcpy(&four.sin_addr, address.data() + 12, 4);
    } else {
        auto& six = reinterpret_cast<sockaddr_in6&>(where);
        six.sin6_family = AF_INET6;
        std::memcpy(&six.sin6_addr, address.data(), address.size());
    }
    int failed = MMDB_SUCCESS;
    auto found = ::MMDB_lookup_sockaddr(&opened_->database, reinterpret_cast<const sockaddr*>(&where), &failed);
    if (failed != MMDB_SUCCESS || !found.found_entry) return unknown;
    MMDB_entry_data_s data{};
    if (::MMDB_get_value(&found.entry, &data, "country", "iso_code", nullptr) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2)
        return unknown;
    const std::string_view code(data.utf8_string, data.data_size);
    return std::ranges::all_of(code, [](unsigned char c) { return std::isupper(c) != 0; }) ? std::string(code) : unknown;
}

}  // namespace earshot::analytics
