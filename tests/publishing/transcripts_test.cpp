// Transcripts as they are handed in: any of four forms, one kind of cue.

#include "content/model/transcript_forms.hpp"
#include "server/publishing/editing.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using publishing::read_transcript;
using std::chrono::milliseconds;

namespace {

std::string fault(std::string_view source, std::optional<milliseconds> duration = {}) {
    const auto read = read_transcript(source, "en-GB", duration);
    CAPTURE(source);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == model::Errc::unprocessable);
    CHECK(read.error().message.ends_with('.'));
    return read.error().message;
}

}  // namespace

TEST_CASE("a transcript that was checked against other audio than there is now is not taken") {
    model::Episode checked;
    checked.master = model::Master{.id = {"first"}};
    auto now = checked;
    now.master->id = {"redacted"};
    CHECK(publishing::same_audio(checked, now));  // nothing was heard yet
    checked.renditions.resize(1);
    CHECK(publishing::same_audio(checked, checked));
    CHECK(publishing::same_audio(checked, now).error().code == model::Errc::conflict);
}

TEST_CASE("whatever form a transcript is handed in and out in, the cues and their speakers are the same") {
    const std::vector<model::Cue> cues{{milliseconds(0), milliseconds(1500), "", "[door]"},
                                       {milliseconds(1500), milliseconds(4000), "Anna Berg", "Good evening, \"all\" & <one>."},
                                       {milliseconds(4000), milliseconds(5005), "Anna Berg", "Two\nlines."},
                                       {milliseconds(5005), milliseconds(6000), "Ben", "Thanks – ☂."},
                                       {milliseconds(6000), milliseconds(7000), "", "(applause)"},
                                       {milliseconds(6500), milliseconds(8000), "Anna Berg", "And on."}};
    for (const auto& form : model::transcript_forms()) {
        CAPTURE(form.extension);
        const auto read = read_transcript(form.write(cues, "Title", "en-GB"), "en-gb", milliseconds(8000));
        INFO((read ? "" : read.error().message));
        REQUIRE(read);
        CHECK(read->language == "en-GB");
        CHECK(read->mime_type == (form.extension == "srt" ? "application/x-subrip" : "text/vtt"));
        auto again = model::parse_cues(read->source).value();
        // SubRip breaks lines where its cards end; who says what when is the same.
        if (form.extension == "srt") {
            CHECK(model::plain_text(again).substr(0, 20) == model::plain_text(cues).substr(0, 20));
            REQUIRE(again.size() == cues.size());
            for (std::size_t i = 0; i < cues.size(); ++i) again[i].text = cues[i].text;
        }
        CHECK(again == cues);
    }
}

TEST_CASE("JSON transcripts as hosts write them") {
    const auto read = read_transcript(
        "\xEF\xBB\xBF\n"
        R"({"version": "1.0.0", "more": [], "segments": [
        {"speaker": "Darth  Vader", "startTime": 0.5, "endTime": 0.75, "body": "I"}, {"startTime": 0.75, "body": " am\nyour", "word": 1},
        {"startTime": 1, "endTime": null, "body": ""}, {"startTime": 3, "endTime": 3, "speaker": null, "body": "father."}]})",
        "en", std::nullopt);
    REQUIRE(read);
    CHECK(read->source ==
          "WEBVTT\n\n00:00:00.500 --> 00:00:00.750\n<v Darth Vader>I\n\n00:00:00.750 --> 00:00:03.000\nam\nyour\n\n"
          "00:00:03.000 --> 00:00:05.250\nfather.\n");
}

TEST_CASE("what is no transcript, or another recording's, gets a sentence") {
    using Catch::Matchers::Contains;
    CHECK_THAT(fault("{"), Contains("not valid JSON"));
    CHECK_THAT(fault("[1]"), Contains("a list named \"segments\""));
    CHECK_THAT(fault("{\"segments\": {}}"), Contains("a list named \"segments\""));
    CHECK_THAT(fault("{\"segments\": []}"), Contains("no segments"));
    CHECK_THAT(fault("{\"segments\": [7]}"), Contains("Segment 1 of the JSON transcript needs a \"startTime\""));
    CHECK_THAT(fault("{\"segments\": [{\"startTime\": -1, \"body\": \"x\"}]}"), Contains("needs a \"startTime\""));
    CHECK_THAT(fault("{\"segments\": [{\"startTime\": 1e300, \"body\": \"x\"}]}"), Contains("needs a \"startTime\""));
    CHECK_THAT(fault("{\"segments\": [{\"startTime\": 2, \"endTime\": 1, \"body\": \"x\"}]}"), Contains("not before \"startTime\""));
    CHECK_THAT(fault("{\"segments\": [{\"startTime\": 2, \"body\": \"x\"}, {\"startTime\": 1, \"body\": \"x\"}]}"),
               Contains("Segment 2 of the JSON transcript starts before the one above it"));
    CHECK_THAT(fault(std::string(100'000, '[')), Contains("not valid JSON"));
    CHECK_THAT(fault("<p>Words</p>"), Contains("does not say when"));
    CHECK_THAT(fault("WEBVTT\n\n00:59.000 --> 01:02.000\nx\n\n01:30.000 --> 01:31.000\ny\n", milliseconds(60000)),
               Contains("which is 1:00 long: one cue begins after its end, the first at 1:30."));
    CHECK(read_transcript("1\n00:00:01,000 --> 00:00:02,000\nx", "klingon", {}).error().code == model::Errc::invalid_input);
}
