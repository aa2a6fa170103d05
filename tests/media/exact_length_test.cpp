// A master's recording, no sample more and none less: what encoders add at either end is left out wherever the file says how much it is.

#include <algorithm>
#include <tuple>

#include "media/av/audio_reader.hpp"
#include "media/av/ogg_links.hpp"
#include "media/probe.hpp"
#include "tests/media/audio_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/wav_bytes.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

constexpr std::size_t samples = 123'457;  // a whole number of no codec's frames

std::vector<float> heard(const std::string& file, const model::Redactions& redactions = {}) {
    const OpenDescriptor in(file);
    media::av::AudioReader reader(in, {.view = {}, .own_file = false, .redactions = redactions});
    std::vector<float> left;
    for (media::AudioBlock block; reader.read(block);) left.insert(left.end(), block.planes[0].begin(), block.planes[0].end());
    CHECK(reader.damaged_places() == 0);
    return left;
}

// How much of the source is left in `copy` from `at` on when it is taken away: little, where every sample is in its place.
double difference(const std::vector<float>& source, const std::vector<float>& copy, std::size_t at) {
    double energy = 0, error = 0;
    for (std::size_t i = 0; i < source.size() && at + i < copy.size(); ++i) {
        const auto wanted = static_cast<double>(source[i]), got = static_cast<double>(copy[at + i]);
        energy += wanted * wanted;
        error += (wanted - got) * (wanted - got);
    }
    return error / energy;
}

std::string source_of(const Workshop& shop) {
    return shop.make("source.wav", "-af aresample=48000,atrim=end_sample=" + std::to_string(samples) + " -c:a pcm_f32le");
}

std::string numbers(std::uint64_t value, int bytes) {
    std::string out;
    while (bytes-- > 0) out += static_cast<char>(value >> 8 * bytes & 0xFF);
    return out;
}

std::string box(const std::string& name, const std::string& body) {
    return numbers(8 + body.size(), 4) + name + body;
}

// The file's last box is its index; what iTunes would say there of the recording is put in.
std::string with_itunes_words(std::string file, unsigned delay, unsigned padding, std::size_t length) {
    char words[200];
    std::snprintf(words, sizeof words, " 00000000 %08X %08X %016zX 00000000 00000000", delay, padding, length);
    const std::string item =
        box("----", box("mean", std::string(4, '\0') + "com.apple.iTunes") + box("name", std::string(4, '\0') + "iTunSMPB") +
                        box("data", numbers(1, 4) + numbers(0, 4) + words));
    const std::string handler = box("hdlr", std::string(8, '\0') + "mdirappl" + std::string(9, '\0'));
    const std::string added = box("udta", box("meta", std::string(4, '\0') + handler + box("ilst", item)));
    file.replace(file.find("udta"), 4, "free");
    const auto moov = file.rfind("moov") - 4;
    file.replace(moov, 4, numbers(file.size() - moov + added.size(), 4));
    return file + added;
}

// Where each page of an Ogg file begins, and its end.
std::vector<std::size_t> pages_of(const std::string& ogg) {
    std::vector<std::size_t> starts{0};
    while (starts.back() < ogg.size()) {
        const std::size_t at = starts.back(), lacing = static_cast<unsigned char>(ogg.at(at + 26));
        std::size_t end = at + 27 + lacing;
        for (std::size_t i = 0; i < lacing; ++i) end += static_cast<unsigned char>(ogg.at(at + 27 + i));
        starts.push_back(end);
    }
    return starts;
}

// RFC 3533, 6: with the checksum that belongs to what the page has become.
std::string with_checksum(std::string page) {
    page.replace(22, 4, 4, '\0');
    std::uint32_t crc = 0;
    for (const char c : page) {
        crc ^= std::uint32_t{static_cast<unsigned char>(c)} << 24;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x80000000) != 0 ? crc << 1 ^ 0x04C11DB7 : crc << 1;
    }
    std::string sum = numbers(crc, 4);
    return page.replace(22, 4, std::string(sum.rbegin(), sum.rend()));
}

