#include <algorithm>
#include <cstdio>
#include <utility>

#include "content/model/text.hpp"
#include "content/model/transcript.hpp"

namespace earshot::model {
namespace {

std::string format_time(std::chrono::milliseconds time) {
    const auto count = static_cast<long long>(time.count());
    char text[40];
    std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld.%03lld", count / 3'600'000, count / 60'000 % 60, count / 1000 % 60,
                  count % 1000);
    return text;
}

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string to_vtt(const std::vector<Cue>& cues) {
    std::string out = "WEBVTT\n";
    for (const auto& cue : cues) {
        out += "\n" + format_time(cue.start) + " --> " + format_time(cue.end) + "\n";
        if (const auto speaker = clean_line(cue.speaker); !speaker.empty()) out += "<v " + escape(speaker) + ">";
        std::string_view rest = cue.text;
        for (bool first = true; !rest.empty();) {
            const auto line = clean_line(rest.substr(0, rest.find('\n')));
            rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
            if (line.empty()) continue;  // a blank line would end the cue
            if (!std::exchange(first, false)) out += '\n';
            out += escape(line);
        }
        out += '\n';
    }
    return out;
}

}  // namespace earshot::model
