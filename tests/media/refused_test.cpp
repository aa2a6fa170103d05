// Files that cannot become an episode, and the sentence a producer gets; files that can in spite of everything.

#include <unistd.h>

#include "media/probe.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using model::Errc;

namespace {

void check_refused(const std::string& file, Errc code, const std::string& sentence_part) {
    INFO(file);
    const OpenDescriptor descriptor(file);
    const auto info = media::probe(descriptor);
    REQUIRE_FALSE(info);
    INFO(info.error().message);
    CHECK(info.error().code == code);
    CHECK(info.error().message.find(sentence_part) != std::string::npos);
    CHECK(info.error().message.ends_with('.'));
    const auto report = media::transcode(descriptor, {}, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().message == info.error().message);
}

std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
    return text;
}

// A PCM WAV head that claims what it likes.
std::string wav_head(std::uint32_t channels, std::uint32_t rate, std::uint32_t bits, std::uint32_t claimed) {
    const std::uint32_t frame = channels * bits / 8;
    return "RIFF" + little_endian(claimed == 0xFFFFFFFF ? claimed : claimed + 36, 4) + "WAVEfmt " + little_endian(16, 4) +
           little_endian(1, 2) + little_endian(channels, 2) + little_endian(rate, 4) + little_endian(std::uint64_t{rate} * frame, 4) +
           little_endian(frame, 2) + little_endian(bits, 2) + "data" + little_endian(claimed, 4);
}

// A file of that many bytes in all, sparse behind its head.
std::string sparse(const Workshop& shop, const std::string& name, const std::string& head, std::uint64_t size) {
    const auto file = shop.write(name, head);
    REQUIRE(::truncate(file.c_str(), static_cast<off_t>(size)) == 0);
    return file;
}

}  // namespace