// A Vorbis file whose codebooks no decoder can read, in pages that are in order.
std::string with_broken_codebooks(std::string ogg) {
    const auto codebook = ogg.find("\5vorbis") + 8;
    ogg.replace(codebook, 3, "xxx");
    const auto pages = pages_of(ogg);
    const auto next = std::ranges::upper_bound(pages, codebook);
    const std::size_t at = *std::prev(next), size = *next - at;
    return ogg.replace(at, size, with_checksum(ogg.substr(at, size)));
}

struct Remains {
    std::size_t frames{};
    std::uint64_t damaged_places{};
};
Remains remains_of(const std::string& file) {
    const OpenDescriptor in(file);
    media::av::AudioReader reader(in);
    Remains remains;
    media::AudioBlock block;
    while (reader.read(block)) remains.frames += block.frames();
    CHECK_FALSE(reader.read(block));
    remains.damaged_places = reader.damaged_places();
    return remains;
}

}  // namespace

TEST_CASE("As many samples are heard as were encoded, each in its place") {
    const Workshop shop;
    const auto source = source_of(shop);
    const auto original = heard(source);
    REQUIRE(original.size() == samples);
    const std::vector<std::pair<std::string, std::string>> made{
        {"aac.m4a", "-c:a aac -b:a 192k"},
        {"rate.m4a", "-c:a aac -b:a 192k -movie_timescale 48000"},
        {"quicktime.m4a", "-c:a aac -b:a 192k -movie_timescale 600"},
        {"front.m4a", "-c:a aac -b:a 192k -movflags faststart"},
        {"aac.mov", "-c:a aac -b:a 192k"},
        {"opus.mp4", "-c:a libopus -b:a 192k"},
        {"mp3.mp4", "-c:a libmp3lame -b:a 192k"},
        {"alac.m4a", "-c:a alac"},
        {"flac.mp4", "-c:a flac -strict -2"},
        {"pcm.mov", "-c:a pcm_s24le"},
        {"cbr.mp3", "-c:a libmp3lame -b:a 192k"},
        {"vbr.mp3", "-c:a libmp3lame -q:a 2"},
        {"opus.opus", "-c:a libopus -b:a 192k"},
        {"vorbis.ogg", "-c:a libvorbis -q:a 8"},
        {"flac.ogg", "-c:a flac -f ogg"},
        {"flac.flac", "-c:a flac"},
        {"alac.caf", "-c:a alac"},
        {"pcm.caf", "-c:a pcm_s24be"},
        {"pcm.aiff", "-c:a pcm_s24be"},
        {"pcm.w64", "-c:a pcm_s24le"},
    };
    for (const auto& [name, arguments] : made) {
        INFO(name);
        output_of("ffmpeg -v error -y -i " + source + " " + arguments + " " + shop.path(name));
        const auto copy = heard(shop.path(name));
        CHECK(copy.size() == samples);
        CHECK(difference(original, copy, 0) < 0.02);
        if (name.ends_with(".mp3") || name.ends_with(".opus") || name == "alac.caf") continue;  // their heads count the padding, too
        const auto info = media::probe(OpenDescriptor(shop.path(name)));
        REQUIRE(info);
        CHECK(info->duration.count() == 2572);
    }
}

TEST_CASE("Nothing is cut where the file does not say what is padding") {
    const Workshop shop;
    const auto source = source_of(shop);
    for (const std::string name : {"adts.aac", "no_edits.m4a", "fragments.mp4", "later_fragments.mp4", "bare.mp3"}) {
        INFO(name);
        const std::string options = name == "fragments.mp4"         ? "-movflags frag_keyframe+empty_moov"
                                    : name == "later_fragments.mp4" ? "-frag_duration 200000"  // the first one stands in the index
                                    : name == "bare.mp3"            ? "-write_xing 0"
                                    : name == "adts.aac"            ? ""
                                                                    : "-use_editlist 0";
        output_of("ffmpeg -v error -y -i " + source + " -b:a 192k " + options + " " + shop.path(name));
        const auto copy = heard(shop.path(name));
        CHECK(copy.size() > samples);
        CHECK(copy.size() <= decoded_samples(shop.path(name)));
    }
}

