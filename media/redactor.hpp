#pragma once
// Takes what must not be heard out of a stream of sound, before anything measures or encodes it: no sample of a range gets past.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "content/model/redaction.hpp"
#include "media/audio_block.hpp"

namespace earshot::media {

class Redactor {
public:
    Redactor(const model::Redactions& ranges, std::uint32_t sample_rate);

    // Changes the next block of the stream in place; it may come out shorter, or empty. Ranges begin and end at the nearest sample. What
    // stands beside one is faded over the 5 ms outside it, so that nothing clicks and nothing of the range itself is needed. A bleep is
    // 1 kHz and as loud as the 3 s before it.
    void apply(AudioBlock& block);

    // Before apply(), for whoever looks at what stands beside a broken sample: nothing of a range is left to be seen.
    void silence(AudioBlock& block) const;

private:
    struct Range {
        std::uint64_t begin, end;  // frames of the stream that comes in
        model::RedactionKind kind;
        double energy{};  // of what was heard before it, for a bleep
        std::uint64_t heard{};
    };
    void listen(const AudioBlock& block);
    void fade(AudioBlock& block) const;
    void bleep(AudioBlock& block, const Range& range) const;
    void cut(AudioBlock& block) const;
    // Of [begin, end), what lies in the block, as indices into it.
    struct Part {
        std::size_t begin, end;
    };
    [[nodiscard]] Part part_of(const AudioBlock& block, std::uint64_t begin, std::uint64_t end) const;

    double rate_;
    std::uint64_t fade_, memory_;  // frames
    std::vector<Range> ranges_;
    std::uint64_t position_{};
};

}  // namespace earshot::media
