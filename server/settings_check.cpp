#include "server/settings_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "config/checks.hpp"
#include "server/analytics/recognition.hpp"
#include "server/analytics/runtime_folder.hpp"
#include "server/counting_lists.hpp"
#include "server/http/tls.hpp"
#include "server/places.hpp"
#include "server/post.hpp"

namespace earshot::app {

namespace {

namespace fs = std::filesystem;
using config::Complaint;
using config::Mention;
using What = Mention::What;

Complaint cannot(const fs::path& path, std::string_view what) {
    return fmt::format("{} cannot be {}: {}.", path.string(), what, std::strerror(errno));
}

Complaint check_readable(const fs::path& path, bool folder_too) {
    std::error_code error;
    if (::access(path.c_str(), R_OK) != 0) return cannot(path, "read");
    const bool fits = fs::is_regular_file(path, error) || (folder_too && fs::is_directory(path, error));
    return fits ? Complaint() : fmt::format("{} is no file.", path.string());
}

Complaint check_first_line(const fs::path& path) {
    if (auto complaint = check_readable(path, false)) return complaint;
    std::ifstream in(path);
    std::string line;
    if (std::getline(in, line) && !line.empty()) return std::nullopt;
    return fmt::format("{} is empty; its first line is used.", path.string());
}

Complaint check_program(const fs::path& path) {
    std::error_code error;
    if (::access(path.c_str(), X_OK) != 0) return cannot(path, "run");
    return fs::is_regular_file(path, error) ? Complaint() : fmt::format("{} is no program.", path.string());
}

// The folder itself, or what it would have to be made in.
fs::path nearest_existing(fs::path path) {
    std::error_code error;
    path = fs::absolute(path).lexically_normal();
    while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
    return path;
}

std::string shell_word(const std::string& text) {
    const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("/._-").contains(c); };
    if (std::ranges::all_of(text, is_plain)) return text;
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

// Most often a fresh installation: only root may make folders in /var/lib.
std::string who_may(const fs::path& path) {
    const passwd* user = ::getpwuid(::geteuid());
    const group* members = ::getgrgid(::getegid());
    const std::string name = user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
    return fmt::format(
        " If the server runs as the user {0}, as you do now, make it as root: install -d -m 750 -o {0} -g {1} {2} (systemd makes "
        "StateDirectory= of the unit itself, when it first starts the server). Else call this as the server's user: sudo -u USER earshot "
        "check-config.",
        name, members == nullptr ? std::to_string(::getegid()) : members->gr_name, shell_word(path.string()));
}

// By making one: neither permissions nor the kind of file system tell it for sure.
Complaint check_folder(const fs::path& path) {
    std::error_code error;
    const auto existing = nearest_existing(path);
    if (!fs::is_directory(existing, error)) return fmt::format("{} is no folder.", existing.string());
    std::string trial = (existing / ".earshot-check-XXXXXX").string();
    if (::mkdtemp(trial.data()) == nullptr) {
        return cannot(path, existing == path.lexically_normal() ? "written to" : "made");
    }
    ::rmdir(trial.c_str());
    return std::nullopt;
}

Complaint check_data_folder(const fs::path& path) {
    auto complaint = check_folder(path);
    if (complaint && ::faccessat(AT_FDCWD, nearest_existing(path).c_str(), W_OK, AT_EACCESS) != 0 && errno == EACCES)
        *complaint += who_may(path);
    return complaint;
}

Complaint check_memory_folder(const fs::path& path) {
    if (!analytics::is_in_memory(nearest_existing(path)))
        return fmt::format(
            "{} is on a disk, and what is known of today's listeners must not come to one. Name a folder on a tmpfs; until "
            "then they are counted in memory only, and a restart may count them twice.",
            path.string());
    return check_folder(path);
}

Complaint check(const Mention& mention) {
    switch (mention.what) {
        case What::file:
            return check_readable(mention.path, false);
        case What::file_or_folder:
            return check_readable(mention.path, true);
        case What::password:
        case What::secret:
            return check_first_line(mention.path);
        case What::program:
            return check_program(mention.path);
        case What::folder:
            return check_data_folder(mention.path);
        case What::memory_folder:
            return check_memory_folder(mention.path);
    }
    return std::nullopt;
}

// Of a list alone, so that what is wrong with it is said of its key.
Complaint check_list(const Mention& mention, const config::Settings& settings) {
    const auto all = counting_lists(settings);
    analytics::ListFiles one{.public_url = all.public_url, .most_per_address = all.most_per_address};
    if (mention.key == "statistics.agents_file") one.agents = all.agents;
    if (mention.key == "statistics.data_centres_file") one.data_centres = all.data_centres;
    if (mention.key == "statistics.countries_file") one.countries = all.countries;
    if (mention.key == "statistics.shared_addresses_file") one.shared_addresses = all.shared_addresses;
    const auto loaded = analytics::Recognition::load(one);
    return loaded ? Complaint() : loaded.error().message;
}

Complaint check_secret(const Mention& mention) try {
    std::ifstream in(mention.path);
    std::string secret;
    std::getline(in, secret);
    static_cast<void>(webhook_signature(secret, "", "", ""));
    return std::nullopt;
} catch (const std::runtime_error& error) {
    return error.what();
}

// Certificate and key are loaded together; the sentence begins with the one that is wrong.
Complaint check_tls(const Mention& mention, const config::Settings::Tls& tls) {
    const auto loaded = http::TlsContext::load(tls.certificate, tls.key);
    return loaded || !loaded.error().message.starts_with(mention.path.string()) ? Complaint() : loaded.error().message;
}

Complaint check_content(const Mention& mention, const config::Settings& settings) {
    if (mention.key.starts_with("statistics.")) return check_list(mention, settings);
    if (mention.key.starts_with("tls.") && !settings.tls.certificate.empty() && !settings.tls.key.empty())
        return check_tls(mention, settings.tls);
    return mention.what == What::secret ? check_secret(mention) : std::nullopt;
}

std::vector<std::string> problems_of(const config::Settings& settings, bool content_too) {
    std::vector<std::string> result;
    for (const Mention& mention : settings.mentions) {
        auto complaint = check(mention);
        if (!complaint && content_too) complaint = check_content(mention, settings);
        if (complaint) result.push_back(fmt::format("{}: {}", mention.at, *complaint));
    }
    if (settings.storage.runtime_dir.empty())
        if (const auto complaint = check_memory_folder(places(settings).runtime))
            result.push_back(fmt::format("storage.runtime_dir is not set: {}", *complaint));
    return result;
}

}  // namespace

std::vector<std::string> missing_mentions(const config::Settings& settings) {
    return problems_of(settings, false);
}

std::vector<std::string> settings_problems(const config::Settings& settings) {
    return problems_of(settings, true);
}

}  // namespace earshot::app
