// Cover art: a ladder of plain JPEGs and WebPs, and a sentence for each picture that cannot be one.

#include "media/artwork.hpp"

#include <array>
#include <cmath>
#include <map>

#include "tests/media/tags_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::tests;

namespace {

struct Pictures {
    TemporaryFolder folder;

    std::filesystem::path make(const std::string& name, const std::string& source, const std::string& options = "") {
        const auto file = folder.path() / name;
        output_of("ffmpeg -v error -y -f lavfi -i " + source + " -frames:v 1 " + options + " " + file.string());
        return file;
    }
    std::filesystem::path write(const std::string& name, const std::string& bytes) {
        const auto file = folder.path() / name;
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }
    // Four quarters: red, green / blue, white.
    std::string quarters(const std::string& name = "quarters.jpg") {
        constexpr int side = 1400;
        std::string image = "P6 1400 1400 255\n";
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const bool right = x >= side / 2, low = y >= side / 2;
                image += !right && !low ? "\xFE\x01\x01" : right && !low ? "\x01\xFE\x01" : !right ? "\x01\x01\xFE" : "\xFE\xFE\xFE";
            }
        }
        const auto ppm = write("quarters.ppm", image);
        output_of("ffmpeg -v error -y -i " + ppm.string() + " -q:v 2 " + (folder.path() / name).string());
        return bytes_of(folder.path() / name);
    }
    // The colours of the four quarters of a picture, as letters.
    std::string see(const std::vector<std::uint8_t>& picture) {
        const auto file = write("seen", std::string(picture.begin(), picture.end()));
        const auto rgb = output_of("ffmpeg -v error -i " + file.string() + " -vf scale=4:4:flags=area -f rawvideo -pix_fmt rgb24 -");
        std::string letters;
        for (const int pixel : {0, 3, 12, 15}) {
            const auto bright = [&](int part) {
                return static_cast<unsigned char>(rgb.at(static_cast<std::size_t>(3 * pixel + part))) > 128;
            };
            letters += bright(0) && bright(1) && bright(2) ? 'W' : bright(0) ? 'R' : bright(1) ? 'G' : bright(2) ? 'B' : 'K';
        }
        return letters;
    }
};

std::string orientation_tiff(int orientation) {
    return std::string("MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + static_cast<char>(orientation) + std::string(6, '\0');
}

std::string with_orientation(const std::string& jpeg, int orientation) {
    const std::string body = std::string("Exif\0\0", 6) + orientation_tiff(orientation);
    return jpeg.substr(0, 2) + std::string("\xFF\xE1\0", 3) + static_cast<char>(body.size() + 2) + body + jpeg.substr(2);
}

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
    return bytes;
}

// With one more chunk at a place between two others.
std::string with_chunk(const std::string& png, std::size_t at, const std::string& name_and_body) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : name_and_body) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
    return png.substr(0, at) + big_endian(static_cast<std::uint32_t>(name_and_body.size() - 4)) + name_and_body + big_endian(~crc) +
           png.substr(at);
}

std::size_t frame_header(const std::string& jpeg) {
    return jpeg.find(std::string("\xFF\xC0\0\x11\x08", 5));
}

model::Error refusal(const std::filesystem::path& file) {
    const auto made = media::make_artwork(OpenDescriptor(file));
    if (made) throw std::runtime_error("accepted");
    return made.error();
}

}  // namespace

TEST_CASE("A cover becomes a ladder of baseline JPEGs and simple WebPs without metadata") {
    Pictures pictures;
    const auto made = media::make_artwork(OpenDescriptor(pictures.make("big.png", "testsrc2=s=3400x3400", "-metadata comment=secret")));
    REQUIRE(made);
    REQUIRE(made->sizes.size() == 4);
    constexpr std::array<std::uint32_t, 4> sizes{3000, 1400, 600, 300};
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(made->sizes[i].pixels == sizes[i]);
        const auto& jpeg = made->sizes[i].jpeg;
        const auto file = pictures.write("out.jpg", std::string(jpeg.begin(), jpeg.end()));
        const auto side = std::to_string(sizes[i]);
        CHECK(output_of("ffprobe -v error -show_entries stream=codec_name,profile,width,height,pix_fmt -of csv=p=0 " + file.string()) ==
              "mjpeg,Baseline," + side + "," + side + ",yuvj420p\n");
        const auto bytes = bytes_of(file);
        CHECK(bytes.find("Lavc") == std::string::npos);
        CHECK(bytes.find("secret") == std::string::npos);
        CHECK(bytes.find("\xFF\xFE") > bytes.find("\xFF\xDA"));  // no comment before the picture's data

        const auto& webp = made->sizes[i].webp;
        const auto small = pictures.write("out.webp", std::string(webp.begin(), webp.end()));
        CHECK(output_of("ffprobe -v error -show_entries stream=codec_name,width,height,pix_fmt -of csv=p=0 " + small.string()) ==
              "webp," + side + "," + side + ",yuv420p\n");
        CHECK(bytes_of(small).substr(8, 8) == "WEBPVP8 ");  // the simple form: it has no room for metadata
        CHECK(webp.size() < jpeg.size());
    }
    CHECK(made->sizes[2].jpeg.size() < 300'000);
}

