#include "config/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include "config/checks.hpp"

namespace earshot::config {
namespace {

using std::chrono::seconds;

// Where we are, and the first thing that was wrong; after it nothing else is read.
struct Reading {
    std::string file;
    std::filesystem::path folder;
    std::optional<model::Error> error;
    std::vector<Mention> mentions;

    void refuse(const toml::source_region& at, std::string_view where, std::string_view sentence) {
        if (!error) error = model::Error{model::Errc::invalid_input, fmt::format("{}:{}: {}: {}", file, at.begin.line, where, sentence)};
    }
};

// One table of the file. Each call reads one key into `out` when it is there; finish() refuses the keys nobody asked for.
class Section {
public:
    Section(Reading& reading, std::string name, const toml::table* table) : reading_(reading), name_(std::move(name)), table_(table) {}

    void text(std::string_view key, std::string& out, Complaint (*check)(std::string_view) = nullptr) {
        const auto* node = take(key);
        if (!node) return;
        const auto* value = node->as_string();
        if (!value) return refuse(*node, key, "must be text in quotes.");
        if (const auto complaint = check ? check(value->get()) : std::nullopt) return refuse(*node, key, *complaint);
        out = value->get();
    }

    void choice(std::string_view key, std::string& out, std::initializer_list<std::string_view> choices) {
        std::string value = out;
        text(key, value);
        if (std::ranges::find(choices, value) == choices.end())
            return refuse(*table_->get(key), key, fmt::format("\"{}\" is not one of {}.", value, fmt::join(choices, ", ")));
        out = std::move(value);
    }

    // `set`: each text only once.
    void texts(std::string_view key, std::vector<std::string>& out, Complaint (*check)(std::string_view), bool set = true) {
        const auto* node = take(key);
        if (!node) return;
        const auto* array = node->as_array();
        if (!array) return refuse(*node, key, "must be a list of texts: [\"…\", \"…\"].");
        std::vector<std::string> values;
        for (const auto& element : *array) {
            const auto* value = element.as_string();
            if (!value) return refuse(element, key, "must be a list of texts: [\"…\", \"…\"].");
            if (const auto complaint = check(value->get())) return refuse(element, key, *complaint);
            if (set && std::ranges::find(values, value->get()) != values.end())
                return refuse(element, key, fmt::format("\"{}\" is there twice.", value->get()));
            values.push_back(value->get());
        }
        out = std::move(values);
    }

    void yes_or_no(std::string_view key, bool& out) {
        const auto* node = take(key);
        if (!node) return;
        const auto* value = node->as_boolean();
        if (!value) return refuse(*node, key, "must be true or false.");
        out = value->get();
    }

    void path(std::string_view key, std::filesystem::path& out, Mention::What what) {
        std::string value = out.string();
        text(key, value);
        out = value;
        if (out.is_relative() && !out.empty() && !reading_.folder.empty()) out = reading_.folder / out;
        mention(key, out, what);
    }

    void mention(std::string_view key, const std::filesystem::path& path, Mention::What what) {
        if (path.empty() || !has(key)) return;
        const auto line = table_->get(key)->source().begin.line;
        reading_.mentions.push_back({what, label(key), fmt::format("{}:{}: {}", reading_.file, line, label(key)), path});
    }

    template <class T>
    void whole(std::string_view key, T& out, T least, T most) {
        const auto* node = take(key);
        if (!node) return;
        const auto* value = node->as_integer();
        if (!value) return refuse(*node, key, "must be a whole number.");
        if (!std::in_range<T>(value->get()) || static_cast<T>(value->get()) < least || static_cast<T>(value->get()) > most)
            return refuse(*node, key, fmt::format("must be from {} to {}, not {}.", least, most, value->get()));
        out = static_cast<T>(value->get());
    }

    void number(std::string_view key, double& out, double least, double most) {
        const auto* node = take(key);
        if (!node) return;
        const auto value = node->is_number() ? node->value<double>() : std::nullopt;
        if (!value) return refuse(*node, key, "must be a number.");
        if (!(*value >= least && *value <= most))
            return refuse(*node, key, fmt::format("must be from {} to {}, not {}.", least, most, *value));
        out = *value;
    }

