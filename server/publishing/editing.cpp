#include "server/publishing/editing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "content/model/text.hpp"
#include "content/model/topic.hpp"
#include "content/storage/time_zone.hpp"
#include "server/publishing/categories.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;
using model::Status;

constexpr std::size_t line_limit = 255;          // code points; directories cut or refuse more
constexpr std::size_t description_limit = 4000;  // bytes; Apple's limit
constexpr std::size_t notes_limit = 20'000;      // bytes
constexpr std::size_t people_limit = 50, actions_limit = 20;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Status tidy_line(std::string& text, std::string_view field, std::size_t limit = line_limit) {
    text = model::clean_line(text);
    const std::size_t length = model::utf8_length(text);
    if (length <= limit) return {};
    return fail(Errc::invalid_input, fmt::format("{} may have at most {} characters; this one has {}.", field, limit, length));
}

Status tidy_required_line(std::string& text, std::string_view field) {
    if (auto status = tidy_line(text, field); !status) return status;
    if (!text.empty()) return {};
    return fail(Errc::invalid_input, fmt::format("{} must not be empty.", field));
}

// Line ends become LF, ends are trimmed.
Status tidy_paragraphs(std::string& text, std::string_view field, std::size_t limit) {
    std::string cleaned = model::clean_text(text);
    text.clear();
    for (std::size_t i = 0; i < cleaned.size(); ++i) {
        if (cleaned[i] == '\r') {
            if (i + 1 < cleaned.size() && cleaned[i + 1] == '\n') continue;
            text += '\n';
        } else {
            text += cleaned[i];
        }
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
    text.erase(0, std::min(text.find_first_not_of("\n"), text.size()));
    if (text.size() <= limit) return {};
    return fail(Errc::invalid_input, fmt::format("{} may have at most {} bytes; this one has {}.", field, limit, text.size()));
}

bool is_plain_address(std::string_view text) {
    return text.size() <= 2000 && std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
           });
}

bool is_https(std::string_view href) {
    constexpr std::string_view scheme = "https://";
    if (!href.starts_with(scheme) || !is_plain_address(href)) return false;
    const std::string_view rest = href.substr(scheme.size());
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    return !host.empty() && host.find('@') == std::string_view::npos && host.front() != '.' && host.front() != ':';
}

bool is_mail(std::string_view address) {
    const auto at = address.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < address.size() && address.find('@', at + 1) == std::string_view::npos &&
           is_plain_address(address) && address.substr(at + 1).find('.') != std::string_view::npos;
}

bool is_telephone(std::string_view number) {
    const auto digits = std::ranges::count_if(number, is_digit);
    return digits >= 3 && digits <= 20 && std::ranges::all_of(number, [&](const char& c) {
               return is_digit(c) || c == '-' || c == '.' || c == '(' || c == ')' || (c == '+' && &c == number.data());
           });
}

Status tidy_web_address(std::string& href, std::string_view field) {
    href = model::clean_line(href);
    if (href.empty() || is_https(href)) return {};
    return fail(Errc::invalid_input, fmt::format("{} must be a web address that begins with https://.", field));
}

Status tidy_action(model::CallToAction& action, std::size_t number) {
    const std::string which = fmt::format("Action {}", number);
    if (auto s = tidy_required_line(action.label, which + ": the label"); !s) return s;
    if (auto s = tidy_line(action.detail, which + ": the detail"); !s) return s;
    std::string& href = action.href = model::clean_line(action.href);
    if (href.starts_with("tel:")) {
        if (is_telephone(std::string_view(href).substr(4))) return {};
        return fail(Errc::invalid_input, which + ": a telephone address is tel: and digits, for example tel:0800789321.");
    }
    if (href.starts_with("mailto:")) {
        if (is_mail(std::string_view(href).substr(7))) return {};
        return fail(Errc::invalid_input, which + ": a mail address looks like mailto:name@example.org.");
    }
    if (is_https(href)) return {};
    return fail(Errc::invalid_input, which + ": the address must begin with https://, tel: or mailto:.");
}

