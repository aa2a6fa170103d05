// Ranges that listeners must not hear: how they may lie, and where chapters and cues go.

#include "content/model/redaction.hpp"

#include "content/model/redacted_words.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::model;
using namespace std::chrono_literals;

namespace {

constexpr auto mute = RedactionKind::mute, bleep = RedactionKind::bleep, cut = RedactionKind::cut;

std::string refusal(const Redactions& ranges, std::optional<std::chrono::milliseconds> duration = 60s) {
    const auto status = check_redactions(ranges, duration);
    return status ? "" : status.error().message;
}

Master version(Redactions redactions) {
    Master master;
    master.id.value = redactions.empty() ? "first" : "other";
    if (!redactions.empty()) master.original = MasterId{"first"};
    master.redactions = std::move(redactions);
    return master;
}

Episode heard_as(Redactions redactions, std::chrono::milliseconds duration) {
    Episode episode;
    episode.master = version(std::move(redactions));
    episode.renditions.resize(1);
    episode.renditions[0].duration = duration;
    return episode;
}

std::string titles(const Episode& episode) {
    std::string out;
    for (const auto& chapter : episode.chapters) out += std::to_string(chapter.start.count()) + " " + chapter.title + "|";
    return out;
}

constexpr const char* words =
    "WEBVTT\n\nNOTE spoken by Anna Halloway\n\n00:00:00.000 --> 00:00:04.000\n<v Nora>Good evening.\n\n00:00:04.000 --> 00:00:06.500\n<v "
    "Anna Halloway>I am Anna "
    "Halloway.\n\n00:00:06.500 --> 00:00:10.000\n<v Nora>Thank you.\n";

}  // namespace

TEST_CASE("ranges out of order, overlapping, beyond the end or empty are refused by number") {
    CHECK(refusal({}).empty());
    CHECK(refusal({{1s, 2s, mute}, {2s, 3s, cut}, {59s, 60s, bleep}}).empty());
    CHECK(refusal({{1s, 1s, mute}}) == "Range 1 ends at 0:01, which is not after its start at 0:01.");
    CHECK(refusal({{1s, 1009ms, mute}}) == "Range 1 is shorter than a hundredth of a second: it would hide nothing.");
    CHECK(refusal({{5s, 6s, mute}, {2s, 3s, mute}}) == "Range 2 starts at 0:02, before range 1 does. Put them in order of time.");
    CHECK(refusal({{5s, 7250ms, mute}, {6s, 8s, cut}}) ==
          "Range 2 starts at 0:06, while range 1 goes on until 0:07.250. Make one of the two, or move one.");
    CHECK(refusal({{59s, 60001ms, mute}}) == "Range 1 ends at 1:00.001, but the recording is only 1:00 long.");
    CHECK(refusal({{59s, 3600s, mute}}, std::nullopt).empty());
    CHECK(refusal({{0s, 30s, cut}, {30s, 59500ms, cut}}) ==
          "These cuts leave less than a second of the recording. Withdraw the episode instead.");
    CHECK(refusal({{0s, 60s, mute}}).empty());
    CHECK(refusal(Redactions(201, {1s, 2s, mute})) == "There are 201 ranges; at most 200 are possible. Merge some of them.");
}

TEST_CASE("moments are found in what is heard and back") {
    const HeardTime time({{2s, 5s, cut}, {6s, 7s, mute}, {8s, 9s, cut}});
    CHECK(time.heard(1s) == 1s);
    CHECK(time.heard(2s) == 2s);
    CHECK(time.heard(4s) == 2s);
    CHECK(time.heard(5s) == 2s);
    CHECK(time.heard(7s) == 4s);
    CHECK(time.heard(20s) == 16s);
    CHECK(time.start_in_master(1s) == 1s);
    CHECK(time.start_in_master(2s) == 5s);
    CHECK(time.end_in_master(2s) == 2s);
    CHECK(time.start_in_master(5s) == 9s);
    CHECK(time.end_in_master(5s) == 8s);
    for (auto moment = 0ms; moment < 30s; moment += 250ms) {
        CHECK(time.heard(time.start_in_master(moment)) == moment);
        CHECK(time.heard(time.end_in_master(moment)) == moment);
    }
    CHECK(beyond({{1s, 10s, cut}}, {{2s, 3s, mute}, {5s, 12s, bleep}}) == Redactions{{1s, 2s, cut}, {3s, 5s, cut}});
    CHECK(beyond({{2s, 3s, cut}}, {{1s, 4s, mute}}).empty());
    CHECK(beyond({{2s, 3s, cut}}, {}) == Redactions{{2s, 3s, cut}});
}

