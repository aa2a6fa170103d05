#pragma once
// What kind of program asks and on what device, from its User-Agent; which site embeds us, from a browser's Referer. Rules in the OPAWG
// schema through RE2::Set, then general rules.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::analytics {

enum class AgentKind { app, bot, library, browser, unknown };
[[nodiscard]] std::string_view to_string(AgentKind kind) noexcept;

struct Agent {
    AgentKind kind{AgentKind::unknown};
    std::string name;               // "Overcast"; an unlisted agent's own product token; "" when it has none
    bool listed{};                  // the name comes from a rule. Only such names may be stored: a token is the listener's own text
    bool automated{};               // nobody listens: a bot, or a library of the category "bot"
    std::string device{"unknown"};  // the category of a rule for devices: mobile, computer, smart_speaker, smart_tv, watch, auto
    bool operator==(const Agent&) const = default;
};

class Classifier {
public:
    static model::Result<Classifier> built_in();
    // One JSON object with any of "bots", "apps", "libraries", "browsers", "devices", "referrers", each an OPAWG file ({"entries":[…]}) or
    // its entries; or a folder with any of bots.json … referrers.json. A list that is missing is the built-in one. Errors: invalid_input
    // naming the file and the entry.
    static model::Result<Classifier> from(const std::filesystem::path& file_or_folder);
    // Pure, thread-safe. The first matching rule wins: bots, apps, libraries, browsers; also of what an agent's %XX stand for. No rule:
    // an empty or malformed agent is a bot, so is one that says so or gives a contact address; else its product token names an app.
    [[nodiscard]] Agent classify(std::string_view user_agent) const;
    // The name of the first rule for referrers that matches; "" when none does. Only such names may be stored.
    [[nodiscard]] std::string site(std::string_view referrer) const;
    Classifier(Classifier&&) noexcept;
    Classifier& operator=(Classifier&&) noexcept;
    ~Classifier();

private:
    struct Compiled;
    explicit Classifier(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace earshot::analytics
