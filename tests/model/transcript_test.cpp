#include "content/model/transcript.hpp"

#include <random>

#include "content/model/cue_text.hpp"
#include "content/model/transcript_forms.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace earshot::model;

// "start-end speaker|text" a cue, line breaks as '/': one glance shows what was read.
std::string shown(const std::vector<Cue>& cues) {
    std::string out;
    for (const auto& cue : cues) {
        auto text = cue.text;
        std::ranges::replace(text, '\n', '/');
        out += (out.empty() ? "" : "\n") + std::to_string(cue.start.count()) + "-" + std::to_string(cue.end.count()) + " " + cue.speaker +
               "|" + text;
    }
    return out;
}

// What SubRip's cards can keep: the names and words in their order, without the white space between them.
std::string bare(const std::vector<Cue>& cues) {
    auto text = decode_entities(plain_text(cues));
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

void ok(std::string_view source, const std::string& expected) {
    const auto cues = parse_cues(source);
    INFO(source);
    INFO((cues ? "" : cues.error().message));
    REQUIRE(cues);
    CHECK(shown(*cues) == expected);
    const auto again = parse_cues(to_vtt(*cues));
    INFO(to_vtt(*cues));
    REQUIRE(again);
    CHECK(shown(*again) == expected);
    const auto from_html = parse_html_cues(to_html(*cues, "Title", "en-GB"));
    INFO(to_html(*cues, "Title", "en-GB"));
    REQUIRE(from_html);
    CHECK(shown(*from_html) == expected);
    const auto from_srt = parse_cues(to_srt(*cues));
    INFO(to_srt(*cues));
    REQUIRE(from_srt);
    CHECK(bare(*from_srt) == bare(*cues));
}

void bad(std::string_view source, const std::string& begins) {
    const auto cues = parse_cues(source);
    INFO(source);
    REQUIRE_FALSE(cues);
    CHECK(cues.error().code == Errc::unprocessable);
    CHECK_THAT(cues.error().message, Catch::StartsWith(begins));
    CHECK(cues.error().message.ends_with('.'));
}

std::string vtt(std::string_view payload) {
    return "WEBVTT\n\n00:01.000 --> 00:02.000\n" + std::string(payload) + "\n";
}
std::string srt(std::string_view payload) {
    return "1\n00:00:01,000 --> 00:00:02,000\n" + std::string(payload) + "\n";
}

}  // namespace

TEST_CASE("WebVTT files as they come") {
    ok("WEBVTT - Code Severe\nKind: captions\nLanguage: en-GB\n\n01:02:03.004 --> 01:02:04.000\nHi", "3723004-3724000 |Hi");
    ok("WEBVTT\n00:01.000 --> 00:02.000\nNo blank line above", "1000-2000 |No blank line above");
    ok("WEBVTT\t\n\nNOTE made by hand\nover two lines\n\nSTYLE\n::cue(v) { color: red "
       "}\n\nREGION\nid:fred\nwidth:40%\n\nNOTE\n\n1\n00:01.000 --> "
       "00:02.000\nText\n\nNOTE end\n",
       "1000-2000 |Text");
    ok("WEBVTT\n\nintro 1\n00:00:00.000 --> 00:00:01.000 align:start position:10% line:-1\nA\nB\n", "0-1000 |A/B");
    ok("\xEF\xBB\xBFWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nOne\r\nTwo\r\n\r\n00:02.000 --> 00:03.000\r\nThree\r\n",
       "1000-2000 |One/Two\n2000-3000 |Three");
    ok("WEBVTT\r\r00:01.000 --> 00:02.000\rOld Mac\r", "1000-2000 |Old Mac");
    ok("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n00:02.000 --> 00:03.000\nB\n2\n00:03.000 --> 00:04.000\nC",
       "1000-2000 |A\n2000-3000 |B\n3000-4000 |C");
    ok("WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:03.000-->00:04.000\nB", "3000-4000 |B");
    ok("WEBVTT\n\n00:01.000 --> 00:05.000\nA\n\n00:01.000 --> 00:02.000\nB", "1000-5000 |A\n1000-2000 |B");
    ok("WEBVTT\n\n1000:00:00.000 --> 1000:00:01.000\nLate", "3600000000-3600001000 |Late");
    ok("WEBVTT\n\nNOTES are not a NOTE\n00:01.000 --> 00:02.000\nA", "1000-2000 |A");
}

