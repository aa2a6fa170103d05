#pragma once
// What kind of program asks, from its User-Agent: rules in the OPAWG schema through RE2::Set, then general rules.

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
    std::string name;  // "Overcast"; an unlisted agent's own product token; "" when it has none
    bool listed{};     // the name comes from a rule. Only such names may be stored: a token is the listener's own text
    bool automated{};  // nobody listens: a bot, or a library of the category "bot"
    bool operator==(const Agent&) const = default;
};

class Classifier {
public:
    static model::Result<Classifier> built_in();
    // One JSON object with any of "bots", "apps", "libraries", "browsers", each an OPAWG file ({"entries":[…]}) or its entries;
    // a list that is missing is the built-in one. Errors: invalid_input naming the file and the entry.
    static model::Result<Classifier> from_file(const std::filesystem::path& rules_json);
    // Pure, thread-safe. The first matching rule wins: bots, apps, libraries, browsers. An empty or malformed agent is a bot; an unknown
    // one with bot, crawler or spider in it or a contact address ("+http") too; Apple Watch twins are bots (not counted).
    [[nodiscard]] Agent classify(std::string_view user_agent) const;
    Classifier(Classifier&&) noexcept;
    Classifier& operator=(Classifier&&) noexcept;
    ~Classifier();

private:
    struct Rules;
    explicit Classifier(std::unique_ptr<Rules> rules);
    std::unique_ptr<Rules> rules_;
};

}  // namespace earshot::analytics