TEST_CASE("What holds no usable sound is refused with a sentence") {
    const Workshop shop;
    check_refused(shop.write("empty.wav", ""), Errc::unprocessable, "is empty (0 bytes)");
    check_refused(shop.ffmpeg("video.mp4", "-f lavfi -i testsrc=d=1:s=64x64"), Errc::unprocessable, "video but no sound. Export the audio");
    check_refused(shop.ffmpeg("video.mkv", "-f lavfi -i testsrc=d=1:s=64x64"), Errc::unsupported_media, "Matroska/WebM");
    check_refused(shop.ffmpeg("film.avi", "-f lavfi -i testsrc=d=1:s=64x64 -i " + shop.path("speech.wav") + " -t 1"),
                  Errc::unsupported_media, "AVI video");
    check_refused(shop.write("none.wav", wav_head(2, 48000, 16, 0)), Errc::unprocessable, "0 seconds");
    check_refused(shop.ffmpeg("none.flac", "-f lavfi -i anullsrc -t 0"), Errc::unprocessable, "0 seconds");
    check_refused(shop.write("wide.wav", wav_head(40, 48000, 16, 800'000) + std::string(800'000, '\1')), Errc::unprocessable,
                  "This file has 40 channels; at most 8");
    check_refused(shop.write("slow.wav", wav_head(1, 4000, 16, 80'000) + std::string(80'000, '\1')), Errc::unprocessable,
                  "sample rate of 4000 Hz");
    check_refused(shop.write("fast.wav", wav_head(1, 384'000, 16, 80'000) + std::string(80'000, '\1')), Errc::unprocessable, "384000 Hz");
    check_refused(shop.make("speech.ac3", "-c:a ac3"), Errc::unsupported_media, "Dolby Digital");
    check_refused(shop.make("adpcm.wav", "-c:a adpcm_ms"), Errc::unsupported_media, "coded as adpcm_ms");
    check_refused(shop.make("webm.webm", "-c:a libopus"), Errc::unsupported_media, "Matroska/WebM");
    check_refused(shop.ffmpeg("cover.png", "-f lavfi -i color=red:s=100x100 -frames:v 1"), Errc::unsupported_media, "PNG picture");
    check_refused(shop.write("archive.wav", std::string("PK\x03\x04\0\0\0\0", 8) + std::string(5000, '\x7')), Errc::unsupported_media,
                  "ZIP archive");
}

TEST_CASE("Garbage is refused, whatever it is called") {
    const Workshop shop;
    std::uint32_t state = 7;
    for (const std::size_t size : {1UL, 100UL, 5'000UL, 400'000UL}) {
        std::string noise(size, '\0');
        for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        noise[0] = '\0';
        check_refused(shop.write("noise.mp3", noise), Errc::unsupported_media, "not an audio file");
    }
    check_refused(shop.write("zeros.wav", std::string(100'000, '\0')), Errc::unsupported_media, "not an audio file");
    const std::string speech = bytes_of(shop.make("s.wav", "-c:a pcm_s16le"));
    check_refused(sparse(shop, "hollow.wav", wav_head(2, 48000, 16, 0).substr(0, 36), 3ULL << 30), Errc::unprocessable,
                  "damaged at its start");
    check_refused(shop.write("head.wav", speech.substr(0, 40)), Errc::unprocessable, "damaged at its start");
}

TEST_CASE("Playlists, scripts and pages dressed up as audio read nothing else") {
    const Workshop shop;
    // A decoy that would be found easily: loud, in the same folder, named by every script.
    shop.make("decoy.wav", "-c:a pcm_s16le");
    const std::string decoy = shop.path("decoy.wav");
    check_refused(shop.write("list.mp3", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n" + decoy + "\n#EXT-X-ENDLIST\n"),
                  Errc::unsupported_media, "playlist");
    check_refused(shop.write("concat.wav", "ffconcat version 1.0\nfile 'decoy.wav'\nfile '" + decoy + "'\n"), Errc::unsupported_media,
                  "playlist");
    check_refused(shop.write("pls.mp3", "[playlist]\nFile1=decoy.wav\n"), Errc::unsupported_media, "playlist");
    check_refused(shop.write("sdp.wav", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n"),
                  Errc::unsupported_media, "playlist");
    check_refused(shop.write("page.mp3", "<!DOCTYPE html><html><body>Sign in</body></html>"), Errc::unsupported_media, "web page");
    check_refused(shop.write("notes.wav", "These are my show notes.\n"), Errc::unsupported_media, "text file");
    check_refused(shop.write("dash.m4a", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>"),
                  Errc::unsupported_media, "text file");
    // Behind an ID3 tag the first bytes are no text, and libavformat looks past the tag.
    const std::string id3("ID3\x04\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0", 20);
    for (const std::string script : {"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n", "ffconcat version 1.0\nfile "})
        check_refused(shop.write("hidden.mp3", id3 + script + decoy + "\n"), Errc::unsupported_media, "not an audio file");
}

TEST_CASE("A MOV that refers to a file beside it finds that door closed") {
    const Workshop shop;
    shop.make("decoy.mov", "-c:a pcm_s16le -f mov");
    std::string mov = bytes_of(shop.make("refers.mov", "-c:a pcm_s16le -f mov"));
    const std::size_t url = mov.find("url ");
    REQUIRE(url != std::string::npos);
    mov[url + 7] = '\0';  // no longer "in this file": an external reference without a path
    mov.replace(mov.find("mdat"), 4, "free");
    const auto info = media::probe(OpenDescriptor(shop.write("refers.mov", mov)));
    if (info) CHECK(info->container.starts_with("mov"));  // at most its own bytes were read
}

TEST_CASE("Recordings over twelve hours are refused by their header") {
    const Workshop shop;
    constexpr std::uint64_t hours_13 = 13ULL * 3600 * 8000;
    check_refused(sparse(shop, "long.wav", wav_head(1, 8000, 8, hours_13), hours_13 + 44), Errc::unprocessable,
                  "This recording is 13:00:00 long");
}

TEST_CASE("Recordings over twelve hours are refused while decoding when the header says nothing", "[.slow]") {
    const Workshop shop;
    const std::string one =
        bytes_of(shop.ffmpeg("hour.mp3", "-f lavfi -i anullsrc=r=8000:cl=mono -t 3600 -b:a 8k -write_xing 0 -id3v2_version 0"));
    std::string all;
    for (int i = 0; i < 13; ++i) all += one;
    const OpenDescriptor file(shop.write("long.mp3", all));
    const auto report = media::transcode(file, {}, {});
    REQUIRE_FALSE(report);
    CHECK(report.error().message.find("12 hours") != std::string::npos);
}

TEST_CASE("A WAV that lies about its length is read as far as the file goes") {
    const Workshop shop;
    const std::string speech = bytes_of(shop.make("s.wav", "-c:a pcm_s16le -bitexact -fflags +bitexact"));
    const std::string sound = speech.substr(speech.find("data") + 8, 4 * 48000 * 4);
    const auto duration = [&](const std::string& head) {
        const auto report = transcode_both(shop, shop.write("liar.wav", head + sound));
        REQUIRE(report);
        CHECK(decoded_samples(shop.path("out.mp3")) == 4 * 44'100);
        return std::pair(report->master.duration.count(), report->warnings);
    };
    for (const std::uint32_t claim : {0xFFFFFFFFU, 0xFFFFF000U, 0x7FFFFFFFU, 0U}) {
        INFO(claim);
        const auto [length, warnings] = duration(wav_head(2, 48000, 16, claim));
        CHECK(length == 4000);
    }
    const auto [length, warnings] = duration(wav_head(2, 48000, 16, 100'000'000));
    CHECK(length == 4000);
    CHECK(has_warning(warnings, "promises more"));
    const auto [longer, more] = duration(wav_head(2, 48000, 16, 48'000));
    CHECK(longer == 4000);
    CHECK(has_warning(more, "promises less"));

    // Beyond 4 GiB the 32-bit length has wrapped: 8 channels of 24 bits at 192 kHz, 940 s.
    constexpr std::uint64_t bytes = 940ULL * 8 * 3 * 192'000;
    static_assert(bytes > 1ULL << 32);
    const auto info =
        media::probe(OpenDescriptor(sparse(shop, "huge.wav", wav_head(8, 192'000, 24, static_cast<std::uint32_t>(bytes)), bytes + 44)));
    REQUIRE(info);
    CHECK(std::abs(info->duration.count() - 940'000) < 10);
    const auto open_ended = media::probe(OpenDescriptor(sparse(shop, "open.wav", wav_head(8, 192'000, 24, 0xFFFFFFFF), bytes + 44)));
    REQUIRE(open_ended);
    CHECK(std::abs(open_ended->duration.count() - 940'000) < 10);
}

TEST_CASE("Chunks behind the sound are no sound") {
    const Workshop shop;
    std::string bytes = bytes_of(shop.make("s.wav", "-c:a pcm_s16le -bitexact -fflags +bitexact"));
    bytes += "LIST" + little_endian(100'000, 4) + std::string(100'000, 'x');
    const auto report = transcode_both(shop, shop.write("tail.wav", bytes));
    REQUIRE(report);
    CHECK(report->master.duration.count() == 4000);
    CHECK(report->warnings.empty());
}

TEST_CASE("A master that was cut short is used as far as it decodes, when that is a second or more") {
    const Workshop shop;
    struct Case {
        std::string name, arguments;
        double keep;
        std::string warning;
    };
    const std::vector<Case> cases{
        {"cut.wav", "-c:a pcm_s24le", 0.5, "may have been cut short"},
        {"cut.aiff", "-c:a pcm_s16be", 0.5, "probably cut short"},
        {"cut.flac", "", 0.5, "probably cut short"},
        {"cut.mp3", "-b:a 128k", 0.5, "probably cut short"},
        {"cut.m4a", "-c:a aac -movflags +faststart", 0.6, "cut short"},
        {"cut.w64", "-c:a pcm_s16le", 0.5, "may have been cut short"},
        {"cut.ogg", "-c:a libvorbis -page_duration 200000", 0.5, ""},
    };
    for (const auto& [name, arguments, keep, warning] : cases) {
        INFO(name);
        const std::string bytes = bytes_of(shop.make("whole-" + name, arguments));
        const auto report =
            transcode_both(shop, shop.write(name, bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * keep))));
        REQUIRE(report);
        CHECK(report->master.duration.count() > 1000);
        CHECK(report->master.duration.count() < 3500);
        if (!warning.empty()) CHECK(has_warning(report->warnings, warning));
    }
    const std::string flac = bytes_of(shop.path("whole-cut.flac"));
    const auto report = transcode_both(shop, shop.write("stump.flac", flac.substr(0, flac.size() / 10)));
    REQUIRE_FALSE(report);
    CHECK(report.error().message.find("less than a second") != std::string::npos);
    const std::string m4a = bytes_of(shop.make("late.m4a", "-c:a aac"));
    check_refused(shop.write("late-cut.m4a", m4a.substr(0, m4a.size() / 2)), Errc::unprocessable, "probably cut short");
}

TEST_CASE("Damage in the middle is left out and told") {
    const Workshop shop;
    std::string flac = bytes_of(shop.make("whole.flac", ""));
    for (std::size_t at = flac.size() / 2; at < flac.size() / 2 + 20'000; ++at) flac[at] = static_cast<char>(at * 31);
    const auto report = transcode_both(shop, shop.write("hurt.flac", flac));
    REQUIRE(report);
    CHECK(report->master.duration.count() > 2000);
    CHECK(has_warning(report->warnings, "damaged in"));
}

TEST_CASE("A film with sound gives its sound, with a word about it") {
    const Workshop shop;
    const auto report =
        transcode_both(shop, shop.ffmpeg("film.mp4", "-f lavfi -i testsrc=d=4:s=64x64 -i " + shop.path("speech.wav") + " -c:a aac"));
    REQUIRE(report);
    CHECK(has_warning(report->warnings, "moving pictures"));
    CHECK(std::abs(report->master.duration.count() - 4000) < 30);
}