TEST_CASE("WebVTT voices, tags and entities") {
    ok(vtt("<v Anna>Good evening"), "1000-2000 Anna|Good evening");
    ok(vtt("<v.loud.first Anna Berg>Stop!</v>"), "1000-2000 Anna Berg|Stop!");
    ok(vtt("<v Anna>Who?</v> <v Ben>Me."), "1000-2000 Anna|Who?\n1000-2000 Ben|Me.");
    ok(vtt("<v Anna>One\n<v Ben>Two\nThree"), "1000-2000 Anna|One\n1000-2000 Ben|Two/Three");
    ok(vtt("[door]\n<v Anna>Come in"), "1000-2000 |[door]\n1000-2000 Anna|Come in");
    ok(vtt("<v R&amp;D &lt;1&gt;>Hi"), "1000-2000 R&D <1>|Hi");
    ok(vtt("<v\tAnna\n Berg>Hi"), "1000-2000 Anna Berg|Hi");
    ok(vtt("<v>Nobody"), "1000-2000 |Nobody");
    ok(vtt("<i>It</i> <b>is</b> <c.yellow>so</c> <u>clear</u> <lang en>here</lang> <00:01.500>now"), "1000-2000 |It is so clear here now");
    ok(vtt("<ruby>漢<rt>kan</rt></ruby>"), "1000-2000 |漢kan");
    ok(vtt("<video src=x>Text"), "1000-2000 |Text");
    ok(vtt("a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos; R&D &unknown; &"), "1000-2000 |a <b> &amp; \"c\" 'd' R&D &unknown; &");
    ok(vtt("caf&#233; &#x2014; &#128162;"), "1000-2000 |café — 💢");
    ok(vtt("x&nbsp;y"), "1000-2000 |x\u00A0y");
    ok(vtt("&#0;&#xD800;&#x110000;!"), "1000-2000 |\uFFFD\uFFFD\uFFFD!");
    ok(vtt("a&#1;b&#10;c"), "1000-2000 |ab/c");
    ok(vtt("1 < 2 and I <3 you"), "1000-2000 |1 < 2 and I <3 you");
    ok(vtt("5 <3 or 4> 2"), "1000-2000 |5 <3 or 4> 2");
    ok(vtt("unclosed <i"), "1000-2000 |unclosed <i");
    ok(vtt("<v Anna>[laughs]"), "1000-2000 Anna|[laughs]");
    ok(vtt("[music]"), "1000-2000 |[music]");
    ok(vtt("Anna: no voice tag"), "1000-2000 |Anna: no voice tag");
    ok(vtt("  many \t spaces  \n  and lines "), "1000-2000 |many spaces/and lines");
    ok(vtt("emoji 🎧 and \x01 control"), "1000-2000 |emoji 🎧 and control");
    ok(vtt("an --&gt; arrow"), "1000-2000 |an --> arrow");
    ok(vtt("a ----&gt; b--&gt;"), "1000-2000 |a ----> b-->");
}

