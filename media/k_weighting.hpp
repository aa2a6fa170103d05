#pragma once
// The filter of ITU-R BS.1770-4 Annex 1: a shelf for the head, a high-pass for what is not heard as loud. Both sides at once.

#include <cstddef>
#include <cstdint>

namespace earshot::media {

class KWeighting {
public:
    explicit KWeighting(std::uint32_t sample_rate);

    // Sum over `count` frames and over the channels of the weighted signal's square. `right` is null for mono.
    [[nodiscard]] double energy(const float* left, const float* right, std::size_t count);

private:
    using Pair = double __attribute__((vector_size(16)));  // one lane a side

    // y[n] = b0 x[n] + s1; the states as functions of x and themselves, so that a sample waits for one product and one sum of the last.
    struct Section {
        double b0{}, to_s1{}, to_s2{}, a1{}, a2{};
        Pair s1{}, s2{};
    };
    static Section section(double b0, double b1, double b2, double a1, double a2);
    Section shelf_, high_pass_;
};

}  // namespace earshot::media