Status tidy_people(std::vector<model::Person>& people) {
    static constexpr std::array<std::string_view, 10> groups{
        "creative direction", "cast",  "writing",         "audio production", "audio post-production", "administration", "visuals",
        "community",          "misc.", "video production"};
    if (people.size() > people_limit) return fail(Errc::invalid_input, fmt::format("There may be at most {} people.", people_limit));
    for (std::size_t i = 0; i < people.size(); ++i) {
        model::Person& person = people[i];
        const std::string which = fmt::format("Person {}", i + 1);
        if (auto s = tidy_required_line(person.name, which + ": the name"); !s) return s;
        if (auto s = tidy_line(person.role, which + ": the role", 64); !s) return s;
        if (auto s = tidy_line(person.group, which + ": the group", 64); !s) return s;
        if (auto s = tidy_web_address(person.href, which + ": the address"); !s) return s;
        for (std::string* text : {&person.role, &person.group})
            for (char& c : *text) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
        if (person.role.empty()) person.role = "host";
        if (person.group.empty()) person.group = "cast";
        if (std::ranges::find(groups, person.group) == groups.end())
            return fail(Errc::invalid_input,
                        fmt::format("{}: \"{}\" is not a group; use one of: {}.", which, person.group, fmt::join(groups, ", ")));
    }
    return {};
}

Status check_category(const model::Show& show) {
    if (show.category.empty()) return fail(Errc::invalid_input, "The category must not be empty: choose the one that fits best.");
    const Category* category = find_category(show.category);
    if (category == nullptr) {
        std::vector<std::string_view> names;
        for (const Category& known : categories()) names.push_back(known.name);
        return fail(Errc::invalid_input, fmt::format("\"{}\" is not a category; use one of: {}.", model::truncate_utf8(show.category, 60),
                                                     fmt::join(names, ", ")));
    }
    if (show.subcategory.empty() || std::ranges::find(category->below, show.subcategory) != category->below.end()) return {};
    return fail(Errc::invalid_input,
                category->below.empty()
                    ? fmt::format("The category \"{}\" has no subcategories; leave the subcategory empty.", category->name)
                    : fmt::format("\"{}\" is not a subcategory of \"{}\"; use one of: {}.", model::truncate_utf8(show.subcategory, 60),
                                  category->name, fmt::join(category->below, ", ")));
}

Status check_slug(const std::string& slug) {
    if (slug.empty() || model::is_slug(slug)) return {};
    return fail(Errc::invalid_input, "The address may have lower-case letters, digits and single hyphens, at most 64 of them.");
}