TEST_CASE("SubRip is read, with speakers by name") {
    ok("1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:02,500 --> 00:00:03,000\nthere\n", "1000-2000 |Hello\n2500-3000 |there");
    ok("\xEF\xBB\xBF\r\n\r\n1\r\n00:00:01,000 --> 00:00:02,000\r\nA\r\n", "1000-2000 |A");
    ok("00:00:01.000 --> 00:00:02.000 X1:40 X2:600\nNo number, dots", "1000-2000 |No number, dots");
    ok(srt("Anna: Hello"), "1000-2000 Anna|Hello");
    ok(srt("Anna:\nHello\nagain"), "1000-2000 Anna|Hello/again");
    ok(srt("Anna: Who?\nDr. Ben O'Neil: Me.\nAnna: Ah."), "1000-2000 Anna|Who?\n1000-2000 Dr. Ben O'Neil|Me.\n1000-2000 Anna|Ah.");
    ok(srt("- ANNA: One\n- SPEAKER 2: Two"), "1000-2000 ANNA|One\n1000-2000 SPEAKER 2|Two");
    ok(srt("Maria de la Cruz: Sí"), "1000-2000 Maria de la Cruz|Sí");
    ok(srt("Élodie: Oui"), "1000-2000 Élodie|Oui");
    ok(srt("It was 12:30"), "1000-2000 |It was 12:30");
    ok(srt("Anna: Stay.\nNote: this is not a drill.\nNB: nor is that."),
       "1000-2000 Anna|Stay./Note: this is not a drill./NB: nor is that.");
    ok(srt("Noted Nell: Yes"), "1000-2000 Noted Nell|Yes");
    ok(srt("what I mean: this"), "1000-2000 |what I mean: this");
    ok(srt("I have said it before, Anna: no"), "1000-2000 |I have said it before, Anna: no");
    ok(srt("See https://www.gov.uk/ACT"), "1000-2000 |See https://www.gov.uk/ACT");
    ok(srt("{\\an8}<font color=\"red\">Red</font> <i>text</i>"), "1000-2000 |Red text");
    ok(srt("Anna: One") +
           "\n2\n00:00:02,000 --> 00:00:03,000\ngoes on\n\n3\n00:00:03,000 --> 00:00:04,000\n[music]\n\n4\n00:00:04,000 --> "
           "00:00:05,000\nand "
           "on\n\n5\n00:00:05,000 --> 00:00:06,000\nBen: Stop",
       "1000-2000 Anna|One\n2000-3000 Anna|goes on\n3000-4000 |[music]\n4000-5000 Anna|and on\n5000-6000 Ben|Stop");
    ok(srt("Anna: Hi\n(door slams)\nwho is it?"), "1000-2000 Anna|Hi\n1000-2000 |(door slams)\n1000-2000 Anna|who is it?");
    ok(srt("[loud music\nplays]"), "1000-2000 |[loud music/plays]");
    ok(srt("♪ la la ♪"), "1000-2000 |♪ la la ♪");
    ok("1\n00:00:01,000 --> 00:00:02,000\nA\n2\n00:00:02,000 --> 00:00:03,000\nB", "1000-2000 |A\n2000-3000 |B");
    ok("1\n00:00:01,000 --> 00:00:02,000\n2\n\n2\n00:00:02,000 --> 00:00:03,000\nB", "1000-2000 |2\n2000-3000 |B");
}

TEST_CASE("what is no transcript is refused, with the line") {
    const std::string no_cues = "The transcript has no cues";
    bad("", no_cues);
    bad("\n \n\r\n", no_cues);
    bad("WEBVTT", no_cues);
    bad("WEBVTT\n\nNOTE nothing here\n", no_cues);
    bad("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", no_cues);
    bad("Hello, this is my transcript.", "Line 1: \"Hello, this is my transcript.\" belongs to no cue");
    bad("WEBVTTX\n\n00:01.000 --> 00:02.000\nA", "Line 1: \"WEBVTTX\" belongs to no cue");
    bad("webvtt\n\n00:01.000 --> 00:02.000\nA", "Line 1: ");
    bad("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n\nlost paragraph\n", "Line 6: \"lost paragraph\" belongs to no cue");
    bad("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n\nlost\nparagraph\n00:02.000 --> 00:03.000\nB", "Line 6: ");
    bad("1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n\n", "Line 5: \"2\" belongs to no cue");
    bad("WEBVTT\n\n00:02.000 --> 00:01.000\nA", "Line 3: the cue must end after it starts");
    bad("WEBVTT\n\n00:02.000 --> 00:02.000\nA", "Line 3: the cue must end after it starts");
    bad("WEBVTT\r\n\r\n00:05.000 --> 00:06.000\r\nA\r\n\r\n00:04.999 --> 00:06.000\r\nB", "Line 6: the cue starts before the one above it");
    for (const std::string time : {"1", "00:01", "0:1.000", "00:60.000", "60:00.000", "00:01.00", "00:01.0000", "-00:01.000", "00:01.000s",
                                   "a:b.c", "00:00:00:01.000", "123456:00:00.000", "99999999999999999999:00:00.000", "00:01;000", ""})
        bad("WEBVTT\n\n" + time + " --> 00:02.000\nA", "Line 3: \"" + time);
    bad("WEBVTT\n\n00:01.000 -->\nA", "Line 3: ");
    bad("WEBVTT\n\n00:01.000 --> 00:02.000align:start\nA", "Line 3: ");
    bad("WEBVTT\n\n-->\nA", "Line 3: ");
    bad("WEBVTT\n\n00:01.000 --> 00:02.000\nan --> arrow\n", "Line 4: ");
    bad("WEBVTT\n\n00:01.000 --> 00:02.000\ncaf\xE9\n", "Line 4: this is not UTF-8 text");
    bad(std::string_view("\xFF\xFEW\0E\0B\0", 8), "The transcript is saved as UTF-16");
    bad("WEBVTT\n\n" + std::string(200, 'x') + "\n", "Line 3: \"" + std::string(60, 'x') + "…\"");
}

