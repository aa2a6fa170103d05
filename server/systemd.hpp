#pragma once
// What systemd and a service tell each other (sd_listen_fds(3), sd_notify(3)), without its library. Elsewhere these do nothing.

#include <string_view>
#include <vector>

#include "server/http/listener.hpp"

namespace earshot::app {

// The listening sockets of earshot.socket. Taken once, and forgotten in the environment, so that no child takes them for its own.
[[nodiscard]] std::vector<http::Descriptor> activation_sockets();

void notify_systemd(std::string_view state);  // "READY=1", "STOPPING=1", "MAINPID=42"; several are parted by line feeds

}  // namespace earshot::app
