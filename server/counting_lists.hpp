#pragma once
// The lists that counting goes by, as the settings name them: for the server and for the commands that audit it.

#include "config/settings.hpp"
#include "server/analytics/recognition.hpp"
#include "server/commands/commands.hpp"

namespace earshot::app {

[[nodiscard]] analytics::ListFiles counting_lists(const config::Settings& settings);
// Of the settings file given, or the built-in ones.
[[nodiscard]] model::Result<analytics::Recognition> load_counting_lists(const commands::ConfigOption& options);

}  // namespace earshot::app
