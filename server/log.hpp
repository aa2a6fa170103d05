#pragma once
// Structured logs on stderr: one JSON object (or one plain line) an event. Hostile text cannot break a line. Nothing about listeners goes
// in: no address, agent, referrer, query or path, only route patterns, statuses, sizes and request ids.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "config/settings.hpp"

namespace earshot::app {

enum class Level { debug, info, warn, error };
using LogValue = std::variant<std::string_view, long long, double>;
using LogFields = std::initializer_list<std::pair<std::string_view, LogValue>>;

void open_log(const config::Settings::Log& settings);
void log(Level level, std::string_view event, LogFields fields = {});

}  // namespace earshot::app
