#pragma once
// What no reader of a settings file can know: whether the files, folders and programs it names are there and can be used by whoever asks.

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace earshot::app {

// "earshot.toml:12: tls.certificate: /etc/x.pem cannot be read: No such file or directory.", in the order of the settings. Quick; nothing
// is left of the folders that are made for a trial.
[[nodiscard]] std::vector<std::string> missing_mentions(const config::Settings& settings);

// The same, and what is in them: certificate, key, secrets' form and the lists that counting goes by. Takes as long as a start.
[[nodiscard]] std::vector<std::string> settings_problems(const config::Settings& settings);

}  // namespace earshot::app
