#pragma once
// All that lists say about a request's address, agent and referrer. What is stored of it are names from lists, never the listener's own
// text.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "content/model/delivery.hpp"
#include "content/model/error.hpp"
#include "server/analytics/address_blocks.hpp"
#include "server/analytics/classify.hpp"
#include "server/analytics/countries.hpp"
#include "server/analytics/shared_addresses.hpp"

namespace earshot::analytics {

constexpr std::string_view unknown_country = "unknown";
constexpr std::string_view no_site = "none";  // not in a browser, or the browser does not say
constexpr std::string_view own_site = "own site";
constexpr std::string_view other_site = "other";  // on no list

struct Recognised {
    const Agent& agent;
    bool data_centre{};  // the address belongs to one
    bool shared{};       // by very many people, known to be so
    std::string country{unknown_country};
    std::string site{no_site};  // where a browser plays it
};

// Files that an operator puts in the place of the built-in lists; empty: the built-in one, and no countries.
struct ListFiles {
    std::filesystem::path agents, data_centres, countries, shared_addresses;
    std::string public_url;  // our own pages
    // Downloads of an episode a day that one address may have before more of them are not believed; 0: any number.
    std::uint32_t most_per_address{500};
};

class Recognition {
public:
    // Errors: invalid_input with a sentence naming the file.
    static model::Result<Recognition> load(const ListFiles& files);
    [[nodiscard]] Recognition with(SharedAddresses shared_addresses) const;  // in the place of its own; all else is shared with this one
    // Pure, thread-safe. `agent`, which must outlive the result, is what the classifier says of the delivery's; `address` its address.
    [[nodiscard]] Recognised of(const model::Delivery& delivery, const Agent& agent, const std::optional<IpAddress>& address) const;
    [[nodiscard]] const Classifier& classifier() const noexcept { return lists_->classifier; }
    [[nodiscard]] const SharedAddresses& shared_addresses() const noexcept { return shared_addresses_; }
    [[nodiscard]] std::uint32_t most_per_address() const noexcept { return most_per_address_; }

private:
    struct Lists {
        Classifier classifier;
        AddressBlocks data_centres;
        Countries countries;
    };
    explicit Recognition(Lists read) : lists_(std::make_shared<const Lists>(std::move(read))) {}
    [[nodiscard]] std::string site_of(const Agent& agent, const std::string& referrer) const;
    std::shared_ptr<const Lists> lists_;
    SharedAddresses shared_addresses_;
    std::string own_host_;
    std::uint32_t most_per_address_{};
};

// "pod.example.org" of "https://pod.example.org:8443/x"; "" when there is none.
[[nodiscard]] std::string_view host_of(std::string_view url);

}  // namespace earshot::analytics
