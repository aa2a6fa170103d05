#pragma once
// Earshot's own API as a client sees it, over libcurl: for the commands that work through a running server.

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/commands/interruption.hpp"

namespace earshot::commands {

struct ApiAnswer {
    int status{};                               // 0: no answer came (see `trouble`)
    std::map<std::string, std::string> fields;  // names in lower case
    std::string body;
    std::string trouble;  // why no answer came: a sentence
    [[nodiscard]] bool good() const noexcept { return status >= 200 && status < 300; }
    [[nodiscard]] std::string field(const std::string& name) const;
};

// What the server (or the way to it) objected to: one sentence for a person.
struct ApiRefusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Keeps one connection open. Not thread-safe.
class ApiClient {
public:
    // `interruption`: ends what is under way, a request or a pause, with an ApiRefusal; what is asked for after it goes on.
    ApiClient(std::string server, std::string token, Interruption* interruption = nullptr);
    ~ApiClient();
    ApiClient(const ApiClient&) = delete;
    ApiClient& operator=(const ApiClient&) = delete;

    using Fields = std::vector<std::pair<std::string, std::string>>;
    // One try. `path` is below the server's address ("/api/v1/…") or a whole address.
    [[nodiscard]] ApiAnswer send(std::string_view method, std::string_view path, std::string_view body = {}, const Fields& fields = {});
    // Repeats while no answer comes or the server says it is busy, for about half a minute. Only for requests that may arrive twice.
    [[nodiscard]] ApiAnswer persist(std::string_view method, std::string_view path, std::string_view body = {}, const Fields& fields = {});
    // The same; throws ApiRefusal with the server's sentence for anything but 2xx.
    ApiAnswer insist(std::string_view method, std::string_view path, std::string_view body = {}, const Fields& fields = {});
    // One try; throws like insist().
    ApiAnswer expect(std::string_view method, std::string_view path, std::string_view body = {}, const Fields& fields = {});
    void pause(std::chrono::milliseconds time);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The sentence in an answer that is not 2xx.
[[nodiscard]] std::string refusal_sentence(const ApiAnswer& answer);

// Says on stderr where a token is looked for. `whose`: "A producer's". The exit status of a command that was not asked rightly: 2.
[[nodiscard]] int needs_token(std::string_view whose);

// 0.25, 0.5, 1, 2, 4, 4, … seconds.
[[nodiscard]] std::chrono::milliseconds pause_before_retry(int retry);

}  // namespace earshot::commands
