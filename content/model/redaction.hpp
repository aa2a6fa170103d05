#pragma once
// Ranges of a recording that listeners must not hear. Times are those of the master as it was handed in, whatever was cut before.

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"

namespace earshot::model {

enum class RedactionKind {
    mute,   // silence of the same length
    bleep,  // a tone of the same length
    cut,    // nothing: what follows moves up
};

struct Redaction {
    std::chrono::milliseconds start{}, end{};
    RedactionKind kind{RedactionKind::mute};
    bool operator==(const Redaction&) const = default;
};
using Redactions = std::vector<Redaction>;  // in order, none overlaps another

// In order, without overlap, each at least 10 ms, none beyond `duration` where that is known, at most 200, and a second left of the whole.
// Errors: invalid_input naming the range.
[[nodiscard]] Status check_redactions(const Redactions& ranges, std::optional<std::chrono::milliseconds> duration);

[[nodiscard]] std::string_view to_string(RedactionKind kind) noexcept;
[[nodiscard]] std::optional<RedactionKind> parse_redaction_kind(std::string_view text) noexcept;

// Where moments of the master are in what is heard, and back.
class HeardTime {
public:
    explicit HeardTime(const Redactions& ranges);
    [[nodiscard]] std::chrono::milliseconds heard(std::chrono::milliseconds in_master) const;  // inside a cut: where the cut was made
    // The moment of the master that is heard then. Where a cut was made, two meet: the one behind it starts there, the one before it ends.
    [[nodiscard]] std::chrono::milliseconds start_in_master(std::chrono::milliseconds heard) const;
    [[nodiscard]] std::chrono::milliseconds end_in_master(std::chrono::milliseconds heard) const;

private:
    Redactions cuts_;
};

// The parts of `ranges` that `known` does not already take away, by whichever kind.
[[nodiscard]] Redactions beyond(const Redactions& ranges, const Redactions& known);

}  // namespace earshot::model
