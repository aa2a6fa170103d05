#pragma once
// Episodes, versions of their audio and what many downloads have in common, as small numbers: so that nothing need repeat them.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "server/analytics/day.hpp"
#include "server/analytics/dimensions.hpp"

namespace earshot::analytics {

// Two versions of a file with the same audio (only the tags differ) are one: positions are counted from the first byte of audio.
struct AudioVersion {
    std::uint32_t episode{};          // in Terms
    std::uint64_t bytes{}, enough{};  // all of the audio; as much of it as makes 60 s
    bool operator==(const AudioVersion&) const = default;
};

struct Context {
    std::uint32_t episode{};  // in Terms
    std::uint32_t version{};  // in Terms
    DimensionValues values;
};

// Numbers begin at 0. Those of episodes and versions stay; what downloads had in common is forgotten with the last day that had it.
class Terms {
public:
    std::uint32_t episode(std::string_view name);
    std::uint32_t version(const AudioVersion& version);
    std::uint32_t context(const Context& context);
    void begin(Day day) { today_ = std::max(today_, day); }
    // Contexts that were not asked for since that day began; from then on their numbers may mean others.
    void forget_contexts_before(Day day);
    [[nodiscard]] const std::string& episode_name(std::uint32_t episode) const { return *episodes_[episode]; }
    [[nodiscard]] const AudioVersion& version_of(std::uint32_t version) const { return versions_[version]; }
    [[nodiscard]] const Context& context_of(std::uint32_t context) const { return contexts_[context]; }

private:
    void spell(const Context& context);  // into scratch_
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using Numbers = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;
    Numbers episode_numbers_, context_numbers_;
    std::vector<const std::string*> episodes_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>, std::uint32_t> version_numbers_;
    std::vector<AudioVersion> versions_;
    std::vector<Context> contexts_;
    std::vector<Day> asked_on_;             // by context
    std::vector<std::uint32_t> forgotten_;  // contexts
    Day today_{};
    std::string scratch_;
};

}  // namespace earshot::analytics