TEST_CASE("a replacement character that the producer wrote is no encoding error") {
    ok(vtt("a \uFFFD b"), "1000-2000 |a \uFFFD b");
}

TEST_CASE("a transcript keeps its source, cleaned, and knows its format") {
    const auto from_vtt = make_transcript("\xEF\xBB\xBFWEBVTT\n\n00:01.000 --> 00:02.000\nA\x02\n", "en-GB");
    REQUIRE(from_vtt);
    CHECK(*from_vtt == Transcript{"text/vtt", "en-GB", "WEBVTT\n\n00:01.000 --> 00:02.000\nA\n"});
    const auto from_srt = make_transcript(srt("Hi"), "cy");
    REQUIRE(from_srt);
    CHECK(*from_srt == Transcript{"application/x-subrip", "cy", srt("Hi")});
    CHECK(make_transcript("nothing", "en").error().code == Errc::unprocessable);
    for (const std::string language : {"", "e", "en GB", "en\"", "<en>", "englishenglishenglishenglishenglish1"})
        CHECK(make_transcript(srt("Hi"), language).error().code == Errc::invalid_input);
}

TEST_CASE("a transcript as plain text: one line a turn") {
    const auto cues = parse_cues(
        "WEBVTT\n\n00:00.000 --> 00:01.000\n[music]\n\n00:01.000 --> 00:02.000\n<v Anna>Good\nevening.\n\n00:02.000 --> 00:03.000\n<v "
        "Anna>Welcome.\n\n00:03.000 --> 00:04.000\n<v Ben>Thanks.\n\n00:04.000 --> 00:05.000\n(applause)\n\n00:05.000 --> "
        "00:06.000\nUnnamed "
        "voice\n\n00:06.000 --> 00:07.000\ngoes on.");
    REQUIRE(cues);
    CHECK(plain_text(*cues) == "[music]\nAnna: Good evening. Welcome.\nBen: Thanks.\n(applause)\nUnnamed voice goes on.\n");
    CHECK(plain_text({}).empty());
}

TEST_CASE("cues are written as WebVTT") {
    using std::chrono::milliseconds;
    const std::vector<Cue> cues{{milliseconds(0), milliseconds(1500), "A & <B>", "1 < 2 && -->\n\n  next  "},
                                {milliseconds(360'000'001), milliseconds(360'000'999), "", "[music]"}};
    CHECK(to_vtt(cues) ==
          "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v A &amp; &lt;B&gt;>1 &lt; 2 &amp;&amp; --&gt;\nnext\n\n100:00:00.001 --> "
          "100:00:00.999\n[music]\n");
}