TEST_CASE("A cover keeps its own size up to 3000, 1400 is not made twice and nothing is scaled up") {
    Pictures pictures;
    const auto middle = media::make_artwork(OpenDescriptor(pictures.make("middle.jpg", "testsrc2=s=2000x2000")));
    REQUIRE(middle);
    REQUIRE(middle->sizes.size() == 4);
    CHECK(middle->sizes[0].pixels == 2000);
    const auto least = media::make_artwork(OpenDescriptor(pictures.make("least.jpg", "testsrc2=s=1400x1400")));
    REQUIRE(least);
    REQUIRE(least->sizes.size() == 3);
    CHECK(least->sizes[0].pixels == 1400);
    CHECK(least->sizes[1].pixels == 600);
    CHECK(least->sizes[2].pixels == 300);
}

TEST_CASE("Colours survive, turned as EXIF says") {
    Pictures pictures;
    const auto jpeg = pictures.quarters(), png = pictures.quarters("quarters.png");
    const std::map<int, std::string> shown{{1, "RGBW"}, {2, "GRWB"}, {3, "WBGR"}, {4, "BWRG"},
                                           {5, "RBGW"}, {6, "BRWG"}, {7, "WGBR"}, {8, "GWRB"}};
    for (const auto& [orientation, letters] : shown) {
        INFO("orientation " << orientation);
        const auto made = media::make_artwork(OpenDescriptor(pictures.write("turned.jpg", with_orientation(jpeg, orientation))));
        REQUIRE(made);
        CHECK(pictures.see(made->sizes.back().jpeg) == letters);
        CHECK(pictures.see(made->sizes.back().webp) == letters);
        CHECK(std::string(made->sizes.back().jpeg.begin(), made->sizes.back().jpeg.end()).find("Exif") == std::string::npos);
        for (const std::size_t at : {std::size_t{33}, png.size() - 12}) {  // before and behind the pixels
            const auto twin = media::make_artwork(
                OpenDescriptor(pictures.write("turned.png", with_chunk(png, at, "eXIf" + orientation_tiff(orientation)))));
            REQUIRE(twin);
            CHECK(pictures.see(twin->sizes.back().jpeg) == letters);
        }
    }
    const auto little = std::string("eXIfII\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 30);
    for (const std::size_t length : {30, 20, 13, 12, 6, 4}) {  // cut off, it says nothing
        INFO(length);
        const auto made = media::make_artwork(OpenDescriptor(pictures.write("little.png", with_chunk(png, 33, little.substr(0, length)))));
        REQUIRE(made);
        CHECK(pictures.see(made->sizes.back().jpeg) == shown.at(length == 30 ? 6 : 1));
    }
}

namespace {

std::string fixed(double number) {  // s15Fixed16
    return big_endian(static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(number * 65536))));
}

struct Primaries {
    std::array<double, 9> xyz;  // of red, green and blue, adapted to D50
    std::string curve;
};
// As Adobe publishes it: gamma 563/256.
const Primaries adobe_rgb{{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457},
                          std::string("curv\0\0\0\0\0\0\0\1\2\x33\0\0", 16)};
// As Apple's devices write it: the curve of sRGB.
const Primaries display_p3{
    {0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407},
    std::string("para\0\0\0\0\0\3\0\0", 12) + fixed(2.4) + fixed(1 / 1.055) + fixed(0.055 / 1.055) + fixed(1 / 12.92) + fixed(0.04045)};

