#include "server/analytics/agent_memo.hpp"

#include <sodium.h>

#include <stdexcept>

namespace earshot::analytics {

AgentMemo::AgentMemo() {
    if (::sodium_init() < 0) throw std::runtime_error("The cryptography library libsodium could not be started.");
    ::randombytes_buf(key_.data(), key_.size());
}

const Agent& AgentMemo::of(std::string_view user_agent, const Classifier& classifier) {
    if (known_.empty()) known_.resize(size);
    std::array<std::uint64_t, 2> hash{};
    static_assert(sizeof hash == crypto_shorthash_siphashx24_BYTES);
    ::crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()), reinterpret_cast<const unsigned char*>(user_agent.data()),
                                  user_agent.size(), key_.data());
    hash[0] |= 1;  // never that of an empty place
    auto& known = known_[hash[1] & (size - 1)];
    if (known.hash != hash) {
        known.agent = classifier.classify(user_agent);
        if (!known.agent.listed) known.agent.name.clear();
        known.hash = hash;
    }
    return known.agent;
}

}  // namespace earshot::analytics
