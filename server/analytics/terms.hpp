#pragma once
// Episodes, versions of their audio and what many downloads have in common, as small numbers: so that nothing need repeat them.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

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

// Numbers begin at 0 and stay; there are as many as the lists, the episodes and their versions make.
class Terms {
public:
    std::uint32_t episode(std::string_view name);
    std::uint32_t version(const AudioVersion& version);
    std::uint32_t context(const Context& context);
    [[nodiscard]] const std::string& episode_name(std::uint32_t episode) const { return *episodes_[episode]; }
    [[nodiscard]] const AudioVersion& version_of(std::uint32_t version) const { return versions_[version]; }
    [[nodiscard]] const Context& context_of(std::uint32_t context) const { return contexts_[context]; }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using Numbers = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;
    Numbers episode_numbers_, context_numbers_;
    std::vector<const std::string*> episodes_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>, std::uint32_t> version_numbers_;
    std::vector<AudioVersion> versions_;
    std::vector<Context> contexts_;
    std::string scratch_;
};

}  // namespace earshot::analytics
