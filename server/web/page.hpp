#pragma once
// The frame every page shares: head, header, the band that says what to do, notice, footer (templates/layout.html), around a template of
// its own.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/account.hpp"
#include "content/model/show.hpp"
#include "content/storage/public_view.hpp"
#include "server/http/message.hpp"
#include "server/web/context.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

struct Link {
    std::string label, href;
    bool current{};
};

// What a page says of itself to search engines and to those who share it.
struct Sharing {
    std::string title, type{"website"};
    const model::Artwork* artwork{};  // may be null
    std::string audio_url, audio_type;
    std::string json_ld;
};

struct Page {
    std::string title;        // of the window; the brand is added
    std::string description;  // one sentence for search results; may be empty
    std::string language{"en-GB"};
    std::string path;  // canonical, from the root; empty: none
    std::string body_class;
    std::vector<std::string> scripts, styles;  // asset names beside the house's own
    std::optional<Sharing> sharing;
    const model::Show* show{};  // whose brand, band, notice and feed the page carries
    bool neutral{};             // no show's, also where there is only one
    std::string episode;        // slug, on an episode's page
    std::string main;           // template of the page's own part
    Values values;              // for that template
};

// A page for everybody. Without page.show it is the only launched show's; where there are several, or it is neutral, the brand and the band
// are what all launched shows have in common: their author, what listeners can do.
[[nodiscard]] std::string render_public(const Context& context, const storage::PublicSnapshot& snapshot, Page page);

// A page for staff: navigation by role, sign-out, never indexed. For the studio too.
[[nodiscard]] std::string render_staff(const Context& context, const model::Identity& identity, std::string_view current_path, Page page);

// A staff page as a reply: no-store comes from the route; the referrer stays on this site, so that browsers send Origin with forms.
[[nodiscard]] http::Reply staff_reply(int status, std::string html);

// An error in the look of the site, with the way back. Below a show's address it carries that show's brand, or, where the public knows of
// no such show, none's.
[[nodiscard]] http::Reply error_page(const Context& context, const http::Request& request, int status, std::string_view heading,
                                     std::string_view text);
[[nodiscard]] http::Reply not_found_page(const Context& context, const http::Request& request);
[[nodiscard]] http::Reply gone_page(const Context& context, const http::Request& request);

// The shows that have something to hear, by title: a show that is still being prepared has an address, but no page speaks of it.
[[nodiscard]] std::vector<const storage::PublicShow*> launched_shows(const storage::PublicSnapshot& snapshot);

// "en-GB" for English shows as they say, "en" for pages of shows in another language: our own words are English.
[[nodiscard]] std::string page_language(const model::Show& show);

struct CoverLook {
    std::string_view sizes;  // of <img>
    bool decorative{};       // no alt text, because the title stands beside it
    bool lazy{};
    std::string folder{"/images/"};   // whose pictures these are
    std::uint32_t most_pixels{1400};  // larger is for print: never needed on a screen
};
// Fills {{>COVER}} (templates/cover.html).
void put_cover(Values& values, const model::Artwork* artwork, const CoverLook& look);

}  // namespace earshot::web
