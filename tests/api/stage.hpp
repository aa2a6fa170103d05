#pragma once
// A whole server on a temporary folder: every room real, listening on a free port, with one token a role. Its clock can be moved.

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "server/api/context.hpp"
#include "server/http/router.hpp"
#include "server/http/server.hpp"
#include "tests/api/client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

class Stage {
public:
    // `data`: where it keeps its things; empty: a folder of its own.
    explicit Stage(config::Settings settings = roomy_settings(), std::filesystem::path data = {});
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    static config::Settings roomy_settings();  // the default ones without disk reserve

    [[nodiscard]] api::Context& context();
    [[nodiscard]] const std::filesystem::path& folder() const { return data_; }
    [[nodiscard]] const std::filesystem::path& runtime() const { return runtime_.path(); }
    [[nodiscard]] std::vector<http::Route> routes();
    [[nodiscard]] std::vector<http::Route> api_routes();
    [[nodiscard]] std::string token(std::string_view role) const { return tokens_.at(std::string(role)); }

    // One request on a connection of its own. `role`: "admin", "producer", "analyst", "none" or "unknown".
    Answered ask(std::string_view role, std::string_view method, std::string_view path, std::string_view body = {},
                 const Fields& fields = {});
    // As ask(), below /api/v1, with the path alone.
    Answered api(std::string_view role, std::string_view method, std::string_view path, std::string_view body = {},
                 const Fields& fields = {});
    [[nodiscard]] std::uint16_t port() const;

    model::Show make_show(std::string slug = "night-watch");
    model::Episode make_episode(const model::Show& show, std::string title = "Multiple Bombings");
    // A complete upload of these bytes, owned by the producer.
    model::UploadId upload(std::string_view bytes);
    // Runs jobs until this one ended.
    model::Job finish(const model::JobId& job);

    std::atomic<std::int64_t> clock_offset_ms{0};

private:
    struct Rooms;
    TemporaryFolder folder_, runtime_{"/dev/shm"};
    std::filesystem::path data_;
    std::map<std::string, std::string> tokens_;
    std::unique_ptr<Rooms> rooms_;
};

// Real audio: a tone of so many seconds, 24-bit stereo WAV.
[[nodiscard]] std::string tone_wav(int seconds);
// What the ffmpeg program makes of these arguments, in the format of that file name.
[[nodiscard]] std::string made_by_ffmpeg(const std::string& arguments, const std::string& name);
// A square picture.
[[nodiscard]] std::string picture_png(int pixels);

}  // namespace earshot::tests
