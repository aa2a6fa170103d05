// Every codec of the table, from a block in the settings to what a listener's app is told: nothing but its rows is asked.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "content/model/codec.hpp"
#include "content/model/embedded.hpp"
#include "feeds/addresses.hpp"
#include "media/tags/audio_tags.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> default_settings_files();
}

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;

namespace {

config::Settings one_rendition_of_each() {
    std::string blocks;
    for (const auto& codec : model::all_codecs()) {
        blocks += fmt::format("[[rendition]]\nname = \"{0}\"\ncodec = \"{0}\"\n", codec.name);
        if (codec.lossless) continue;
        const auto rates = codec.bit_rates(codec.sample_rate, 1);
        blocks += fmt::format("bit_rate = {}\n", rates.kilobits.empty() ? std::min(96'000U, rates.most) : 1000 * rates.kilobits.back());
    }
    auto settings = config::parse_settings(blocks, "settings").value();
    settings.storage.reserve_bytes = 0;
    return settings;
}

model::Episode published(Stage& stage, const model::Show& show) {
    const auto made = stage.make_episode(show);
    const std::string path = "/episodes/" + made.id.value;
    const auto job =
        stage.api("producer", "PUT", path + "/master", fmt::format(R"({{"upload": "{}"}})", stage.upload(tests::tone_wav(2)).value));
    const auto ended = stage.finish(model::JobId{job.at("id")});
    INFO(ended.reason);
    REQUIRE(ended.state == model::JobState::succeeded);
    REQUIRE(stage.api("producer", "POST", path + "/publish", "{}").status == 200);
    return stage.context().catalogue.find_episode(made.id).value();
}

}  // namespace

TEST_CASE("a block in the settings is all that a rendition of any codec needs") {
    Stage stage(one_rendition_of_each());
    const auto show = stage.make_show();
    const auto episode = published(stage, show);
    const auto api = stage.api("producer", "GET", "/episodes/" + episode.id.value);
    const auto feed = stage.ask("none", "GET", feeds::feed_path(show)).body;
    const auto page = stage.ask("none", "GET", feeds::episode_path(show, episode)).body;
    REQUIRE(episode.renditions.size() == model::codec_count);
    for (const auto& codec : model::all_codecs()) {
        INFO(codec.name);
        const auto number = static_cast<std::size_t>(codec.codec);
        const auto& stored = episode.renditions[number];
        CHECK(stored.codec == codec.codec);
        CHECK(stored.mime_type == codec.mime_type);
        CHECK(stored.sample_rate == codec.sample_rate);
        CHECK_THAT(stored.url_path, Catch::Matchers::EndsWith(fmt::format(".{}", codec.extension)));
        const auto file = stage.context().store.open(stored.object_key).value();
        CHECK(media::read_tags(codec.codec, file->descriptor()).value().title == episode.title);

        const auto served = stage.ask("none", "GET", stored.url_path);
        CHECK(served.body.size() == stored.byte_length);
        CHECK(served.field("content-type") == codec.mime_type);
        CHECK(api.at(fmt::format("renditions.{}.codec", number)) == codec.name);
        CHECK(api.at(fmt::format("renditions.{}.mime_type", number)) == codec.mime_type);
        CHECK_THAT(page, Contains(fmt::format(R"(<source src="{}" type="{}">)", stored.url_path, codec.page_type)));
        CHECK_THAT(page, Contains(fmt::format(R"(<a href="{}" download>{} <)", stored.url_path, codec.file_kind)));

        const auto url = stage.context().settings.server.public_url + stored.url_path;
        if (number == 0) {
            CHECK_THAT(feed,
                       Contains(fmt::format(R"(<enclosure url="{}" length="{}" type="{}")", url, stored.byte_length, codec.mime_type)));
            continue;
        }
        const auto codecs = codec.rfc6381.empty() ? "" : fmt::format(R"( codecs="{}")", codec.rfc6381);
        CHECK_THAT(feed, Contains(fmt::format(R"(<podcast:alternateEnclosure type="{}" length="{}" bitrate="{}" title="{} {} kbit/s"{}>)",
                                              codec.mime_type, stored.byte_length, stored.bit_rate, codec.title,
                                              (stored.bit_rate + 500) / 1000, codecs)));
        CHECK_THAT(feed, Contains(fmt::format(R"(<podcast:source uri="{}" contentType="{}")", url, codec.mime_type)));
    }
}

TEST_CASE("the shipped settings and the description of the API name every codec") {
    const auto settings = model::default_settings_files().front().bytes;
    Stage stage;
    const auto description = boost::json::parse(stage.api("none", "GET", "/openapi.json").body);
    const auto& described = description.at_pointer("/components/schemas/Rendition/properties/codec/enum").as_array();
    REQUIRE(described.size() == model::codec_count);
    for (const auto& codec : model::all_codecs()) {
        INFO(codec.name);
        CHECK_THAT(std::string(settings), Contains(fmt::format("\"{}\"", codec.name)));
        CHECK(described[static_cast<std::size_t>(codec.codec)] == boost::json::value(codec.name));
    }
}
