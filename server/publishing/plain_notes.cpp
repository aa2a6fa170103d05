#include "server/publishing/editing.hpp"

namespace earshot::publishing {

namespace {

// "[text](address)" at `pos` → "text (address)"; returns the position after it, or `pos` when there is no link.
std::size_t take_link(std::string_view line, std::size_t pos, std::string& out) {
    const auto middle = line.find("](", pos);
    if (middle == std::string_view::npos) return pos;
    const auto end = line.find(')', middle);
    if (end == std::string_view::npos) return pos;
    const std::string_view text = line.substr(pos + 1, middle - pos - 1);
    const std::string_view address = line.substr(middle + 2, end - middle - 2);
    if (text.find('[') != std::string_view::npos) return pos;
    out.append(text);
    if (text != address) out.append(" (").append(address).append(")");
    return end + 1;
}

// Emphasis, not a bullet or a multiplication sign.
bool touches_a_word(std::string_view line, std::size_t star) {
    return (star > 0 && line[star - 1] != ' ') || (star + 1 < line.size() && line[star + 1] != ' ');
}

void append_line(std::string_view line, std::string& out) {
    const auto text = line.find_first_not_of("#> \t");
    if (text != std::string_view::npos && text > 0 && (line[0] == '#' || line[0] == '>')) line.remove_prefix(text);
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] == '[' || (line[i] == '!' && i + 1 < line.size() && line[i + 1] == '[')) {
            const std::size_t open = line[i] == '!' ? i + 1 : i;
            if (const std::size_t after = take_link(line, open, out); after != open) {
                i = after;
                continue;
            }
        }
        const bool doubled = i + 1 < line.size() && line[i] == line[i + 1];
        if ((line[i] == '*' || line[i] == '_') && doubled) {
            i += 2;
        } else if (line[i] == '`' || (line[i] == '*' && touches_a_word(line, i))) {
            ++i;
        } else if (line[i] == '\\' && i + 1 < line.size()) {
            out += line[i + 1];
            i += 2;
        } else {
            out += line[i++];
        }
    }
}

}  // namespace

std::string plain_notes(std::string_view markdown) {
    std::string out;
    while (!markdown.empty()) {
        const auto end = markdown.find('\n');
        append_line(markdown.substr(0, end), out);
        if (end == std::string_view::npos) break;
        out += '\n';
        markdown.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace earshot::publishing
