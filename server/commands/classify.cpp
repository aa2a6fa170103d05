// `earshot classify`: what counting takes a User-Agent for.

#include <boost/json.hpp>
#include <iostream>

#include <fmt/format.h>

#include "content/model/text.hpp"
#include "server/commands/commands.hpp"
#include "server/counting_lists.hpp"

namespace earshot::commands {

int classify(const ConfigOption& options) {
    const auto recognition = app::load_counting_lists(options);
    if (!recognition) {
        fmt::print(stderr, "{}\n", recognition.error().message);
        return 1;
    }
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        if (line.ends_with('\r')) line.pop_back();
        const auto agent = recognition->classifier().classify(line);
        std::cout << boost::json::serialize(boost::json::object{{"agent", model::clean_text(line)},
                                                                {"kind", to_string(agent.kind)},
                                                                {"name", model::clean_text(agent.name)},
                                                                {"device", model::clean_text(agent.device)}})
                  << '\n';
    }
    return 0;
}

}  // namespace earshot::commands
