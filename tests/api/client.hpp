#pragma once
// An HTTP/1.1 client of raw bytes: what is sent is exactly what the test says.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::tests {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Answered {
    int status{};
    Fields fields;  // names in lower case
    std::string body;
    [[nodiscard]] std::string field(std::string_view name) const;  // "" when absent
    [[nodiscard]] bool has(std::string_view name) const;
    // A member of a JSON body by its path: "master.sha256", "episodes.0.id". Text comes bare, everything else as JSON; "" when absent.
    [[nodiscard]] std::string at(std::string_view path) const;
};

// Sends these bytes and reads until the server closes.
[[nodiscard]] std::string exchange(std::uint16_t port, std::string_view bytes, std::chrono::seconds patience = std::chrono::seconds(30));
// Sends these bytes, waits until they are taken, and resets the connection.
void send_and_break_off(std::uint16_t port, std::string_view bytes);

[[nodiscard]] Answered request(std::uint16_t port, std::string_view method, std::string_view path, std::string_view body,
                               const Fields& fields);
[[nodiscard]] Answered parse_answer(std::string_view bytes, bool head);

}  // namespace earshot::tests