TEST_CASE("whatever is read can be written and read again") {
    const std::vector<std::string> pieces{"<",   ">", "&",   "&amp;",   "&#60;", "v ",    "<v ",   "</v>", "Anna",
                                          ":",   " ", "\t",  "\n",      "[x]",   "♪",     "-",     "é",    "\xF0\x9F",
                                          "{\\", "}", "<i>", "00:01.5", "</",    "&#10;", "--&gt;"};
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time on purpose
    int read = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string payload;
        for (auto count = random() % 14; count-- > 0;) payload += pieces[random() % pieces.size()];
        for (const auto& source : {vtt(payload), srt(payload)}) {
            const auto cues = parse_cues(source);
            if (!cues) continue;
            ++read;
            const auto again = parse_cues(to_vtt(*cues));
            INFO(source);
            REQUIRE(again);
            REQUIRE(shown(*again) == shown(*cues));
            const auto from_html = parse_html_cues(to_html(*cues, "T", "en"));
            INFO(to_html(*cues, "T", "en"));
            REQUIRE(from_html);
            REQUIRE(shown(*from_html) == shown(*cues));
            // "Anna:" alone is a name to SubRip, and no words; everything else is read.
            const auto from_srt = parse_cues(to_srt(*cues));
            INFO(to_srt(*cues));
            REQUIRE((from_srt || from_srt.error().message.starts_with("The transcript has no cues")));
        }
    }
    CHECK(read > 1000);
}

TEST_CASE("a hostile transcript costs no more than its length") {
    for (const std::string piece : {"<", "{\\", "&", "(", "<v ", "a:", "-"}) {
        std::string payload;
        while (payload.size() < 300'000) payload += piece;
        CHECK(parse_cues(vtt(payload)).has_value());
        CHECK(parse_cues(srt(payload)).has_value());
    }
}

TEST_CASE("SubRip goes out in cards that fit a screen, a long cue's time shared among them, each new speaker named") {
    using std::chrono::milliseconds;
    CHECK(to_srt({{milliseconds(0), milliseconds(4000), "Anna",
                   "Welcome to the programme, where we ask what could have been seen before it happened."},
                  {milliseconds(4000), milliseconds(5000), "Anna", "Good evening."},
                  {milliseconds(5000), milliseconds(6000), "", "[music]"},
                  {milliseconds(6000), milliseconds(7500), "Anna", "And a <b> {\\an8} & <3."},
                  {milliseconds(7000), milliseconds(8000), "Ben", "Thanks."}}) ==
          "1\n00:00:00,000 --> 00:00:02,681\nAnna: Welcome to the programme,\nwhere we ask what could have\n\n"
          "2\n00:00:02,681 --> 00:00:04,000\nbeen seen before it happened.\n\n"
          "3\n00:00:04,000 --> 00:00:05,000\nGood evening.\n\n"
          "4\n00:00:05,000 --> 00:00:06,000\n[music]\n\n"
          "5\n00:00:06,000 --> 00:00:07,500\nAnd a < b> { \\an8} & <3.\n\n"
          "6\n00:00:07,000 --> 00:00:08,000\nBen: Thanks.\n");
    const std::vector<Cue> two{
        {milliseconds(1000), milliseconds(2500), "Dr. Anna Berg", std::string(40, 'x') + " " + std::string(500, 'y') + " z"},
        {milliseconds(2500), milliseconds(2501), "Ben", "one two three four five six seven eight nine ten eleven twelve thirteen"}};
    const auto again = parse_cues(to_srt(two));
    REQUIRE(again);
    CHECK(plain_text(*again) == plain_text(two));
    for (const auto& cue : *again) CHECK(cue.end > cue.start);
}

TEST_CASE("the podcast namespace's JSON holds every cue") {
    using std::chrono::milliseconds;
    CHECK(to_json({{milliseconds(0), milliseconds(1500), "A \"B\"", "one\ntwo \\ <three>"},
                   {milliseconds(1500), milliseconds(62005), "", "[music]"}}) ==
          R"({"version":"1.0.0","segments":[
{"speaker":"A \"B\"","startTime":0.000,"endTime":1.500,"body":"one\ntwo \\ <three>"},
{"startTime":1.500,"endTime":62.005,"body":"[music]"}
]}
)");
    CHECK(to_json({}) == "{\"version\":\"1.0.0\",\"segments\":[\n]}\n");
}

