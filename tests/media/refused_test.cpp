// Files that cannot become an episode, and the sentence a producer gets; files that can in spite of everything.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <system_error>

#include "media/master.hpp"
#include "media/master_scan.hpp"
#include "media/probe.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wav_bytes.hpp"

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

// RF64, 16 bits stereo at 48 kHz: the length of the sound stands in a chunk of its own.
std::string rf64_head(std::uint64_t claimed) {
    const std::string plain = wav_head(2, 48000, 16, 0xFFFFFFFF);
    return "RF64" + plain.substr(4, 8) + "ds64" + little_endian(28, 4) + little_endian(claimed + 72, 8) + little_endian(claimed, 8) +
           little_endian(claimed / 4, 8) + little_endian(0, 4) + plain.substr(12);
}

std::string big_endian(std::uint64_t value, int bytes) {
    std::string text = little_endian(value, bytes);
    std::ranges::reverse(text);
    return text;
}

std::uint32_t big_endian_at(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

// An "alis" entry of a MOV's dref atom: the Macintosh alias record as far as demuxers read it.
std::string alias_record(const std::string& path) {
    const auto padded = [](std::string text, std::size_t size) {
        text.resize(size, '\0');
        return text;
    };
    const std::string name = path.substr(path.rfind('/') + 1);
    std::string record = "alis" + padded("", 4 + 10);
    record += '\0' + padded("", 27 + 12);                                          // no volume
    record += static_cast<char>(name.size()) + padded(name, 63) + padded("", 16);  // the file's name
    record += big_endian(1, 2) + big_endian(1, 2) + padded("", 16);                // levels up and down
    const std::string absolute = path.size() % 2 == 0 ? path : path + '\0';
    record += big_endian(2, 2) + big_endian(absolute.size(), 2) + absolute + big_endian(0xFFFF, 2) + big_endian(0, 2);
    return big_endian(record.size() + 4, 4) + record;
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

TEST_CASE("A file that describes its own coding wrongly is damaged; nobody else is to blame") {
    const Workshop shop;
    std::string flac = bytes_of(shop.make("speech.flac", "-c:a flac"));
    check_refused(shop.write("nothing.flac", flac.replace(8, 34, 34, '\0')), Errc::unprocessable, "damaged at its start");
    const std::string alac = bytes_of(shop.make("speech.m4a", "-c:a alac"));
    const auto cookie = alac.rfind("alac");
    std::string without = alac, depth = alac;
    check_refused(shop.write("without.m4a", without.replace(cookie, 4, "xxxx")), Errc::unprocessable, "damaged at its start");
    check_refused(shop.write("depth.m4a", depth.replace(cookie + 13, 1, "c")), Errc::unprocessable, "damaged at its start");
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

TEST_CASE("A MOV that refers to a file beside it gets no sound of it") {
    const Workshop shop;
    shop.make("decoy.mov", "-c:a pcm_s16le -f mov");
    std::string mov = bytes_of(shop.path("decoy.mov"));
    const std::size_t sound = mov.find("mdat") + 4;
    std::fill_n(mov.begin() + static_cast<long>(sound), 4 * 48'000 * 4, '\0');
    // In place of the reference to itself, Apple's alias record with the decoy's path, absolute and as "one folder up, one down".
    const std::size_t itself = mov.find("url ", mov.find("dref")) - 4;
    const std::string alias = alias_record(shop.path("decoy.mov"));
    mov.replace(itself, 12, alias);
    for (const char* around : {"dref", "dinf", "minf", "mdia", "trak", "moov"}) {
        const std::size_t size_at = mov.rfind(around, itself) - 4;
        const auto size = static_cast<std::uint32_t>(alias.size() - 12) + big_endian_at(mov, size_at);
        mov.replace(size_at, 4, big_endian(size, 4));
    }
    const std::string file = shop.write("refers.mov", mov);
    // The ffmpeg program, told to follow references, plays the decoy: the trap works.
    CHECK(measured_by_ffmpeg(file, "-enable_drefs 1 -use_absolute_path 1").lufs > -40);
    const auto report = transcode_both(shop, file);
    if (report)
        CHECK(report->before.integrated_lufs <= -70);
    else
        CHECK_THAT(report.error().message, Catch::Matchers::Contains("0 seconds") || Catch::Matchers::Contains("damaged"));
}

TEST_CASE("Recordings over twelve hours are refused by their header") {
    const Workshop shop;
    constexpr std::uint64_t hours_13 = 13ULL * 3600 * 8000;
    check_refused(sparse(shop, "long.wav", wav_head(1, 8000, 8, hours_13), hours_13 + 44), Errc::unprocessable,
                  "This recording is 13:00:00 long");
}

TEST_CASE("A recording that turns out too long while it is decoded is refused") {
    const Workshop shop;
    // Its header says nothing: no Xing frame.
    const OpenDescriptor file(shop.ffmpeg("long.mp3", "-f lavfi -i anullsrc=r=8000:cl=mono -t 5 -b:a 8k -write_xing 0 -id3v2_version 0"));
    const auto scan = [&](double most_seconds) {
        auto master = media::open_master(file);
        REQUIRE(master);
        return media::scan_master(master->reader, [](double) {}, {.most_seconds = most_seconds});
    };
    CHECK(scan(6));
    const auto refused = scan(4);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unprocessable);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("This recording is 0:04 long; at most 12 hours are possible."));
}

TEST_CASE("A rendition that becomes larger than a file may be says so; the disk is not full") {
    const Workshop shop;
    const auto speech = shop.path("speech.wav");
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{8'192, 8'192};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const OpenDescriptor in(speech), out(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = media::transcode(in, {{two_profiles()[0], out}}, {});
        ::_exit(!report && report.error().message.starts_with("One of the files for listeners would become larger") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
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

    // RF64 keeps the length in 64 bits, to lie with all the more.
    for (const std::uint64_t claim : {0xFFFF'FFFF'FFFF'FFFFULL, 0ULL}) {
        INFO(claim);
        const auto [rf64_length, rf64_warnings] = duration(rf64_head(claim));
        CHECK(rf64_length == 4000);
    }
    const auto [rf64_length, rf64_warnings] = duration(rf64_head(1ULL << 40));
    CHECK(rf64_length == 4000);
    CHECK(has_warning(rf64_warnings, "promises more"));
    const auto [rf64_longer, rf64_more] = duration(rf64_head(48'000));
    CHECK(rf64_longer == 4000);
    CHECK(has_warning(rf64_more, "promises less"));

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

TEST_CASE("A WAV whose header has the size of a frame wrong is read as its samples are") {
    const Workshop shop;
    const auto decoded = [](const std::string& file) {
        const OpenDescriptor in(file);
        media::av::AudioReader reader(in);
        std::vector<float> samples;
        for (media::AudioBlock block; reader.read(block);) samples.insert(samples.end(), block.planes[0].begin(), block.planes[0].end());
        CHECK(reader.damaged_places() == 0);
        return samples;
    };
    for (const std::string kind : {"-c:a pcm_s24le", "-ac 1 -c:a pcm_s24le", "-ac 6 -c:a pcm_s24le", "-c:a pcm_f64le"}) {
        const auto right = shop.make("right.wav", kind);
        const auto samples = decoded(right);
        for (const int claimed : {0, 1, 2}) {
            INFO(kind << ", " << claimed);
            std::string bytes = bytes_of(right);
            bytes.replace(bytes.find("fmt ") + 20, 2, little_endian(static_cast<std::uint64_t>(claimed), 2));
            CHECK(decoded(shop.write("wrong.wav", bytes)) == samples);
        }
    }
}

TEST_CASE("A disk that cannot be read is no damage of the recording's") {
    const Workshop shop;
    const OpenDescriptor unreadable(shop.make("plain.wav", ""), O_WRONLY);
    CHECK_THROWS_AS(media::av::AudioReader(unreadable), std::system_error);
    const OpenDescriptor in(shop.path("plain.wav"));
    media::av::AudioReader reader(in);
    REQUIRE(::dup2(unreadable, in) >= 0);  // from here on
    media::AudioBlock block;
    CHECK_THROWS_AS(([&] {
                        while (reader.read(block)) {
                        }
                    }()),
                    std::system_error);
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
    if (!report) FAIL(report.error().message);
    CHECK(report->master.duration.count() > 2000);
    CHECK(has_warning(report->warnings, "damaged in"));
}

TEST_CASE("What old programs write behind a FLAC is no damage") {
    const Workshop shop;
    std::string tag = "TAGNight Watch";
    tag.resize(128, '\0');
    const auto report = transcode_both(shop, shop.write("tagged.flac", bytes_of(shop.make("plain.flac", "")) + tag));
    REQUIRE(report);
    CHECK(report->warnings.empty());
}

TEST_CASE("Who hands in surround sound is told that stereo is made of it") {
    const Workshop shop;
    const auto report =
        transcode_both(shop, shop.make("surround.wav", "-af 'pan=5.1|FC=c0|FL=0.2*c0|FR=0.2*c1|LFE=0*c0|BL=0.1*c0|BR=0.1*c1'"));
    REQUIRE(report);
    CHECK(has_warning(report->warnings, "6 channels"));
}

TEST_CASE("A film with sound gives its sound, with a word about it") {
    const Workshop shop;
    const auto report =
        transcode_both(shop, shop.ffmpeg("film.mp4", "-f lavfi -i testsrc=d=4:s=64x64 -i " + shop.path("speech.wav") + " -c:a aac"));
    REQUIRE(report);
    CHECK(has_warning(report->warnings, "moving pictures"));
    CHECK(std::abs(report->master.duration.count() - 4000) < 30);
}
