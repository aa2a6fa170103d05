#pragma once
// Essence files made by the ffmpeg program, commands and their output, and one full set of tags.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "media/tags/audio_tags.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

// Standard output of a shell command; a failing command throws.
inline std::string output_of(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen");
    std::string out;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
    if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
    return out;
}

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class OpenDescriptor {
public:
    explicit OpenDescriptor(const std::filesystem::path& file, int flags = O_RDONLY)
        : number_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {
        if (number_ < 0) throw std::runtime_error("open " + file.string());
    }
    ~OpenDescriptor() { ::close(number_); }
    OpenDescriptor(const OpenDescriptor&) = delete;
    OpenDescriptor& operator=(const OpenDescriptor&) = delete;
    operator int() const noexcept { return number_; }

private:
    int number_;
};

// 70 s of tone: long enough for "the first minute" to be less than all.
inline void make_essence(model::Codec codec, const std::filesystem::path& file) {
    const std::map<model::Codec, std::string> encode{
        {model::Codec::mp3, "-c:a libmp3lame -b:a 64k -id3v2_version 0 -write_id3v1 0 -f mp3 "},
        {model::Codec::aac, "-c:a aac -b:a 64k -movflags +faststart -f ipod "},
        {model::Codec::opus, "-ar 48000 -c:a libopus -b:a 32k -f opus "},
        {model::Codec::flac, "-c:a flac -f flac "}};
    output_of("ffmpeg -v error -y -f lavfi -i sine=330:d=70:r=44100 -map_metadata -1 -fflags +bitexact -ac 1 " + encode.at(codec) +
              file.string());
}

inline media::AudioTags full_tags() {
    using namespace std::chrono;
    media::AudioTags tags{
        .title = "Multiple Bombings – part 1 \xF0\x9F\x8E\xA7",
        .show = "Code Severe",
        .author = "Earshot Démonstration",
        .language = "en-GB",
        .copyright = "© 2026 Earshot",
        .people = {{.name = "Anna Example", .role = "host"}, {.name = "Bjørn Example", .role = "sound designer"}},
        .date = sys_days{year{2026} / 11 / 24} + 7h,
        .season = 2,
        .number = 7,
        .summary = "How attacks were prevented.\n\nAct: gov.uk/ACT, 0800 789321; in an emergency 999.",
        .transcript = "Anna: Welcome.\nBjørn: Thank you.\n",
        .guid = "0d6f1c2e-6f0a-5c63-8df4-58f1a9a2b7c3",
        .feed_url = "https://example.org/shows/code-severe/feed.xml",
        .page_url = "https://example.org/shows/code-severe/multiple-bombings",
    };
    tags.artwork_jpeg = output_of("ffmpeg -v error -f lavfi -i testsrc2=s=600x600,noise=alls=40 -frames:v 1 -q:v 5 -f mjpeg -");
    for (int i = 0; i < 40; ++i) {
        tags.chapters.push_back({.start = seconds(i),
                                 .title = "Chapter " + std::to_string(i) + std::string(100, 'x') + " é",
                                 .href = i % 2 == 0 ? "https://example.org/" + std::to_string(i) : ""});
    }
    return tags;
}

// Languages and chapters differ by format.
inline void check_kept_by_every_format(const media::AudioTags& read, const media::AudioTags& written) {
    CHECK(read.title == written.title);
    CHECK(read.show == written.show);
    CHECK(read.author == written.author);
    CHECK(read.copyright == written.copyright);
    CHECK(read.people == written.people);
    CHECK(read.date == written.date);
    CHECK(read.season == written.season);
    CHECK(read.number == written.number);
    CHECK(read.summary == written.summary);
    CHECK(read.transcript == written.transcript);
    CHECK(read.guid == written.guid);
    CHECK(read.feed_url == written.feed_url);
    CHECK(read.page_url == written.page_url);
    CHECK(read.artwork_jpeg == written.artwork_jpeg);
}

}  // namespace earshot::tests
