#pragma once
// All that lists say about a request's address, agent and referrer. What is stored of it are names from lists, never the listener's own
// text.

#include <filesystem>
#include <string>

#include "content/model/delivery.hpp"
#include "content/model/error.hpp"
#include "server/analytics/address_blocks.hpp"
#include "server/analytics/classify.hpp"
#include "server/analytics/countries.hpp"

namespace earshot::analytics {

constexpr std::string_view unknown_country = "unknown";
constexpr std::string_view no_site = "none";  // not in a browser, or the browser does not say
constexpr std::string_view own_site = "own site";
constexpr std::string_view other_site = "other";  // on no list

struct Recognised {
    Agent agent;
    bool data_centre{};  // the address belongs to one
    std::string country{unknown_country};
    std::string site{no_site};  // where a browser plays it
};

// Files that an operator puts in the place of the built-in lists; empty: the built-in one, and no countries.
struct ListFiles {
    std::filesystem::path agents, data_centres, countries;
    std::string public_url;  // our own pages
};

class Recognition {
public:
    // Errors: invalid_input with a sentence naming the file.
    static model::Result<Recognition> load(const ListFiles& files);
    [[nodiscard]] Recognised of(const model::Delivery& delivery) const;  // pure, thread-safe
    [[nodiscard]] const Classifier& classifier() const noexcept { return classifier_; }

private:
    Recognition(Classifier classifier, AddressBlocks data_centres, Countries countries, std::string own_host);
    [[nodiscard]] std::string site_of(const Agent& agent, const std::string& referrer) const;
    Classifier classifier_;
    AddressBlocks data_centres_;
    Countries countries_;
    std::string own_host_;
};

// "pod.example.org" of "https://pod.example.org:8443/x"; "" when there is none.
[[nodiscard]] std::string_view host_of(std::string_view url);

}  // namespace earshot::analytics