TEST_CASE("a cut takes chapters and cues with it and moves what follows") {
    auto episode = heard_as({}, 20s);
    episode.chapters = {{0s, "Start", ""}, {4s, "Anna Halloway", "https://example.org/anna"}, {6500ms, "Thanks", ""}, {15s, "End", ""}};
    episode.transcript = make_transcript(words, "en").value();
    follow_audio(episode, version({{4s, 6500ms, cut}}));
    CHECK(titles(episode) == "0 Start|4000 Thanks|12500 End|");
    const auto cues = parse_cues(episode.transcript->source).value();
    REQUIRE(cues.size() == 2);
    CHECK(cues[1].start == 4s);
    CHECK(cues[1].end == 7500ms);
    CHECK(cues[1].speaker == "Nora");
    CHECK(episode.transcript->source.find("Halloway") == std::string::npos);
    CHECK(episode.transcript->mime_type == "text/vtt");
}

TEST_CASE("what is muted or bleeped keeps its time and says [redacted]; so does a cue that a cut only touches") {
    auto episode = heard_as({}, 20s);
    episode.chapters = {{0s, "Start", ""}, {4s, "Anna Halloway", "https://example.org/anna"}, {6500ms, "Thanks", ""}};
    episode.transcript = make_transcript(words, "en").value();
    auto muted = episode;
    follow_audio(muted, version({{4s, 6500ms, mute}}));
    CHECK(titles(muted) == "0 Start|4000 [redacted]|6500 Thanks|");
    CHECK(muted.chapters[1].href.empty());
    auto cues = parse_cues(muted.transcript->source).value();
    REQUIRE(cues.size() == 3);
    CHECK(cues[1].text == "[redacted]");
    CHECK(cues[1].speaker.empty());
    CHECK(cues[1].start == 4s);
    CHECK(cues[2].text == "Thank you.");
    CHECK(muted.transcript->source.find("Halloway") == std::string::npos);

    follow_audio(episode, version({{5s, 6s, cut}}));
    CHECK(titles(episode) == "0 Start|4000 Anna Halloway|5500 Thanks|");
    cues = parse_cues(episode.transcript->source).value();
    REQUIRE(cues.size() == 3);
    CHECK(cues[1].text == "[redacted]");
    CHECK(cues[1].end == 5500ms);
}

TEST_CASE("a further redaction leaves alone what an earlier one left, and lifting one moves things back without their words") {
    const Redactions first{{4s, 6s, cut}}, second{{4s, 6s, cut}, {10s, 11s, bleep}};
    auto episode = heard_as(first, 18s);
    episode.chapters = {{0s, "Start", ""}, {4s, "After", ""}};
    // Handed in since: one cue runs across the join and says what is heard there.
    episode.transcript =
        make_transcript("WEBVTT\n\n00:03.000 --> 00:05.000\nAcross the join.\n\n00:08.000 --> 00:08.500\nA word.\n", "en").value();
    auto further = episode;
    follow_audio(further, version(second));
    CHECK(titles(further) == "0 Start|4000 After|");
    auto cues = parse_cues(further.transcript->source).value();
    CHECK(cues.at(0).text == "Across the join.");
    CHECK(cues.at(0).end == 5s);
    CHECK(cues.at(1).text == "[redacted]");
    CHECK(cues.at(1).start == 8s);

    follow_audio(episode, version({}));
    CHECK(titles(episode) == "0 Start|6000 After|");
    cues = parse_cues(episode.transcript->source).value();
    CHECK(cues.at(0).end == 7s);
    CHECK(cues.at(1).start == 10s);
}

TEST_CASE("a chapter that is silenced in several steps loses its title with the last of them") {
    auto episode = heard_as({}, 30s);
    episode.chapters = {{0s, "Start", ""}, {10s, "Anna Halloway", "https://example.org/anna"}, {20s, "End", ""}};
    const auto through = [&](Redactions first, Redactions second, std::chrono::milliseconds duration) {
        auto later = episode;
        follow_audio(later, version(first));
        CHECK(later.chapters.at(1).title == "Anna Halloway");  // half of it is heard
        later.master = version(std::move(first));
        later.renditions[0].duration = duration;
        follow_audio(later, version(std::move(second)));
        return later;
    };
    const auto muted = through({{10s, 15s, mute}}, {{10s, 15s, mute}, {15s, 20s, mute}}, 30s);
    CHECK(titles(muted) == "0 Start|10000 [redacted]|20000 End|");
    CHECK(muted.chapters[1].href.empty());
    CHECK(titles(through({{10s, 15s, mute}}, {{10s, 15s, mute}, {15s, 20s, cut}}, 30s)) == "0 Start|10000 [redacted]|15000 End|");
    CHECK(titles(through({{10s, 15s, cut}}, {{10s, 15s, cut}, {15s, 20s, bleep}}, 25s)) == "0 Start|10000 [redacted]|15000 End|");
    CHECK(titles(through({{10s, 15s, cut}}, {{10s, 20s, cut}}, 25s)) == "0 Start|10000 End|");
    CHECK(titles(through({{10s, 15s, bleep}}, {{15s, 20s, bleep}}, 30s)) == "0 Start|10000 Anna Halloway|20000 End|");
}

