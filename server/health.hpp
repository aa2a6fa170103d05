#pragma once
// /livez: the event loop answers. /readyz: each thing the server depends on, tried now.

#include <functional>
#include <string>
#include <vector>

#include "server/http/message.hpp"

namespace earshot::app {

struct HealthCheck {
    std::string name;
    std::function<std::string()> problem;  // empty: fine; else a sentence
};

[[nodiscard]] http::Reply livez();
// 200 {"ready":true,"checks":{…:"ok"}} or 503 with the sentences. Blocking.
[[nodiscard]] http::Reply readyz(const std::vector<HealthCheck>& checks);

}  // namespace earshot::app