TEST_CASE("HTML goes out as a page of its own with everything escaped") {
    using std::chrono::milliseconds;
    CHECK(to_html({{milliseconds(0), milliseconds(1500), "A & B", "<script>x</script>\nnext"},
                   {milliseconds(62345), milliseconds(63000), "", "(rain)"}},
                  "\"T\" & <b>", "en-GB") == R"(<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>&quot;T&quot; &amp; &lt;b&gt;</title>
</head>
<body>
<h1>&quot;T&quot; &amp; &lt;b&gt;</h1>
<cite>A &amp; B:</cite>
<time datetime="PT0.000S" data-end="PT1.500S">0:00</time>
<p>&lt;script&gt;x&lt;/script&gt;<br>
next</p>
<time datetime="PT62.345S" data-end="PT63.000S">1:02</time>
<p>(rain)</p>
</body>
</html>
)");
}

namespace {

std::string html(std::string_view body) {
    const auto cues = parse_html_cues(body);
    INFO(body);
    INFO((cues ? "" : cues.error().message));
    REQUIRE(cues);
    return shown(*cues);
}

std::string html_fault(std::string_view body) {
    const auto cues = parse_html_cues(body);
    INFO(body);
    REQUIRE_FALSE(cues);
    CHECK(cues.error().code == Errc::unprocessable);
    CHECK(cues.error().message.ends_with('.'));
    return cues.error().message;
}

}  // namespace

TEST_CASE("HTML transcripts as hosts write them") {
    CHECK(html("<cite>Kevin:</cite>\n<time>0:00</time>\n<p>We have an update planned.</p>\n<cite>Alban "
               ":</cite>\n<time>0:09</time>\n<p>Hey&mdash;a "
               "cool &amp; new one.</p>") == "0-9000 Kevin|We have an update planned.\n9000-12250 Alban|Hey—a cool & new one.");
    CHECK(html("<html><head><title>0:00 x</title><style>p{}</style></head><BODY CLASS='a>b'><P>"
               "<CITE>Anna</CITE> <TIME>[1:02:03]</TIME> Unclosed <b>words</b><!-- <p>not me</p> --><script>p('<p>no</p>')</script> go on"
               "<p><time>1:02:04</time>Next") == "3723000-3724000 Anna|Unclosed words go on\n3724000-3726250 Anna|Next");
    CHECK(html("<time datetime=\"PT1M2.5S\">about a minute in</time><p>x</p><time datetime=\"PT1H\"></time><p>y</p>") ==
          "62500-3600000 |x\n3600000-3602250 |y");
    CHECK(html("<cite>Anna:</cite><time>0:01</time><p>1234</p><p>123456<br>8</p><time>0:04</time><p>[door]</p><p>Ha.</p>") ==
          "1000-2000 Anna|1234\n2000-4000 Anna|123456/8\n4000-5666 |[door]\n5666-6500 Anna|Ha.");
    CHECK(html("<cite>Anna:</cite><time>0:01</time><p>a</p><cite>Ben:</cite><time>0:01</time><p>b</p>") ==
          "1000-2250 Anna|a\n2250-3500 Ben|b");
    CHECK_THAT(html_fault("<p>No time at all</p>"), Catch::Contains("does not say when \"No time at all\" is said"));
    CHECK_THAT(html_fault("<time>soon</time><p>x</p>"), Catch::Contains("a <time> of \"soon\""));
    CHECK_THAT(html_fault("<time>0:05</time><p>x</p><time>0:04</time><p>y</p>"), Catch::Contains("0:04 comes after 0:05"));
    for (const auto* nothing :
         {"", "<", "<p>", "<html><body>words</body></html>", "<cite>Anna</cite><time>0:00</time>", "<!--", "<script>"})
        CHECK_THAT(html_fault(nothing), Catch::Contains("holds no paragraphs"));
}