TEST_CASE("An edit list keeps what it names, to the sample") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a aac -b:a 192k -movie_timescale 48000 " + shop.path("whole.m4a"));
    std::string movie = bytes_of(shop.path("whole.m4a"));
    movie.replace(movie.find("elst") + 12, 8, numbers(50'001, 4) + numbers(1024 + 30'003, 4));
    const auto copy = heard(shop.write("trimmed.m4a", movie));
    CHECK(copy.size() == 50'001);
    const auto original = heard(source);
    CHECK(difference({original.begin() + 30'003, original.begin() + 80'004}, copy, 0) < 0.02);
}

TEST_CASE("iTunes' words about a recording's length are believed where they add up") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a aac -b:a 192k -use_editlist 0 " + shop.path("bare.m4a"));
    const std::string bare = bytes_of(shop.path("bare.m4a"));
    // ffmpeg says how much of the last frame is meant (577 of 1024), iTunes would not.
    const auto copy = heard(shop.write("itunes.m4a", with_itunes_words(bare, 1024, 0, samples)));
    CHECK(copy.size() == samples);
    CHECK(difference(heard(source), copy, 0) < 0.02);
    CHECK(heard(shop.write("padded.m4a", with_itunes_words(bare, 2112, 369, 122'000))).size() == 122'000);
    // libavformat leaves nothing out for so much priming, so nothing is known of the end either.
    CHECK(heard(shop.write("primed.m4a", with_itunes_words(bare, 20'000, 0, samples - 20'000 + 1024))).size() > samples);
    CHECK(heard(shop.write("lying.m4a", with_itunes_words(bare, 1024, 0, 1000))).size() > samples);
}

TEST_CASE("Times of packets that a clock has told, or that are not the codec's, cut nothing") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a aac -b:a 192k " + shop.path("whole.m4a"));
    for (const std::string scale : {"0.99", "0.75", "1.01"}) {
        INFO(scale);
        output_of("ffmpeg -v error -y -itsscale " + scale + " -i " + shop.path("whole.m4a") + " -c copy " + shop.path("drifting.m4a"));
        CHECK(heard(shop.path("drifting.m4a")).size() >= samples);
    }
}

TEST_CASE("An edit list and iTunes' words that say different things are not believed") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a aac -b:a 192k -movie_timescale 48000 " + shop.path("whole.m4a"));
    const std::string whole = bytes_of(shop.path("whole.m4a"));
    CHECK(heard(shop.write("agreeing.m4a", with_itunes_words(whole, 1024, 0, samples))).size() == samples);
    CHECK(heard(shop.write("shorter.m4a", with_itunes_words(whole, 1024, samples - 1000, 1000))).size() >= samples);
    // libavformat leaves out as much in front as they say, and behind the edit.
    CHECK(heard(shop.write("other.m4a", with_itunes_words(whole, 2112, 0, samples - 1088))).size() > samples - 1088);
    std::string edited = whole;
    edited.replace(edited.find("elst") + 12, 4, numbers(50'001, 4));
    CHECK(heard(shop.write("edited.m4a", with_itunes_words(edited, 1024, 0, samples))).size() >= 50'001);
}

TEST_CASE("A Core Audio file's packet table says what is priming and what remainder") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a libopus -b:a 192k " + shop.path("all.caf"));
    std::string file = bytes_of(shop.path("all.caf"));
    const auto all = heard(shop.path("all.caf")).size();
    CHECK(all > samples);
    const auto table = file.find("pakt") + 12;  // behind its size: packets, valid frames, priming, remainder
    file.replace(table + 8, 16, numbers(samples, 8) + numbers(312, 4) + numbers(all - samples - 312, 4));
    const auto copy = heard(shop.write("told.caf", file));
    CHECK(copy.size() == samples);
    CHECK(difference(heard(source), copy, 0) < 0.02);
    file.replace(table + 8, 8, numbers(samples / 2, 8));
    CHECK(heard(shop.write("contradicting.caf", file)).size() == all);
}

TEST_CASE("In a chained Ogg each recording begins and ends where it does by itself") {
    const Workshop shop;
    const auto source = source_of(shop);
    const auto original = heard(source);
    output_of("cd $(dirname " + source + ") && ffmpeg -v error -y -i source.wav -c:a libopus -b:a 192k a.opus && ffmpeg -v error -y -i " +
              "source.wav -ac 1 -af volume=2 -c:a libvorbis -q:a 8 b.ogg && ffmpeg -v error -y -i source.wav -c:a flac -f ogg c.ogg && " +
              "ffmpeg -v error -y -i source.wav -c:a libvorbis -q:a 8 d.ogg && " +
              "cat a.opus a.opus a.opus > same.opus && cat d.ogg d.ogg > same.ogg && cat a.opus c.ogg d.ogg a.opus > mixed.ogg && " +
              "cat d.ogg b.ogg > narrower.ogg");
    for (const auto& [name, count] :
         {std::pair{std::string("same.opus"), 3UL}, {"same.ogg", 2UL}, {"mixed.ogg", 4UL}, {"narrower.ogg", 2UL}}) {
        INFO(name);
        const auto copy = heard(shop.path(name));
        REQUIRE(copy.size() == count * samples);
        for (std::size_t i = 0; i < count; ++i)
            if (name != "narrower.ogg" || i == 0) CHECK(difference(original, copy, i * samples) < 0.02);
    }
    // Ranges are those of the whole chain.
    using std::chrono::milliseconds;
    const auto redacted =
        heard(shop.path("same.opus"), {{.start = milliseconds(2000), .end = milliseconds(3000), .kind = model::RedactionKind::cut}});
    CHECK(redacted.size() == 3 * samples - 48'000);
    const auto report = transcode_both(shop, shop.path("same.opus"), 48'000);
    REQUIRE(report);
    CHECK(decoded_samples(shop.path("out.mp3")) == 3 * samples);
    CHECK(report->warnings.empty());
    // A recording of a live stream may break off anywhere.
    const std::string chain = bytes_of(shop.path("same.opus"));
    const OpenDescriptor cut(shop.write("cut.opus", chain.substr(0, chain.size() * 5 / 6)));
    media::av::AudioReader reader(cut);
    std::size_t frames = 0;
    for (media::AudioBlock block; reader.read(block);) frames += block.frames();
    CHECK(frames > 2 * samples);
    CHECK(frames < 3 * samples);
}

TEST_CASE("What stands beside a recording in its Ogg, however much of it, ends nothing") {
    const Workshop shop;
    output_of("ffmpeg -v error -y -i " + source_of(shop) + " -c:a libvorbis " + shop.path("alone.ogg"));
    const std::string alone = bytes_of(shop.path("alone.ogg"));
    const auto page = [](std::uint64_t time, unsigned number, int flags, const std::vector<std::string>& packets) {
        std::string lacing, body;
        for (const auto& packet : packets) {
            lacing += static_cast<char>(packet.size());
            body += packet;
        }
        const std::string head = "OggS" + std::string(1, '\0') + static_cast<char>(flags) + little_endian(time, 8) + little_endian(77, 4) +
                                 little_endian(number, 4) + std::string(4, '\0') + static_cast<char>(lacing.size());
        return with_checksum(head + lacing + body);
    };
    std::string speex = "Speex   1.2" + std::string(17, '\0');
    for (const std::uint64_t field : {1U, 80U, 8000U, 0U, 4U, 1U, 0xFFFFFFFFU, 160U, 0U, 1U, 0U, 0U, 0U}) speex += little_endian(field, 4);
    const auto pages = pages_of(alone);
    REQUIRE(pages.size() > 5);
    const auto part = [&](std::size_t from, std::size_t to) { return alone.substr(pages[from], pages[to] - pages[from]); };
    const std::size_t last = pages.size() - 1;
    const auto beside = shop.write("beside.ogg", part(0, 1) + page(0, 0, 2, {speex}) + part(1, 2) +
                                                     page(0, 1, 0, {little_endian(4, 4) + "test" + little_endian(0, 4)}) + part(2, 4) +
                                                     page(250 * 160, 2, 0, std::vector<std::string>(250, "xyz")) + part(4, last) +
                                                     page(251 * 160, 3, 4, {"xyz"}));
    CHECK(heard(beside) == heard(shop.path("alone.ogg")));
}

TEST_CASE("Recordings of a chain that cannot be read are left out and counted") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a libvorbis -q:a 8 " + shop.path("good.ogg"));
    const std::string good = bytes_of(shop.path("good.ogg")), undecodable = with_broken_codebooks(good);
    const std::string unopenable = good.substr(0, pages_of(good)[1]);
    for (const auto& [chain, frames, damaged] : {std::tuple{good + undecodable, samples, 1UL},
                                                 {good + undecodable + unopenable, samples, 2UL},
                                                 {good + unopenable, samples, 1UL},
                                                 {good + undecodable + unopenable + good, 2 * samples, 2UL},
                                                 {undecodable + good, samples, 1UL},
                                                 {unopenable + good + good, 2 * samples, 1UL}}) {
        const Remains remains = remains_of(shop.write("chain.ogg", chain));
        CHECK(remains.frames == frames);
        CHECK(remains.damaged_places == damaged);
    }
}

TEST_CASE("A chain is followed through as many pages as twelve hours with a packet a page have") {
    const Workshop shop;
    const auto page = [](char flags, std::uint32_t number, const std::string& body) {
        std::string sequence = numbers(number, 4);
        std::ranges::reverse(sequence);
        return "OggS" + std::string(1, '\0') + flags + std::string(8, '\0') + "seri" + sequence + std::string(4, '\0') + '\1' +
               static_cast<char>(body.size()) + body;
    };
    std::string file = page(2, 0, "OpusHead");
    for (std::uint32_t i = 1; i < 500'000; ++i) file += page(0, i, "x");
    const std::size_t second = file.size();
    file += page(2, 0, "OpusHead");
    const auto links = media::av::ogg_links(OpenDescriptor(shop.write("long.opus", file)));
    REQUIRE(links.size() == 2);
    CHECK(links[1].start == second);
}

TEST_CASE("A page of an Ogg that falsely says it is the first of a recording costs no more than itself") {
    const Workshop shop;
    const auto source = source_of(shop);
    for (const auto& [name, codec] :
         {std::pair{"whole.ogg", "libvorbis -q:a 8"}, {"whole.opus", "libopus -b:a 192k"}, {"flac.ogg", "flac"}}) {
        INFO(name);
        output_of("ffmpeg -v error -y -i " + source + " -c:a " + codec + " -page_duration 100000 -f ogg " + shop.path(name));
        const std::string whole = bytes_of(shop.path(name));
        const auto pages = pages_of(whole);
        REQUIRE(pages.size() > 15);
        for (std::size_t i = 3; i + 1 < pages.size(); i += 4) {
            std::string damaged = whole;
            damaged[pages[i] + 5] ^= 2;
            CHECK(remains_of(shop.write("damaged.ogg", damaged)).frames > samples - 15'000);
        }
    }
}

TEST_CASE("An AAC master's renditions are as long as what was encoded") {
    const Workshop shop;
    const auto source = source_of(shop);
    output_of("ffmpeg -v error -y -i " + source + " -c:a aac -b:a 192k " + shop.path("aac.m4a"));
    const auto report = transcode_both(shop, shop.path("aac.m4a"), 48'000);
    REQUIRE(report);
    CHECK(decoded_samples(shop.path("out.mp3")) == samples);
    CHECK(heard(shop.path("out.m4a")).size() == samples);
}
