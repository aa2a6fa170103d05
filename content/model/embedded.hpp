#pragma once
// Files that travel inside the binary (migrations, templates, assets). A room that embeds declares its own
// `std::span<const EmbeddedFile> <name>_files();` in this namespace (made by cmake/embed.cmake).

#include <span>
#include <string_view>

namespace earshot::model {

struct EmbeddedFile {
    std::string_view name;   // relative path, "show.html"
    std::string_view bytes;  // static storage
};

}  // namespace earshot::model
