#include "server/commands/api_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <thread>

namespace earshot::commands {

namespace {

constexpr int most_retries = 9;
constexpr const char* interrupted = "Interrupted.";

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* into) {
    static_cast<ApiAnswer*>(into)->body.append(data, size * count);
    return size * count;
}

std::size_t take_field(char* data, std::size_t size, std::size_t count, void* into) {
    const std::string_view line(data, size * count);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string_view value = line.substr(colon + 1);
    const auto first = value.find_first_not_of(" \t");
    const auto last = value.find_last_not_of(" \t\r\n");
    static_cast<ApiAnswer*>(into)->fields[name] = first == std::string_view::npos ? "" : value.substr(first, last - first + 1);
    return line.size();
}

bool worth_repeating(const ApiAnswer& answer) {
    return answer.status == 0 || answer.status == 429 || answer.status == 502 || answer.status == 503 || answer.status == 504;
}

}  // namespace

struct ApiClient::State {
    std::string server, token;
    Interruption* interruption{};
    CURL* curl{};

    // As libcurl asks it: at least once a second, and with every piece.
    static int is_interrupted(void* state, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        auto* const interruption = static_cast<State*>(state)->interruption;
        return interruption != nullptr && interruption->comes_within(std::chrono::milliseconds(0)) ? 1 : 0;
    }
};

std::string ApiAnswer::field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

ApiClient::ApiClient(std::string server, std::string token, Interruption* interruption) : state_(std::make_unique<State>()) {
    while (server.ends_with('/')) server.pop_back();
    state_->server = std::move(server);
    state_->token = std::move(token);
    state_->interruption = interruption;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    state_->curl = curl_easy_init();
    if (state_->curl == nullptr) throw std::runtime_error("libcurl could not be started.");
}

ApiClient::~ApiClient() {
    curl_easy_cleanup(state_->curl);
    curl_global_cleanup();
}

ApiAnswer ApiClient::send(std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    CURL* curl = state_->curl;
    curl_easy_reset(curl);  // connections stay open
    ApiAnswer answer;
    const std::string url = path.starts_with('/') ? state_->server + std::string(path) : std::string(path);
    const std::string verb(method);
    curl_slist* lines = curl_slist_append(nullptr, ("Authorization: Bearer " + state_->token).c_str());
    lines = curl_slist_append(lines, "Expect:");
    bool typed = false;
    for (const auto& [name, value] : fields) {
        typed = typed || name == "Content-Type";
        lines = curl_slist_append(lines, (name + ": " + value).c_str());
    }
    if (!typed && !body.empty()) lines = curl_slist_append(lines, "Content-Type: application/json");
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 120L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_field);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &State::is_interrupted);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, state_.get());
    if (method == "HEAD") {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else {
        if (method != "GET") {
            curl_easy_setopt(curl, CURLOPT_POST, 1L);
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        }
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, verb.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(lines);
    if (code == CURLE_ABORTED_BY_CALLBACK) throw ApiRefusal(interrupted);
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        answer.status = static_cast<int>(status);
    } else {
        answer = {};
        answer.trouble =
            fmt::format("The server at {} could not be reached: {}.", state_->server, *reason != '\0' ? reason : curl_easy_strerror(code));
    }
    return answer;
}

std::string refusal_sentence(const ApiAnswer& answer) {
    if (answer.status == 0) return answer.trouble;
    boost::system::error_code error;
    const auto document = boost::json::parse(answer.body, error);
    if (!error && document.is_object())
        if (const auto* detail = document.get_object().if_contains("detail"); detail != nullptr && detail->is_string())
            return std::string(detail->get_string());
    return fmt::format("The server answered with status {}.", answer.status);
}

int needs_token(std::string_view whose) {
    fmt::print(stderr, "{} token is needed: --token-file F, or EARSHOT_TOKEN in the environment (earshot token create).\n", whose);
    return 2;
}

std::chrono::milliseconds pause_before_retry(int retry) {
    return std::chrono::milliseconds(250 << std::min(retry, 4));
}

void ApiClient::pause(std::chrono::milliseconds time) {
    if (state_->interruption == nullptr) return std::this_thread::sleep_for(time);
    if (state_->interruption->comes_within(time)) throw ApiRefusal(interrupted);
}

ApiAnswer ApiClient::persist(std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    for (int retry = 0;; ++retry) {
        ApiAnswer answer = send(method, path, body, fields);
        if (answer.good() || retry == most_retries || !worth_repeating(answer)) return answer;
        pause(pause_before_retry(retry));
    }
}

ApiAnswer ApiClient::insist(std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    ApiAnswer answer = persist(method, path, body, fields);
    if (!answer.good()) throw ApiRefusal(refusal_sentence(answer));
    return answer;
}

ApiAnswer ApiClient::expect(std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    ApiAnswer answer = send(method, path, body, fields);
    if (!answer.good()) throw ApiRefusal(refusal_sentence(answer));
    return answer;
}

}  // namespace earshot::commands