// ICC.1:2010 §7: a display's profile with nothing but what its colours are.
std::string profile_of(const Primaries& primaries) {
    std::string table, data;
    const std::size_t data_at = 128 + 4 + 7 * 12;
    const auto add = [&](const std::string& tag, const std::string& bytes) {
        table += tag + big_endian(static_cast<std::uint32_t>(data_at + data.size())) + big_endian(static_cast<std::uint32_t>(bytes.size()));
        data += bytes;
    };
    const auto xyz = [](double x, double y, double z) { return std::string("XYZ \0\0\0\0", 8) + fixed(x) + fixed(y) + fixed(z); };
    add("wtpt", xyz(0.9642, 1, 0.8249));
    const std::array<const char*, 3> colours{"r", "g", "b"};
    for (std::size_t i = 0; i < 3; ++i) {
        add(colours[i] + std::string("XYZ"), xyz(primaries.xyz[3 * i], primaries.xyz[3 * i + 1], primaries.xyz[3 * i + 2]));
        add(colours[i] + std::string("TRC"), primaries.curve);
    }
    std::string head = big_endian(static_cast<std::uint32_t>(data_at + data.size())) + std::string(4, '\0') + std::string("\x04\0\0\0", 4) +
                       "mntrRGB XYZ " + std::string(12, '\0') + "acsp";
    head.resize(68, '\0');
    head += fixed(0.9642) + fixed(1) + fixed(0.8249);
    head.resize(128, '\0');
    return head + big_endian(7) + table + data;
}

std::string with_profile(const std::string& jpeg, const std::string& profile) {
    const auto length = big_endian(static_cast<std::uint32_t>(profile.size() + 16)).substr(2);
    return jpeg.substr(0, 2) + "\xFF\xE2" + length + std::string("ICC_PROFILE\0\1\1", 14) + profile + jpeg.substr(2);
}

std::string png_with_profile(const std::filesystem::path& png, const std::string& profile, Pictures& pictures) {
    const auto icc = pictures.write("profile.icc", profile);
    return output_of(
        "/usr/bin/python3 -c \"import sys, zlib\npng, body = open(sys.argv[1], 'rb').read(), b'p\\0\\0' + "
        "zlib.compress(open(sys.argv[2], 'rb').read())\npiece = b'iCCP' + body\nsys.stdout.buffer.write(png[:33] + "
        "len(body).to_bytes(4, 'big') + piece + zlib.crc32(piece).to_bytes(4, 'big') + png[33:])\" " +
        png.string() + " " + icc.string());
}

}  // namespace

TEST_CASE("Colours that a profile says are wider than sRGB's are converted, to the values that their definitions give") {
    Pictures pictures;
    const auto check = [&](const std::string& name, const std::string& cover, std::array<int, 3> wanted) {
        const auto made = media::make_artwork(OpenDescriptor(pictures.write(name, cover)));
        REQUIRE(made);
        for (const auto& bytes : {made->sizes.back().jpeg, made->sizes.back().webp}) {
            const auto file = pictures.write("seen", std::string(bytes.begin(), bytes.end()));
            const auto rgb = output_of("ffmpeg -v error -i " + file.string() + " -vf scale=1:1:flags=area -f rawvideo -pix_fmt rgb24 -");
            for (std::size_t i = 0; i < 3; ++i) {
                INFO(name << ", part " << i << ": " << int(static_cast<unsigned char>(rgb.at(i))));
                CHECK(std::abs(static_cast<unsigned char>(rgb.at(i)) - wanted.at(i)) <= 4);  // two lossy encodings
            }
        }
    };
    const auto jpeg = bytes_of(pictures.make("plain.jpg", "color=c=0x64968C:s=1400x1400,format=rgb24", "-q:v 2"));  // 100, 150, 140
    check("srgb.jpg", jpeg, {100, 150, 140});
    check("adobe.jpg", with_profile(jpeg, profile_of(adobe_rgb)), {66, 151, 141});
    check("p3.jpg", with_profile(jpeg, profile_of(display_p3)), {83, 152, 140});
    check("broken.jpg", with_profile(jpeg, profile_of(display_p3).substr(0, 150)), {100, 150, 140});
    check("p3.png",
          png_with_profile(pictures.make("leaf.png", "color=c=0x96C878:s=1400x1400,format=rgb24"), profile_of(display_p3), pictures),
          {135, 202, 110});
}

