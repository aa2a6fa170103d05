#include "content/model/text.hpp"
#include "tests/support/catch.hpp"

using namespace earshot::model;

TEST_CASE("clean_text leaves only what XML 1.0 and any store can hold") {
    CHECK(clean_text("plain \xC3\xA9 \xF0\x9F\x8E\x99") == "plain \xC3\xA9 \xF0\x9F\x8E\x99");
    CHECK(clean_text(std::string_view("a\0b\x01"
                                      "c\x1f"
                                      "d",
                                      7)) == "abcd");
    CHECK(clean_text("tab\tline\nreturn\r") == "tab\tline\nreturn\r");
    CHECK(clean_text("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
    CHECK(clean_text("\xED\xA0\x80x").ends_with("x"));            // surrogate
    CHECK(clean_text("\xED\xA0\x80x").find('\xED') == std::string::npos);
    CHECK(clean_text("\xEF\xBF\xBE|\xEF\xBF\xBF") == "|");                    // U+FFFE, U+FFFF
    CHECK(clean_text("\xF4\x90\x80\x80").find('\xF4') == std::string::npos);  // over U+10FFFF
    CHECK(clean_text("cut \xE2\x82") == "cut \xEF\xBF\xBD");
    CHECK(clean_text("]]>") == "]]>");
}

TEST_CASE("clean_line makes one trimmed line") {
    CHECK(clean_line("  two \n\t words ") == "two words");
    CHECK(clean_line(" \n ").empty());
}

TEST_CASE("truncate_utf8 never splits a code point") {
    CHECK(truncate_utf8("abc", 3) == "abc");
    CHECK(truncate_utf8("\xC3\xA9\xC3\xA9", 3) == "\xC3\xA9");
    CHECK(truncate_utf8("\xF0\x9F\x8E\x99", 3).empty());
    CHECK(utf8_length("\xC3\xA9\xF0\x9F\x8E\x99z") == 3);
}

TEST_CASE("slugs are short, ASCII and stable") {
    const auto slug = [](std::string_view title) { return make_slug(title, "nothing"); };
    CHECK(slug("Multiple Bombings!") == "multiple-bombings");
    CHECK(slug("  -- What's new? Été --") == "whats-new-ete");
    CHECK(slug("Cwm Rhondda: tŷ a dŵr") == "cwm-rhondda-ty-a-dwr");
    CHECK(slug("Łódź, Şişli & Þingvellir") == "lodz-sisli-thingvellir");
    CHECK(slug("Привет мир") == "privet-mir");
    CHECK(slug("Объявление: Щёлково, Київ") == "obyavlenie-shchyolkovo-kiyiv");
    CHECK(slug("Ελλάδα ΑΘΗΝΑ") == "ellada-athina");
    CHECK(slug("🎙") == "nothing");
    CHECK(slug("日本語") == "nothing");
    CHECK(slug("مرحبا 7") == "7");
    CHECK(slug(std::string(4000, 'x')).size() == 64);
    CHECK(numbered_slug("news", 1) == "news");
    CHECK(numbered_slug("news", 2) == "news-2");
    CHECK(numbered_slug(std::string(61, 'x') + "-yz", 2) == std::string(61, 'x') + "-2");
    CHECK(is_slug("multiple-bombings"));
    for (const char* bad : {"", "-a", "a-", "a--b", "A", "a b", "a/b", ".."}) CHECK_FALSE(is_slug(bad));
}

TEST_CASE("escape_html escapes the five") {
    CHECK(escape_html("<a href=\"x\">'&") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}
