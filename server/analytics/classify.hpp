#pragma once
// What kind of program asks, from its User-Agent: rules in the OPAWG schema through RE2::Set.

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
    std::string name;  // "Overcast"; "" when unknown
};

class Classifier {
public:
    static model::Result<Classifier> built_in();
    static model::Result<Classifier> from_file(const std::filesystem::path& rules_json);
    // Pure, thread-safe. An empty agent is a bot; an unknown one with bot, crawler or spider in it too; Apple Watch twins are bots (not counted).
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
