#pragma once
// A file on its way up through tus 1.0: in pieces, going on where it was after a broken connection or a server restart.

#include <filesystem>
#include <string>
#include <string_view>

#include "server/commands/api_client.hpp"

namespace earshot::commands {

// What was made on the server on the way: taken away again at the end, whatever went wrong, unless it is kept. Then the same command can
// simply be repeated.
class MadeOnServer {
public:
    // `what`: "draft", for the sentence when it could not be removed. `path`: as ApiClient::send() takes it.
    MadeOnServer(ApiClient& client, std::string_view what, std::string path);
    ~MadeOnServer();
    MadeOnServer(const MadeOnServer&) = delete;
    MadeOnServer& operator=(const MadeOnServer&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    void keep() noexcept { kept_ = true; }

private:
    void remove() const noexcept;
    ApiClient& client_;
    std::string what_, path_;
    bool kept_{false};
};

class Upload {
public:
    // Sends it all, with a progress bar. The file's SHA-256 goes along and is checked at the end. Throws ApiRefusal with a sentence.
    Upload(ApiClient& client, const std::filesystem::path& file);

    [[nodiscard]] std::string id() const;
    void keep() noexcept { made_.keep(); }

private:
    MadeOnServer made_;
};

}  // namespace earshot::commands