TEST_CASE("Grey, palette and 16-bit pictures are taken, transparent parts become white") {
    Pictures pictures;
    CHECK(media::make_artwork(OpenDescriptor(pictures.make("grey.jpg", "testsrc2=s=1400x1400", "-pix_fmt gray"))));
    CHECK(media::make_artwork(OpenDescriptor(pictures.make("palette.png", "testsrc2=s=1400x1400", "-pix_fmt pal8"))));
    CHECK(media::make_artwork(OpenDescriptor(pictures.make("deep.png", "testsrc2=s=1400x1400", "-pix_fmt rgb48be"))));
    const auto clear = media::make_artwork(OpenDescriptor(pictures.make("clear.png", "color=c=black@0.0:s=1400x1400,format=rgba")));
    REQUIRE(clear);
    CHECK(pictures.see(clear->sizes.back().jpeg) == "WWWW");
}

TEST_CASE("What cannot be a cover gets a sentence that says what to hand in") {
    Pictures pictures;
    const auto good = bytes_of(pictures.make("good.jpg", "testsrc2=s=1400x1400"));
    const auto head = frame_header(good);
    REQUIRE(head != std::string::npos);

    const auto wide = refusal(pictures.make("wide.png", "testsrc2=s=3000x1500"));
    CHECK(wide.code == model::Errc::unprocessable);
    CHECK(wide.message == "The picture is 3000 × 1500 pixels, but a cover must be square; crop it, best to 3000 × 3000.");
    CHECK(refusal(pictures.make("small.png", "testsrc2=s=1398x1398")).message ==
          "The picture is 1398 × 1398 pixels; a cover needs at least 1400 × 1400, best 3000 × 3000.");

    auto cmyk = good;
    cmyk[head + 9] = 4;
    CHECK(refusal(pictures.write("cmyk.jpg", cmyk)).message.find("CMYK") != std::string::npos);

    auto huge = good;
    huge.replace(head + 5, 4, "\x27\x10\x27\x10");  // 10000 × 10000
    CHECK(refusal(pictures.write("huge.jpg", huge)).message ==
          "The picture has 10000 × 10000 pixels; hand in at most 6000 × 6000, best 3000 × 3000.");
    auto huge_png = bytes_of(pictures.make("good.png", "testsrc2=s=1400x1400"));
    huge_png.replace(16, 8, std::string("\0\0\x27\x10\0\0\x27\x10", 8));
    CHECK(refusal(pictures.write("huge.png", huge_png)).message.find("10000 × 10000") != std::string::npos);

    const auto text = refusal(pictures.write("cover.jpg", "#EXTM3U\n/etc/passwd\n"));
    CHECK(text.code == model::Errc::unsupported_media);
    CHECK(text.message.find("neither a JPEG nor a PNG") != std::string::npos);
    CHECK(refusal(pictures.make("cover.gif", "testsrc2=s=1400x1400")).code == model::Errc::unsupported_media);
    CHECK(refusal(pictures.write("empty.jpg", "")).message.find("empty") != std::string::npos);
    CHECK(refusal(pictures.write("large.jpg", good + std::string(10U << 20, 'x'))).message.find("10 MiB") != std::string::npos);
}

TEST_CASE("Damaged pictures are refused, wherever they are cut") {
    Pictures pictures;
    const auto jpeg = bytes_of(pictures.make("good.jpg", "testsrc2=s=1400x1400"));
    const auto png = bytes_of(pictures.make("good.png", "testsrc2=s=1400x1400"));
    for (const auto* whole : {&jpeg, &png}) {
        for (const std::size_t length : {std::size_t{12}, std::size_t{20}, std::size_t{300}, whole->size() / 2, whole->size() - 13}) {
            INFO("cut to " << length << " of " << whole->size());
            CHECK(refusal(pictures.write("cut", whole->substr(0, length))).code == model::Errc::unprocessable);
        }
    }
    // The head tells 1400, the picture inside is another: the decoder must not follow.
    auto liar = png;
    liar.replace(16, 8, std::string("\0\0\x10\0\0\0\x10\0", 8));
    CHECK(refusal(pictures.write("liar.png", liar)).message.find("damaged") != std::string::npos);
}
