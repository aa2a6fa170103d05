// The two tables of codecs against each other and against libavcodec: what the settings permit can be made, and is what it is called.

#include <algorithm>
#include <list>

#include "media/codec_table.hpp"
#include "media/probe.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;

TEST_CASE("every sample rate that a codec's row permits can be made, at the highest bit rate") {
    const Workshop shop;
    const OpenDescriptor master(shop.make("master.wav", "-t 1"));
    std::list<OpenDescriptor> files;
    std::vector<media::RenditionOutput> outputs;
    for (const auto& codec : model::all_codecs()) {
        for (const auto sample_rate : codec.sample_rates) {
            const auto name = std::string(codec.name) + std::to_string(sample_rate);
            model::RenditionProfile profile{.name = name, .codec = codec.codec, .sample_rate = sample_rate};
            if (!codec.lossless) {
                const auto rates = codec.bit_rates(sample_rate, 2);
                profile.bit_rate = profile.mono_bit_rate = rates.kilobits.empty() ? rates.most : 1000 * rates.kilobits.back();
            }
            outputs.push_back({profile, files.emplace_back(shop.path(name), O_RDWR | O_CREAT)});
        }
    }
    const auto report = media::transcode(master, outputs, {});
    INFO((report ? "" : report.error().message));
    REQUIRE(report);
    for (const auto& [profile, file] : outputs) {
        INFO(profile.name);
        const auto info = media::probe(file, media::Maker::ourselves);
        REQUIRE(info);
        CHECK(info->codec == model::to_string(profile.codec));
        CHECK(info->sample_rate == profile.sample_rate);
    }
}