TEST_CASE("what rounding leaves of a silenced chapter does not keep its title") {
    auto episode = heard_as({}, 20004ms);
    episode.chapters = {{0s, "Start", ""}, {10s, "Anna Halloway", "https://example.org/anna"}};
    auto silent = episode;
    follow_audio(silent, version({{10s, 20s, mute}}));
    CHECK(titles(silent) == "0 Start|10000 [redacted]|");
    follow_audio(episode, version({{10s, 20s, cut}}));
    CHECK(titles(episode) == "0 Start|");
    auto apart = heard_as({}, 20s);
    apart.chapters = {{0s, "Start", ""}, {4s, "A click", ""}, {4005ms, "After", ""}};
    follow_audio(apart, version({{10s, 11s, mute}}));
    CHECK(titles(apart) == "0 Start|4000 A click|4005 After|");
}

TEST_CASE("the first chapter starts at 0 again when what was cut before it comes back") {
    auto episode = heard_as({}, 30s);
    episode.chapters = {{0s, "Anna Halloway", ""}, {10s, "Middle", ""}, {20s, "End", ""}};
    follow_audio(episode, version({{0s, 10s, cut}}));
    CHECK(titles(episode) == "0 Middle|10000 End|");
    episode.master = version({{0s, 10s, cut}});
    episode.renditions[0].duration = 20s;
    auto shrunk = episode;
    follow_audio(episode, version({}));
    CHECK(titles(episode) == "0 Middle|20000 End|");
    follow_audio(shrunk, version({{0s, 9s, cut}}));
    CHECK(titles(shrunk) == "0 Middle|11000 End|");
}

TEST_CASE("chapters that are left beside what was taken out are named") {
    const std::vector<Chapter> before{{0s, "Start", ""}, {5s, "Secret Zacharias", ""}, {12500ms, "Thanks", ""}, {20s, "Bye", ""}};
    auto episode = heard_as({}, 30s);
    episode.chapters = before;
    const Redactions ranges{{4250ms, 12s, cut}};
    follow_audio(episode, version(ranges));
    CHECK(titles(episode) == "0 Start|4250 Secret Zacharias|4750 Thanks|12250 Bye|");
    CHECK(titles_beside(episode.chapters, ranges, 22250ms) == std::vector<std::string>{"Start", "Secret Zacharias"});
    CHECK(titles_beside(before, {}, 30s).empty());
    CHECK(titles_beside(before, {{5s, 12500ms, mute}}, 30s) == std::vector<std::string>{"Secret Zacharias"});  // typed again
    CHECK(titles_beside({{0s, "Start", ""}, {5s, std::string(redacted_words), ""}}, {{4s, 30s, bleep}}, 30s) ==
          std::vector<std::string>{"Start"});
}

TEST_CASE("words that were handed in since, where nothing is heard, are found") {
    const Redactions redactions{{0s, 5s, cut}, {15s, 20s, mute}, {22s, 23s, bleep}};  // heard: silence from 10 to 15, a tone from 17 to 18
    const std::vector<Cue> cues{{9s, 10s, "", "Before."},           {10s, 12s, "Anna", "Halloway."},       {12s, 15s, "", "[redacted]"},
                                {14s, 16s, "", "Halloway, yes."},   {16s, 17500ms, "", "I am [redacted]"}, {18s, 20s, "", "After."},
                                {22s, 23s, "", "Here it was once."}};
    const auto words = words_unheard(cues, redactions);
    CHECK(words.inside == std::vector<std::chrono::milliseconds>{10s});
    CHECK(words.reaching == std::vector<std::chrono::milliseconds>{14s});
    CHECK(words_unheard(cues, {}).inside.empty());
}

TEST_CASE("another recording moves no words, and words that cannot be read do not stay") {
    auto episode = heard_as({}, 20s);
    episode.chapters = {{0s, "Start", ""}, {4s, "Middle", ""}};
    episode.transcript = Transcript{"text/vtt", "en", words};
    const auto before = episode;
    auto other = version({{0s, 4s, cut}});
    other.original = MasterId{"somebody else's"};
    follow_audio(episode, other);
    CHECK(episode.chapters == before.chapters);
    follow_audio(episode, version({{15s, 16s, mute}}));
    CHECK(episode.transcript == before.transcript);  // nothing in it is touched
    episode.transcript->source = "Anna Halloway";
    follow_audio(episode, version({{15s, 16s, mute}}));
    CHECK_FALSE(episode.transcript.has_value());
}
