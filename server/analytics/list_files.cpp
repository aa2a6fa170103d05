#include "server/analytics/list_files.hpp"

#include <fstream>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "content/model/embedded.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> counting_lists_files();
}

namespace earshot::analytics {

model::Result<std::string_view> built_in_list(std::string_view name) {
    for (const auto& file : model::counting_lists_files()) {
        if (file.name == name) return file.bytes;
    }
    return model::fail(model::Errc::invalid_input, fmt::format("The built-in list {} is missing.", name));
}

std::string_view without_comment(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

model::Result<std::string> read_list(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return model::fail(model::Errc::invalid_input, fmt::format("{} cannot be read.", path.string()));
    return text;
}

}  // namespace earshot::analytics