Status check_number(const std::optional<std::uint32_t>& number, std::string_view field) {
    if (!number || (*number >= 1 && *number <= 100'000)) return {};
    return fail(Errc::invalid_input, fmt::format("{} must be a number from 1 to 100000.", field));
}

}  // namespace

Status tidy(model::Show& show) {
    if (auto s = tidy_required_line(show.title, "The title"); !s) return s;
    if (auto s = check_slug(show.slug); !s) return s;
    if (auto s = tidy_paragraphs(show.description, "The description", description_limit); !s) return s;
    if (show.description.empty())
        return fail(Errc::invalid_input, "The description must not be empty: say in a sentence or two what the show is about.");
    if (auto s = tidy_line(show.notice, "The notice", 1000); !s) return s;
    if (auto s = tidy_line(show.author, "The author"); !s) return s;
    if (auto s = tidy_line(show.owner_name, "The owner's name"); !s) return s;
    if (auto s = tidy_line(show.owner_email, "The owner's e-mail address"); !s) return s;
    if (!show.owner_email.empty() && !is_mail(show.owner_email))
        return fail(Errc::invalid_input, "The owner's e-mail address must look like name@example.org.");
    if (auto s = tidy_line(show.copyright, "The copyright line"); !s) return s;
    if (auto s = tidy_web_address(show.website, "The website"); !s) return s;
    auto language = tidy_language(show.language);
    if (!language) return std::unexpected(std::move(language.error()));
    show.language = std::move(*language);
    show.category = model::clean_line(show.category);
    show.subcategory = model::clean_line(show.subcategory);
    if (auto s = check_category(show); !s) return s;
    if (auto s = tidy_people(show.people); !s) return s;
    if (show.actions.size() > actions_limit)
        return fail(Errc::invalid_input, fmt::format("There may be at most {} actions.", actions_limit));
    for (std::size_t i = 0; i < show.actions.size(); ++i)
        if (auto s = tidy_action(show.actions[i], i + 1); !s) return s;
    show.time_zone = model::clean_line(show.time_zone);
    if (auto zone = storage::TimeZone::find(show.time_zone); !zone) return std::unexpected(std::move(zone.error()));
    if (auto s = tidy_paragraphs(show.topics, "The topics", description_limit); !s) return s;
    if (auto topics = model::parse_topics(show.topics); !topics) return std::unexpected(std::move(topics.error()));
    return {};
}

Status tidy(model::Episode& episode) {
    if (auto s = tidy_required_line(episode.title, "The title"); !s) return s;
    if (auto s = check_slug(episode.slug); !s) return s;
    if (auto s = tidy_paragraphs(episode.summary, "The summary", description_limit); !s) return s;
    if (auto s = tidy_paragraphs(episode.notes, "The notes", notes_limit); !s) return s;
    if (auto s = check_number(episode.season, "The season"); !s) return s;
    if (auto s = check_number(episode.number, "The episode number"); !s) return s;
    return tidy_people(episode.people);
}

model::Result<std::string> tidy_alt(std::string_view text) {
    std::string alt(text);
    if (auto s = tidy_line(alt, "The description of the picture", 1000); !s) return std::unexpected(std::move(s.error()));
    if (!alt.empty()) return alt;
    return fail(Errc::invalid_input, "Say in a few words what the picture shows, for people who do not see it.");
}

std::string tidy_file_name(std::string_view name) {
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
    std::string cleaned = model::clean_line(name);
    while (model::utf8_length(cleaned) > line_limit) cleaned = model::truncate_utf8(cleaned, cleaned.size() - 1);
    return cleaned.empty() ? "master" : cleaned;
}

model::Result<std::string> tidy_language(std::string_view tag) {
    static constexpr std::string_view known =
        " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff "
        "fi fj "
        "fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv "
        "kw ky "
        "la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn "
        "ro ru "
        "rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh "
        "yi yo "
        "za zh zu ";
    const auto refuse = [&] {
        return fail(Errc::invalid_input, fmt::format("\"{}\" is not a language tag; write it like \"en-GB\", \"cy\" or \"fr\".",
                                                     model::truncate_utf8(model::clean_line(tag), 60)));
    };
    const auto cased = [](std::string_view text, bool upper) {
        std::string out;
        for (const char c : text) out += static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
        return out;
    };
    if (tag.size() < 2 || tag.size() > 16 || !std::ranges::all_of(tag, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }))
        return refuse();
    std::vector<std::string_view> parts;
    for (std::string_view rest = tag;;) {
        const auto dash = rest.find('-');
        parts.push_back(rest.substr(0, dash));
        if (dash == std::string_view::npos) break;
        rest.remove_prefix(dash + 1);
    }
    const std::string language = cased(parts[0], false);
    if (language.size() != 2 || known.find(" " + language + " ") == std::string_view::npos) return refuse();
    std::string out = language;
    std::size_t next = 1;
    if (next < parts.size() && parts[next].size() == 4 && std::ranges::all_of(parts[next], is_letter)) {
        out += "-" + cased(parts[next].substr(0, 1), true) + cased(parts[next].substr(1), false);
        ++next;
    }
    if (next < parts.size()) {
        const auto& region = parts[next];
        const bool letters = region.size() == 2 && std::ranges::all_of(region, is_letter);
        const bool digits = region.size() == 3 && std::ranges::all_of(region, is_digit);
        if (!letters && !digits) return refuse();
        out += "-" + cased(region, true);
        ++next;
    }
    if (next != parts.size()) return refuse();
    return out;
}

}  // namespace earshot::publishing
