#include "server/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace earshot::app {

namespace {

bool as_json = true;

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(text));
}

std::string printed(const LogValue& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) return quoted(*text);
    if (const auto* number = std::get_if<long long>(&value)) return fmt::to_string(*number);
    return fmt::format("{:.3f}", std::get<double>(value));
}

}  // namespace

void open_log(const config::Settings::Log& settings) {
    as_json = settings.format == "json";
    auto logger = std::make_shared<spdlog::logger>("earshot", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(spdlog::level::from_str(settings.level));
    logger->set_pattern(as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%d %H:%M:%S.%e %l %v",
                        as_json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void log(Level level, std::string_view event, LogFields fields) {
    const auto at = to_spdlog(level);
    if (!spdlog::default_logger_raw()->should_log(at)) return;
    std::string line = as_json ? "\"event\":" + quoted(event) : std::string(event);
    for (const auto& [name, value] : fields) line += fmt::format(fmt::runtime(as_json ? ",\"{}\":{}" : " {}={}"), name, printed(value));
    spdlog::default_logger_raw()->log(at, line);
}

}  // namespace earshot::app
