#include "server/web/turns.hpp"

namespace earshot::web {
namespace {

constexpr std::size_t long_enough = 450;  // bytes: about four lines on a desktop

bool is_sound(const model::Cue& cue) {
    const std::string_view text = cue.text;
    return (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('(') && text.ends_with(')')) || text.starts_with("♪");
}

bool ends_sentence(std::string_view text) {
    return text.ends_with('.') || text.ends_with('?') || text.ends_with('!') || text.ends_with("”");
}

}  // namespace

std::vector<Turn> turns_of(const std::vector<model::Cue>& cues) {
    std::vector<Turn> turns;
    std::string speaking;
    for (const auto& cue : cues) {
        if (cue.text.empty()) continue;
        if (is_sound(cue)) {
            turns.push_back({cue.start, {}, cue.text, true});
            continue;
        }
        const bool same = !turns.empty() && cue.speaker == speaking;
        if (same && !turns.back().is_sound && !(turns.back().text.size() >= long_enough && ends_sentence(turns.back().text))) {
            turns.back().text += ' ' + cue.text;
            continue;
        }
        // After a sound the name is said again: who goes on is not obvious any more.
        const bool name_again = !same || turns.back().is_sound;
        turns.push_back({cue.start, name_again ? cue.speaker : std::string(), cue.text, false});
        speaking = cue.speaker;
    }
    return turns;
}

}  // namespace earshot::web