TEST_CASE("a hostile HTML transcript costs no more than its length") {
    for (const std::string piece : {"<", "<a", "<p ", "<!--", "&", "<cite>", "<p a=\"", "</", "<p><time>0:00</time>a"}) {
        std::string page = "<time>0:00</time><p>x";
        while (page.size() < 300'000) page += piece;
        CHECK(parse_html_cues(page).has_value());
    }
    // So long that rereading what came before would take minutes.
    std::string names = "<time>0:00</time><p>x";
    for (int i = 0; i < 2'000'000; ++i) names += "<a";
    CHECK(parse_html_cues(names).has_value());
    const auto paragraphs = [](std::size_t count) {
        std::string page = "<time>0:00</time>";
        for (std::size_t i = 0; i < count; ++i) page += "<p>a";
        return page;
    };
    CHECK(parse_html_cues(paragraphs(most_cues)).value().size() == most_cues);
    CHECK(html_fault(paragraphs(1'000'000)) == "The transcript has more than 100,000 cues; hand in fewer, longer ones.");
}

TEST_CASE("a transcript of more cues than anybody speaks is refused") {
    std::string voices;
    for (std::size_t i = 0; i < most_cues; ++i) voices += "<v A>a";
    CHECK(parse_cues(vtt(voices)).value().size() == most_cues);
    bad(vtt(voices + "<v A>a"), "The transcript has more than 100,000 cues");
}

TEST_CASE("HTML transcripts with times beyond reason, scripts closed in capitals, and other encodings") {
    for (const std::string far : {"PT9999999H", "PT9e6H9e6H9e6H", "PT2777H47M", "PTinfS", "PTnanS"})
        CHECK_THAT(html_fault("<time datetime=\"" + far + "\">soon</time><p>x</p>"), Catch::Contains("a <time> of \"soon\""));
    CHECK(html("<time datetime=\"PT2777H46M39S\"></time><p>a</p><p>b</p>").starts_with("9999999000-"));
    CHECK(html("<script>p('<p>no</p>')</SCRIPT><Style>p{}</STYLE ><time>0:01</time><p>x</p>") == "1000-3250 |x");
    CHECK_THAT(html_fault("<time>0:01</time>\n<p>caf\xE9</p>"), Catch::StartsWith("Line 2: this is not UTF-8 text"));
    CHECK(html("<time>0:01</time><p>a \uFFFD b</p>") == "1000-3750 |a \uFFFD b");
}

TEST_CASE("a transcript's times are held against the audio and against each other") {
    using std::chrono::milliseconds;
    const auto cue = [](int start, int end) { return Cue{milliseconds(start), milliseconds(end), "", "x"}; };
    CHECK(check_timing({cue(0, 1000), cue(1000, 90000)}, milliseconds(60000)).has_value());
    CHECK(check_timing({cue(0, 1000), cue(60900, 61000)}, milliseconds(60000)).has_value());  // a rounded time
    const auto other = check_timing({cue(0, 1000), cue(61000, 62000), cue(63000, 64000)}, milliseconds(60000));
    REQUIRE_FALSE(other);
    CHECK(other.error().message ==
          "The transcript does not fit the audio, which is 1:00 long: 2 cues begin after its end, the first at 1:01. Hand in the "
          "transcript of "
          "this recording.");

    CHECK(timing_advice({cue(0, 1000), cue(1000, 2000), cue(1000, 3000), cue(3000, 61000)}, milliseconds(60000)).empty());
    const auto advice =
        timing_advice({cue(0, 5000), cue(1000, 2000), cue(1000, 6000), cue(5500, 7000), cue(8000, 65000)}, milliseconds(60000));
    REQUIRE(advice.size() == 2);
    CHECK_THAT(advice[0], Catch::StartsWith("3 cues of the transcript begin before the one above has ended (the first at 0:01)"));
    CHECK_THAT(advice[1], Catch::StartsWith("The transcript's last cue ends at 1:05, but the audio at 1:00"));

    CHECK(cues_within({cue(0, 1000), cue(900, 2000), cue(1000, 2000)}, milliseconds(1000)) == std::vector{cue(0, 1000), cue(900, 1000)});
}
