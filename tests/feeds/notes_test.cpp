#include "feeds/notes.hpp"

#include "tests/support/catch.hpp"

namespace {

using earshot::feeds::notes_to_html;
using earshot::feeds::notes_to_text;

void html(std::string_view markdown, const std::string& expected) {
    INFO(markdown);
    CHECK(notes_to_html(markdown) == expected);
}
void text(std::string_view markdown, const std::string& expected) {
    INFO(markdown);
    CHECK(notes_to_text(markdown) == expected);
}

std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += piece;
    return out;
}

}  // namespace

TEST_CASE("notes become HTML of few elements") {
    html("", "");
    html("  \n\n ", "");
    html("One *two* **three** `four`", "<p>One <em>two</em> <strong>three</strong> <code>four</code></p>");
    html("One\n\nTwo  \nbroken", "<p>One</p>\n<p>Two<br>\nbroken</p>");
    html("00:00 Intro\n**1:02** Two\n(1:02:03) Three\nmore 4:00\n4:0 no time",
         "<p>00:00 Intro<br>\n<strong>1:02</strong> Two<br>\n(1:02:03) Three\nmore 4:00\n4:0 no time</p>");
    html("- 0:00 a\n- 0:10 b\n\n12:30", "<ul>\n<li>0:00 a</li>\n<li>0:10 b</li>\n</ul>\n<p>12:30</p>");
    html("# A\n## B\n### C\n#### D\n##### E\n###### F", "<h3>A</h3>\n<h3>B</h3>\n<h3>C</h3>\n<h4>D</h4>\n<h4>E</h4>\n<h4>F</h4>");
    html("- a\n- b\n\n1. c\n2. d", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n<li>d</li>\n</ol>");
    html("> said", "<blockquote>\n<p>said</p>\n</blockquote>");
    html("```\nint x;\nint y;\n```", "<p><code>int x;<br>\nint y;</code></p>");
    html("a\n\n---\n\nb", "<p>a</p>\n\n<p>b</p>");
    html("![A red phone](https://example.org/x.png)", "<p>A red phone</p>");
    html("AT&T &amp; 5 > 4 \"quoted\" &lt;b&gt;", "<p>AT&amp;T &amp; 5 &gt; 4 &quot;quoted&quot; &lt;b&gt;</p>");
    html("| a | b |\n|---|---|\n| 1 | 2 |", "<p>| a | b |\n|---|---|\n| 1 | 2 |</p>");
}

TEST_CASE("links in notes go to the web, mail and telephones only") {
    html("[ACT](https://www.gov.uk/ACT)", "<p><a href=\"https://www.gov.uk/ACT\">ACT</a></p>");
    html("[q](http://e.org/?a=1&b=2 \"a title\")", "<p><a href=\"http://e.org/?a=1&amp;b=2\">q</a></p>");
    html("[call](tel:999) [mail](mailto:a@b.org)", "<p><a href=\"tel:999\">call</a> <a href=\"mailto:a@b.org\">mail</a></p>");
    html("https://www.gov.uk/ACT", "<p><a href=\"https://www.gov.uk/ACT\">https://www.gov.uk/ACT</a></p>");
    html("<https://e.org> a@b.org", "<p><a href=\"https://e.org\">https://e.org</a> <a href=\"mailto:a@b.org\">a@b.org</a></p>");
    for (const std::string href : {"javascript:alert(1)",
                                   "JaVaScRiPt:alert(1)",
                                   "java&#10;script:alert(1)",
                                   "&#106;avascript:alert(1)",
                                   "javascript&colon;alert(1)",
                                   "data:text/html,x",
                                   "vbscript:x",
                                   "file:///etc/passwd",
                                   "/relative",
                                   "../up",
                                   "#here",
                                   "//e.org/x",
                                   "https:",
                                   "https:///x",
                                   "http://",
                                   "tel:",
                                   "mailto:",
                                   "ftp://e.org",
                                   "&#1;https://e.org",
                                   "x:https://e.org"})
        html("[word](" + href + ")", "<p>word</p>");
}

TEST_CASE("raw HTML in notes stays text") {
    html("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
    html("<b onclick=alert(1)>x</b>", "<p>&lt;b onclick=alert(1)&gt;x&lt;/b&gt;</p>");
    html("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>");
    html("<!-- c --> <?php ?> <![CDATA[x]]>", "<p>&lt;!-- c --&gt; &lt;?php ?&gt; &lt;![CDATA[x]]&gt;</p>");
    html("[a\"onmouseover=\"x](https://e.org/\"onmouseover=\"alert(1))",
         "<p><a href=\"https://e.org/%22onmouseover=%22alert(1)\">a&quot;onmouseover=&quot;x</a></p>");
    html("```x\" onclick=\"alert(1)\ncode\n```", "<p><code>code</code></p>");
}

TEST_CASE("notes hold nothing that XML forbids") {
    html("a\x01\x02 b \xFF c \xF0\x9F\x8E\xA7 &#1; &#x0; ]]>", "<p>a b \uFFFD c 🎧  \uFFFD ]]&gt;</p>");
}

TEST_CASE("notes as plain text") {
    text("", "");
    text("# Head\n\nOne *two*\nthree `four`\n\nFive  \nsix", "Head\n\nOne two three four\n\nFive\nsix");
    text("Times:\n00:00 Intro\n1:02 Two", "Times:\n00:00 Intro\n1:02 Two");
    text("- a\n- b\n  - c\n  - d\n- e\n\nend", "- a\n- b\n  - c\n  - d\n- e\n\nend");
    text("Do:\n\n1. one\n\n   more\n2. two", "Do:\n\n1. one\n\nmore\n\n2. two");
    text("- [a](https://e.org)", "- a (https://e.org)");
    text("[ACT](https://www.gov.uk/ACT) or [call us](tel:0800789321)!", "ACT (https://www.gov.uk/ACT) or call us (0800789321)!");
    text("https://www.gov.uk/ACT and [gov.uk](https://gov.uk/) and [0800 789321](tel:0800789321) and a@b.org",
         "https://www.gov.uk/ACT and gov.uk and 0800 789321 and a@b.org");
    text("[word](javascript:alert(1))", "word");
    text("> said\n>\n> again", "said\n\nagain");
    text("```\na\n  b\n```", "a\nb");
    text("a\n\n---\n\nb ![pic](https://e.org/p.png)", "a\n\nb pic");
    text("<b>&amp; &lt;", "<b>& <");
}

TEST_CASE("hostile notes cost no more than their length") {
    for (const std::string piece : {"<",  ">", "> ",  "*", "**a ", "_a_", "[",       "![",  "[a](", "(",  "`",
                                    "- ", "&", "&#x", "#", "\\",   "<a@", "http://", "1. ", "\t",   "a@", "~"}) {
        INFO(piece);
        const auto notes = repeated(piece, 30'000);
        CHECK(notes_to_html(notes).size() < 10'000'000);
        CHECK(notes_to_text(notes).size() < 10'000'000);
    }
    CHECK(notes_to_html(repeated("x", 5'000'000)).size() < 300'000);
}
