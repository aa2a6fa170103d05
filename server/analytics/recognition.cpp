#include "server/analytics/recognition.hpp"

#include <utility>

namespace earshot::analytics {

model::Result<Recognition> Recognition::load(const ListFiles& files) {
    auto classifier = files.agents.empty() ? Classifier::built_in() : Classifier::from(files.agents);
    if (!classifier) return std::unexpected(classifier.error());
    auto data_centres = files.data_centres.empty() ? AddressBlocks::built_in_data_centres() : AddressBlocks::from_file(files.data_centres);
    if (!data_centres) return std::unexpected(data_centres.error());
    auto countries = files.countries.empty() ? Countries() : Countries::from_file(files.countries);
    if (!countries) return std::unexpected(countries.error());
    auto shared = files.shared_addresses.empty() ? SharedAddresses() : SharedAddresses::from_file(files.shared_addresses);
    if (!shared) return std::unexpected(shared.error());
    Recognition result({std::move(*classifier), std::move(*data_centres), std::move(*countries)});
    result.shared_addresses_ = std::move(*shared);
    result.own_host_ = host_of(files.public_url);
    result.most_per_address_ = files.most_per_address;
    return result;
}

Recognition Recognition::with(SharedAddresses shared_addresses) const {
    auto result = *this;
    result.shared_addresses_ = std::move(shared_addresses);
    return result;
}

std::string_view host_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    url.remove_prefix(scheme + 3);
    return url.substr(0, url.find_first_of("/:?#"));
}

std::string Recognition::site_of(const Agent& agent, const std::string& referrer) const {
    if (agent.kind != AgentKind::browser || referrer.empty()) return std::string(no_site);
    if (!own_host_.empty() && host_of(referrer) == own_host_) return std::string(own_site);
    auto name = lists_->classifier.site(referrer);
    return name.empty() ? std::string(other_site) : name;
}

Recognised Recognition::of(const model::Delivery& delivery, const Agent& agent, const std::optional<IpAddress>& address) const {
    Recognised result{.agent = agent};
    if (result.agent.automated) return result;
    result.site = site_of(result.agent, delivery.referrer);
    if (address) {
        result.data_centre = lists_->data_centres.contains(*address);
        result.country = lists_->countries.of(*address);
        result.shared = shared_addresses_.contains(*address, day_of(delivery.time));
    }
    return result;
}

}  // namespace earshot::analytics