    template <class Duration>
    void duration(std::string_view key, Duration& out, Duration least, Duration most) {
        const auto* node = take(key);
        if (!node) return;
        const auto* text = node->as_string();
        const auto* count = node->as_integer();
        const auto value = text ? parse_duration(text->get()) : count ? std::optional(seconds(count->get())) : std::nullopt;
        if (!value) return refuse(*node, key, "must be a number of seconds, or text such as \"90s\", \"15m\", \"3h\" or \"7d\".");
        if (*value < least || *value > most)
            return refuse(*node, key,
                          fmt::format("must be from {} to {} seconds.", std::chrono::ceil<seconds>(least).count(),
                                      std::chrono::floor<seconds>(most).count()));
        if (*value % Duration(1) != seconds(0))
            return refuse(*node, key, fmt::format("must be a multiple of {} seconds.", std::chrono::ceil<seconds>(Duration(1)).count()));
        out = std::chrono::duration_cast<Duration>(*value);
    }

    void bytes(std::string_view key, std::uint64_t& out, std::uint64_t least) {
        const auto* node = take(key);
        if (!node) return;
        std::optional<std::uint64_t> value;
        if (const auto* text = node->as_string()) value = parse_byte_size(text->get());
        if (const auto* count = node->as_integer(); count && count->get() >= 0) value = static_cast<std::uint64_t>(count->get());
        if (!value) return refuse(*node, key, "must be a number of bytes, or text such as \"500MB\" or \"8GiB\".");
        if (*value < least || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return refuse(*node, key, fmt::format("must be from {} bytes to 8 million TiB.", least));
        out = *value;
    }

    // For what only shows once several keys are known.
    void require(std::string_view key, const Complaint& complaint) {
        if (complaint && table_) {
            const auto* node = table_->get(key);
            refuse(node ? *node : static_cast<const toml::node&>(*table_), key, *complaint);
        }
    }
    [[nodiscard]] bool has(std::string_view key) const { return table_ && table_->contains(key); }

    void finish() {
        if (!table_) return;
        for (const auto& [key, node] : *table_) {
            if (std::ranges::find(known_, key.str()) != known_.end()) continue;
            reading_.refuse(key.source(), label(key.str()), fmt::format("unknown key; [{}] knows {}.", name_, fmt::join(known_, ", ")));
        }
    }

private:
    const toml::node* take(std::string_view key) {
        known_.push_back(key);
        return table_ && !reading_.error ? table_->get(key) : nullptr;
    }
    void refuse(const toml::node& node, std::string_view key, std::string_view sentence) {
        reading_.refuse(node.source(), label(key), sentence);
    }
    [[nodiscard]] std::string label(std::string_view key) const { return fmt::format("{}.{}", name_, key); }

    Reading& reading_;
    std::string name_;
    const toml::table* table_;
    std::vector<std::string_view> known_;
};

void read_server(Section section, Settings::Server& out) {
    section.texts("listen", out.listen, check_listen_address);
    section.require("listen", out.listen.empty() ? Complaint("name at least one address.") : std::nullopt);
    section.text("public_url", out.public_url, check_public_url);
    section.whole("network_threads", out.network_threads, 0U, 256U);
    section.whole("pool_threads", out.pool_threads, 1U, 256U);
    section.duration("drain_timeout", out.drain_timeout, seconds(0), seconds(24 * 3600));
    section.duration("handover_drain", out.handover_drain, seconds(0), seconds(24 * 3600));
    section.texts("trusted_proxies", out.trusted_proxies, check_proxy);
    section.choice("forwarding_field", out.forwarding_field, {"x-forwarded-for", "forwarded"});
    section.yes_or_no("proxy_protocol", out.proxy_protocol);
    section.require("proxy_protocol", out.proxy_protocol && out.trusted_proxies.empty()
                                          ? Complaint("needs server.trusted_proxies: nobody else's header is read.")
                                          : std::nullopt);
    section.finish();
}

void read_tls(Section section, Settings::Tls& out, const std::string& public_url) {
    section.texts("listen", out.listen, check_listen_address);
    section.path("certificate", out.certificate, Mention::What::file);
    section.path("key", out.key, Mention::What::file);
    section.yes_or_no("redirect", out.redirect);
    section.duration("strict_transport", out.strict_transport, seconds(0), seconds(2 * 366 * 24 * 3600));
    const bool lacks_files = out.certificate.empty() || out.key.empty();
    section.require("listen", !out.listen.empty() && lacks_files ? Complaint("needs tls.certificate and tls.key.") : std::nullopt);
    section.require("redirect", out.redirect && !public_url.starts_with("https://")
                                    ? Complaint("needs a server.public_url that begins with https://: requests are sent there.")
                                    : std::nullopt);
    section.finish();
}

void read_limits(Section section, Limits& out) {
    constexpr std::uint32_t many = 1'000'000;
    constexpr Limits::Time second = seconds(1), hour = seconds(3600);
    section.whole("max_connections", out.max_connections, 10U, many);
    section.whole("connections_per_address", out.connections_per_address, 1U, many);
    section.whole("max_requests_per_connection", out.max_requests_per_connection, 1U, 1'000 * many);
    section.duration("head_timeout", out.head_timeout, second, hour);
    section.duration("idle_timeout", out.idle_timeout, second, hour);
    section.duration("body_stall", out.body_stall, second, hour);
    section.duration("write_stall", out.write_stall, second, hour);
    section.duration("linger_timeout", out.linger_timeout, Limits::Time(0), hour);
    section.bytes("body_minimum_rate", out.body_minimum_rate, 0);
    section.bytes("write_minimum_rate", out.write_minimum_rate, 0);
    section.duration("rate_window", out.rate_window, second, hour);
    section.bytes("send_buffer", out.send_buffer, 16 << 10);
    section.finish();
}

void read_storage(Section section, Settings::Storage& out) {
    section.path("data_dir", out.data_dir, Mention::What::folder);
    section.require("data_dir", out.data_dir.empty() ? Complaint("must name a folder.") : std::nullopt);
    section.path("runtime_dir", out.runtime_dir, Mention::What::memory_folder);
    section.bytes("reserve_bytes", out.reserve_bytes, 0);
    section.finish();
}

void read_uploads(Section section, Settings::Uploads& out) {
    section.bytes("max_bytes", out.max_bytes, 1);
    section.duration("expire_after", out.expire_after, std::chrono::hours(1), std::chrono::hours(366 * 24));
    section.finish();
}

void read_publishing(Section section, Settings::Publishing& out) {
    section.whole("workers", out.workers, 0U, 64U);
    section.whole("queue_per_producer", out.queue_per_producer, 0U, 1'000'000U);
    section.whole("spare_cores", out.spare_cores, 0U, 1024U);
    section.choice("sandbox", out.sandbox, {"required", "degraded"});
    section.duration("job_deadline", out.job_deadline, seconds(1), seconds(7 * 86400));
    section.finish();
}

void read_transcribe(Section section, Settings::Transcribe& out) {
    section.texts("command", out.command, [](std::string_view) { return Complaint(); }, false);
    section.duration("deadline", out.deadline, seconds(1), seconds(7 * 86400));
    if (!out.command.empty() && !out.command.front().starts_with('/'))
        section.require("command", "must begin with the whole path of a program, such as \"/usr/local/bin/transcribe\".");
    if (!out.command.empty()) section.mention("command", out.command.front(), Mention::What::program);
    section.finish();
}

void read_statistics(Section section, Settings::Statistics& out) {
    section.whole("suppress_below", out.suppress_below, 1U, 1000U);
    section.duration("keep_hours", out.keep_hours, std::chrono::days(2), std::chrono::days(100 * 366));
    section.path("agents_file", out.agents_file, Mention::What::file_or_folder);
    section.path("data_centres_file", out.data_centres_file, Mention::What::file);
    section.path("countries_file", out.countries_file, Mention::What::file);
    section.whole("most_per_address", out.most_per_address, 0U, 60'000U);
    section.path("shared_addresses_file", out.shared_addresses_file, Mention::What::file);
    section.finish();
}

void read_log(Section section, Settings::Log& out) {
    section.choice("level", out.level, {"trace", "debug", "info", "warn", "error"});
    section.choice("format", out.format, {"json", "text"});
    section.finish();
}

std::string lossless_codecs() {
    std::vector<std::string_view> names;
    for (const auto& facts : model::all_codecs())
        if (facts.lossless) names.push_back(facts.name);
    return fmt::format("{}", fmt::join(names, " and "));
}

void read_rendition(Section section, std::vector<model::RenditionProfile>& out) {
    model::RenditionProfile profile;
    std::string codec;
    constexpr auto any = std::numeric_limits<std::uint32_t>::max();
    section.text("name", profile.name, check_rendition_name);
    section.text("codec", codec);
    const auto known = model::parse_codec(codec);
    profile.codec = known.value_or(model::Codec::mp3);
    const auto& facts = model::facts_of(profile.codec);
    profile.sample_rate = facts.sample_rate;
    section.whole("bit_rate", profile.bit_rate, std::uint32_t{1}, any);
    profile.mono_bit_rate = profile.bit_rate;
    section.whole("mono_bit_rate", profile.mono_bit_rate, std::uint32_t{1}, any);
    section.whole("sample_rate", profile.sample_rate, std::uint32_t{1}, any);
    section.number("target_lufs", profile.target_lufs, -40, -5);
    section.number("ceiling_dbtp", profile.ceiling_dbtp, -20, 0);
    section.whole("channels", profile.channels, std::uint32_t{1}, std::uint32_t{2});
    for (const auto* needed : {"name", "codec", "bit_rate"})
        if (!section.has(needed) && (!facts.lossless || needed != std::string_view("bit_rate")))
            section.require(needed,
                            fmt::format("is missing; every rendition needs name, codec and (but for {}) bit_rate.", lossless_codecs()));
    section.require("codec", check_codec(codec));
    section.require("sample_rate", check_sample_rate(profile.codec, profile.sample_rate));
    section.require("bit_rate", check_bit_rate(profile.codec, profile.sample_rate, profile.bit_rate, 2));
    section.require("mono_bit_rate", check_bit_rate(profile.codec, profile.sample_rate, profile.mono_bit_rate, 1));
    if (std::ranges::find(out, profile.name, &model::RenditionProfile::name) != out.end())
        section.require("name", fmt::format("\"{}\" is the name of two renditions; each needs its own.", profile.name));
    section.finish();
    out.push_back(std::move(profile));
}

void read_renditions(Reading& reading, const toml::table& root, std::vector<model::RenditionProfile>& out) {
    const auto* node = root.get("rendition");
    if (!node) return;
    const auto* array = node->as_array();
    if (!array || array->empty() || !array->is_array_of_tables())
        return reading.refuse(node->source(), "rendition", "must be written as [[rendition]] blocks.");
    out.clear();
    for (const auto& element : *array) read_rendition(Section(reading, "rendition", element.as_table()), out);
}

void read_mail(Section section, Settings::Mail& out) {
    section.text("relay", out.relay, check_mail_relay);
    section.text("from", out.from, check_mail_address);
    section.text("user", out.user);
    section.path("password_file", out.password_file, Mention::What::password);
    section.yes_or_no("plain", out.plain);
    section.require("relay", !out.relay.empty() && out.from.empty() ? Complaint("needs mail.from, the sender's address.") : std::nullopt);
    section.require("user", out.user.empty() != out.password_file.empty() ? Complaint("goes with mail.password_file; set both or neither.")
                                                                          : std::nullopt);
    section.require("plain", out.plain && out.relay.starts_with("smtps:") ? Complaint("contradicts smtps://.") : std::nullopt);
    section.finish();
}

void read_digest(Section section, const Settings::Mail& mail, std::vector<Settings::Digest>& out) {
    Settings::Digest digest;
    std::string at = "07:00";
    section.text("name", digest.name, check_rendition_name);
    section.text("show", digest.show);
    section.choice("every", digest.every, {"daily", "weekly", "monthly"});
    section.text("at", at, check_time_of_day);
    digest.at = std::chrono::minutes((at[0] - '0') * 600 + (at[1] - '0') * 60 + (at[3] - '0') * 10 + (at[4] - '0'));
    section.texts("email", digest.email, check_mail_address);
    section.text("webhook", digest.webhook, check_webhook);
    section.path("secret_file", digest.secret_file, Mention::What::secret);
    section.choice("format", digest.format, {"text", "json"});
    section.yes_or_no("internal", digest.internal);
    const auto complain = [&](std::string_view key, bool is_so, std::string_view sentence) {
        section.require(key, is_so ? Complaint(sentence) : std::nullopt);
    };
    complain("name", digest.name.empty(), "is missing; every digest needs its own.");
    complain("name", std::ranges::find(out, digest.name, &Settings::Digest::name) != out.end(),
             "is the name of two digests; each needs its own.");
    complain("email", digest.email.empty() && digest.webhook.empty(), "is missing; a digest needs email, webhook or both.");
    complain("email", !digest.email.empty() && mail.relay.empty(), "needs mail.relay: a server that takes mail for others.");
    complain("webhook", !digest.webhook.empty() && digest.secret_file.empty(), "needs secret_file: what is posted is signed with it.");
    complain("webhook", digest.webhook.starts_with("http:") && !digest.internal,
             "must begin with https://; plain http:// is for networks of yours (internal = true).");
    section.finish();
    out.push_back(std::move(digest));
}

void read_digests(Reading& reading, const toml::table& root, Settings& out) {
    const auto* node = root.get("digest");
    if (!node) return;
    const auto* array = node->as_array();
    if (!array || !array->is_array_of_tables()) return reading.refuse(node->source(), "digest", "must be written as [[digest]] blocks.");
    for (const auto& element : *array) read_digest(Section(reading, "digest", element.as_table()), out.mail, out.digests);
}

void read_root(Reading& reading, const toml::table& root, Settings& out) {
    constexpr std::array<std::string_view, 12> sections{"server",     "tls",       "limits",     "storage", "uploads", "publishing",
                                                        "transcribe", "rendition", "statistics", "mail",    "digest",  "log"};
    for (const auto& [key, node] : root) {
        if (std::ranges::find(sections, key.str()) == sections.end())
            reading.refuse(key.source(), key.str(), fmt::format("unknown section; there are {}.", fmt::join(sections, ", ")));
        else if (!node.is_table() && key.str() != "rendition" && key.str() != "digest")
            reading.refuse(key.source(), key.str(), fmt::format("must be a section: [{}].", key.str()));
    }
    const auto section = [&](std::string_view name) { return Section(reading, std::string(name), root[name].as_table()); };
    read_server(section("server"), out.server);
    read_tls(section("tls"), out.tls, out.server.public_url);
    read_limits(section("limits"), out.limits);
    read_storage(section("storage"), out.storage);
    read_uploads(section("uploads"), out.uploads);
    read_publishing(section("publishing"), out.publishing);
    read_transcribe(section("transcribe"), out.transcribe);
    read_renditions(reading, root, out.renditions);
    read_statistics(section("statistics"), out.statistics);
    read_mail(section("mail"), out.mail);
    read_digests(reading, root, out);
    read_log(section("log"), out.log);
}

}  // namespace

Settings default_settings() {
    Settings settings;
    const model::RenditionProfile mp3{
        .name = "mp3", .codec = model::Codec::mp3, .bit_rate = 128'000, .mono_bit_rate = 96'000, .sample_rate = 44'100};
    auto aac = mp3;
    aac.name = "aac";
    aac.codec = model::Codec::aac;
    const model::RenditionProfile opus{
        .name = "opus", .codec = model::Codec::opus, .bit_rate = 64'000, .mono_bit_rate = 48'000, .sample_rate = 48'000};
    settings.renditions = {mp3, aac, opus};
    return settings;
}

model::Result<Settings> parse_settings(std::string_view toml, std::string_view file_name) {
    Reading reading{.file = std::string(file_name), .folder = std::filesystem::path(file_name).parent_path()};
    try {
        const auto root = toml::parse(toml, file_name);
        auto settings = default_settings();
        read_root(reading, root, settings);
        if (reading.error) return std::unexpected(*reading.error);
        settings.mentions = std::move(reading.mentions);
        return settings;
    } catch (const toml::parse_error& error) {
        return model::fail(model::Errc::invalid_input,
                           fmt::format("{}:{}: {}.", file_name, error.source().begin.line, error.description()));
    }
}

model::Result<Settings> load_settings(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();  // which fails where there is nothing
    if (!stream || !text)
        return model::fail(model::Errc::invalid_input, fmt::format("{}: cannot be read: {}.", file.string(), std::strerror(errno)));
    return parse_settings(text.str(), file.string());
}

}  // namespace earshot::config
