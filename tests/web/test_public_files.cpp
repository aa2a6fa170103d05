#include <zlib.h>

#include "server/web/cached_reply.hpp"
#include "server/web/values.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/put.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

std::string unpack(const std::string& packed) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

http::Request with(http::Request request, std::string name, std::string value) {
    request.fields.push_back({std::move(name), std::move(value)});
    return request;
}

}  // namespace

TEST_CASE("the feed has two codings with an ETag each and varies by Accept-Encoding") {
    Site site;
    const auto show = site.add_show("code", "Code");
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}));
    const auto plain_request = Site::get("/shows/code/feed.xml", {{"show", "code"}});
    const auto plain = web::feed(site.context, plain_request);
    const auto packed = web::feed(site.context, with(plain_request, "Accept-Encoding", "gzip, deflate, br"));
    CHECK(field_of(plain, "Content-Type") == "application/rss+xml; charset=utf-8");
    CHECK(field_of(plain, "Vary") == "Accept-Encoding");
    CHECK(field_of(packed, "Vary") == "Accept-Encoding");
    CHECK(field_of(plain, "Content-Encoding").empty());
    CHECK(field_of(packed, "Content-Encoding") == "gzip");
    CHECK(unpack(body_of(packed)) == body_of(plain));
    CHECK(field_of(plain, "ETag") != field_of(packed, "ETag"));
    CHECK(field_of(plain, "ETag").size() == 34);
    CHECK(!field_of(plain, "Last-Modified").empty());

    SECTION("a rebuild without change keeps the ETag, and the bytes are shared") {
        CHECK(std::get<http::Reply>(web::feed(site.context, plain_request)).shared_body == std::get<http::Reply>(plain).shared_body);
        site.add_episode(show, {.slug = "draft", .title = "A draft"});  // raises the revision
        CHECK(field_of(web::feed(site.context, plain_request), "ETag") == field_of(plain, "ETag"));
    }
    SECTION("a published change has another") {
        site.publish(site.add_episode(show, {.slug = "two", .title = "Two"}));
        CHECK(field_of(web::feed(site.context, plain_request), "ETag") != field_of(plain, "ETag"));
    }
    SECTION("an unknown show") {
        CHECK(status_of(web::feed(site.context, Site::get("/shows/no/feed.xml", {{"show", "no"}}))) == 404);
    }
}

TEST_CASE("Accept-Encoding is read as RFC 9110 says") {
    const auto allows = [](const char* value) { return web::accepts_gzip(with({}, "Accept-Encoding", value)); };
    for (const auto* yes : {"gzip", "GZIP", "br, gzip;q=0.5", "*", "gzip;q=1", "deflate,\tgzip ; q=0.001", "x-gzip", "*;q=0, gzip"})
        CHECK(allows(yes));
    for (const auto* no : {"", "br", "gzip;q=0", "gzip;q=0.000", "identity", "*;q=0", "gzip;q=0, *", "gzipp"}) CHECK(!allows(no));
    CHECK(!web::accepts_gzip({}));
    CHECK(web::accepts_gzip(with(with({}, "Accept-Encoding", "br"), "accept-encoding", "gzip")));
}

TEST_CASE("audio goes out as a counted file under a strong ETag; its descriptor is shared") {
    Site site;
    const auto show = site.add_show("code", "Code");
    const auto episode = site.add_episode(show, {.slug = "one", .title = "One"});
    site.publish(episode);
    const auto& rendition = episode.renditions[0];
    const auto reply = std::get<http::FileReply>(web::media_file(site.context, Site::get(rendition.url_path)));
    CHECK(reply.etag == '"' + rendition.sha256.substr(0, 32) + '"');
    CHECK(reply.content_type == "audio/mpeg");
    CHECK(reply.last_modified == rendition.tagged_at);
    CHECK(reply.file->size() == rendition.byte_length);
    REQUIRE(reply.counted);
    CHECK(reply.counted->episode == episode.id);
    CHECK(reply.counted->profile == "mp3");
    CHECK(reply.counted->file.size == rendition.byte_length);
    CHECK(reply.counted->file.audio_start == rendition.audio_start);
    CHECK(reply.counted->file.bytes_for_60s == rendition.bytes_for_60s);
    CHECK_FALSE(reply.counted->preview);
    CHECK(std::get<http::FileReply>(web::media_file(site.context, Site::get(rendition.url_path))).file == reply.file);
    CHECK(status_of(web::media_file(site.context, Site::get("/media/none/one.mp3"))) == 404);
}

