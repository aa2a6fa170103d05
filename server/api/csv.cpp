#include "server/api/csv.hpp"

#include <fmt/format.h>

namespace earshot::api {

std::string csv_cell(std::string_view text) {
    std::string out = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front())) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

http::Reply csv_reply(std::string csv, std::string_view file_name) {
    http::Reply reply;
    reply.fields = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                    {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", file_name)}};
    reply.body = std::move(csv);
    return reply;
}

}  // namespace earshot::api