TEST_CASE("only pictures in use by something public are served") {
    Site site;
    auto show = site.add_show("code", "Code");
    const auto picture = site.store_bytes("a jpeg"), secret = site.store_bytes("a draft's jpeg");
    const auto webp = site.store_bytes("a webp");
    show.artwork = model::Artwork{"words", {{600, picture, 6, webp, 6}}};
    REQUIRE(tests::put(site.catalogue, show));
    auto draft = model::Episode{.slug = "draft", .title = "Draft"};
    draft.artwork = model::Artwork{"words", {{600, secret, 14}}};
    site.add_episode(show, draft);
    site.publish(site.add_episode(show, {.slug = "one", .title = "One"}), site.now);
    const auto get = [&](const std::string& file) { return web::image(site.context, Site::get("/images/" + file, {{"file", file}})); };
    CHECK(std::get<http::FileReply>(get(picture + ".jpg")).content_type == "image/jpeg");
    CHECK_FALSE(std::get<http::FileReply>(get(picture + ".jpg")).last_modified);  // another picture has another address
    CHECK_FALSE(std::get<http::FileReply>(get(picture + ".jpg")).counted);
    CHECK(std::get<http::FileReply>(get(webp + ".webp")).content_type == "image/webp");
    CHECK(status_of(get(picture + ".webp")) == 404);  // what it is called is what it is
    CHECK(status_of(get(webp + ".jpg")) == 404);
    CHECK(status_of(get(".webp")) == 404);
    CHECK(status_of(get(secret + ".jpg")) == 404);
    CHECK(status_of(get(picture)) == 404);
    CHECK(status_of(get("../../etc/passwd.jpg")) == 404);
}

TEST_CASE("a transcript comes in every form, fitted to the audio; chapters under their own address") {
    Site site;
    const auto show = site.add_show("code", "Code");
    model::Episode episode{.slug = "one", .title = "One"};
    episode.chapters = {{std::chrono::milliseconds(0), "Start", ""}};
    const std::string srt = "1\n00:00:00,000 --> 00:00:02,000\nAnn: Hello.\n";
    episode.transcript = model::Transcript{"application/x-subrip", "en-GB", srt + "\n2\n20:00:00,000 --> 20:00:01,000\nBeyond\n"};
    site.publish(site.add_episode(show, episode));
    const std::map<std::string, std::string> params{{"show", "code"}, {"episode", "one"}};
    const auto text = web::transcript(site.context, Site::get("/shows/code/one/transcript.srt", params));
    CHECK(body_of(text) == srt);
    CHECK(field_of(text, "Content-Type") == "application/x-subrip; charset=utf-8");
    const auto vtt = web::transcript(site.context, Site::get("/shows/code/one/transcript.vtt", params));
    CHECK(body_of(vtt) == "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v Ann>Hello.\n");
    CHECK(field_of(vtt, "Content-Type") == "text/vtt; charset=utf-8");
    const auto json = web::transcript(site.context, Site::get("/shows/code/one/transcript.json", params));
    CHECK_THAT(body_of(json), Contains(R"({"speaker":"Ann","startTime":0.000,"endTime":2.000,"body":"Hello."})"));
    CHECK(field_of(json, "Content-Type") == "application/json; charset=utf-8");
    const auto page = web::transcript(site.context, Site::get("/shows/code/one/transcript.html", params));
    CHECK_THAT(body_of(page), Contains("<html lang=\"en-GB\">") && Contains("<cite>Ann:</cite>") && !Contains("Beyond"));
    CHECK(field_of(page, "Content-Type") == "text/html; charset=utf-8");
    CHECK(status_of(web::transcript(site.context, Site::get("/shows/code/one/transcript.txt", params))) == 404);
    const auto chapters = web::chapters(site.context, Site::get("/shows/code/one/chapters.json", params));
    CHECK(field_of(chapters, "Content-Type") == "application/json+chapters");
    CHECK_THAT(body_of(chapters), Contains("\"Start\""));
}

TEST_CASE("assets answer under their hash only") {
    Site site;
    const auto page = body_of(web::privacy(site.context, Site::get("/privacy")));
    const auto at = page.find("/assets/");
    const auto url = page.substr(at, page.find('"', at) - at);
    const auto hash = url.substr(8, 16), name = url.substr(25);
    CHECK(name == "site.css");
    const auto style = web::asset(site.context, Site::get(url, {{"hash", hash}, {"name", name}}));
    CHECK(status_of(style) == 200);
    CHECK(field_of(style, "Content-Type") == "text/css; charset=utf-8");
    const auto packed = web::asset(site.context, with(Site::get(url, {{"hash", hash}, {"name", name}}), "Accept-Encoding", "gzip"));
    CHECK(unpack(body_of(packed)) == body_of(style));
    CHECK(status_of(web::asset(site.context, Site::get(url, {{"hash", "0123456789abcdef"}, {"name", name}}))) == 404);
}

TEST_CASE("a template that does not exist is a bug that shows at once") {
    CHECK_THROWS(web::render("nothing.html", {}));
}
