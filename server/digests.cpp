#include "server/digests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"
#include "server/digest_schedule.hpp"
#include "server/log.hpp"
#include "server/web/statistics_query.hpp"

namespace earshot::app {

namespace {

using config::Settings;
using storage::DigestEntry;

constexpr std::chrono::seconds look_every{5};
constexpr std::chrono::seconds first_pause{5}, longest_pause{3600};
constexpr std::size_t longest_problem = 300, fingerprint_length = 16;

std::chrono::seconds pause_after(int attempts) {
    return std::min(longest_pause, first_pause * (1 << std::clamp(attempts - 1, 0, 12)));
}

struct Receiver {
    std::string channel;  // as in the log of digests
    std::string address;  // e-mail; "": the webhook
};

std::vector<Receiver> receivers_of(const Settings::Digest& digest) {
    std::vector<Receiver> result;
    for (const auto& address : digest.email)
        result.push_back({"e-mail " + storage::sha256_hex(address).substr(0, fingerprint_length), address});
    if (!digest.webhook.empty()) result.push_back({"webhook", ""});
    return result;
}

// The show's clock; of all shows UTC, unless they have one.
storage::TimeZone zone_of(web::Context& context, const Settings::Digest& digest) {
    return web::zone_of(context.catalogue.list_shows(), digest.show);
}

}  // namespace

model::Result<Message> compose_digest(web::Context& context, const Settings::Digest& digest) {
    const auto period = last_due(digest, zone_of(context, digest), context.clock()).period;
    auto selection = web::select_for_letter(context, digest.show, period);
    if (!selection) return std::unexpected(selection.error());
    auto letter = web::statistics_letter(context, std::move(*selection));
    return Message{.id = fmt::format("{}-{}", digest.name, period.last_day),
                   .subject = std::move(letter.subject),
                   .text = std::move(letter.text),
                   .first_day = period.first_day,
                   .last_day = period.last_day};
}

struct Digests::State {
    web::Context& context;
    storage::DigestLog& sent;
    std::mutex mutex;
    std::condition_variable_any ended;
    std::jthread thread;

    void round(const std::stop_token& stopping);
    void look_at(const Settings::Digest& digest, const Receiver& receiver, const std::string& due, const std::stop_token& stopping);
    [[nodiscard]] std::optional<DigestEntry> claim(const Settings::Digest& digest, const Receiver& receiver, const std::string& due);
    std::string attempt(const Settings::Digest& digest, const Receiver& receiver, const std::stop_token& stopping);
};

// The entry of an attempt that is this process's to make now.
std::optional<DigestEntry> Digests::State::claim(const Settings::Digest& digest, const Receiver& receiver, const std::string& due) {
    const auto now = sent.find(digest.name, receiver.channel);
    DigestEntry next{.name = digest.name, .channel = receiver.channel, .last_day = due, .tried_at = context.clock()};
    if (!now) {
        next.sent = true;  // it is new: what was due before is nothing to send
        static_cast<void>(sent.replace(now, next));
        return std::nullopt;
    }
    if (now->last_day > due) return std::nullopt;  // of a clock or a place that has changed
    if (now->last_day == due) {
        if (now->sent || next.tried_at < now->tried_at + pause_after(now->attempts)) return std::nullopt;
        next.attempts = now->attempts;
        next.problem = now->problem;
    }
    ++next.attempts;
    return sent.replace(now, next) ? std::optional(next) : std::nullopt;
}

std::string Digests::State::attempt(const Settings::Digest& digest, const Receiver& receiver, const std::stop_token& stopping) {
    try {
        auto message = compose_digest(context, digest);
        if (!message) return message.error().message;
        if (receiver.address.empty()) return send_webhook(digest, *message, context.clock(), stopping);
        message->id += '-' + receiver.channel.substr(receiver.channel.find(' ') + 1);
        return send_mail(context.settings.mail, receiver.address, *message, context.clock(), stopping);
    } catch (const std::exception& error) {
        return error.what();
    }
}

void Digests::State::look_at(const Settings::Digest& digest, const Receiver& receiver, const std::string& due,
                             const std::stop_token& stopping) {
    const auto claimed = claim(digest, receiver, due);
    if (!claimed) return;
    auto entry = *claimed;
    entry.problem = model::truncate_utf8(attempt(digest, receiver, stopping), longest_problem);
    entry.sent = entry.problem.empty();
    static_cast<void>(sent.replace(claimed, entry));
    if (entry.sent) context.audit.add("earshot", "digest.send", fmt::format("{} {} {}", digest.name, receiver.channel, due));
    log(entry.sent ? Level::info : Level::warn, "digest",
        {{"name", std::string_view(digest.name)},
         {"receiver", std::string_view(receiver.channel)},
         {"day", std::string_view(due)},
         {"attempts", static_cast<long long>(entry.attempts)},
         {"problem", std::string_view(entry.problem)}});
}

void Digests::State::round(const std::stop_token& stopping) {
    for (const auto& digest : context.settings.digests) {
        try {
            const auto due = last_due(digest, zone_of(context, digest), context.clock()).period.last_day;
            for (const auto& receiver : receivers_of(digest))
                if (!stopping.stop_requested()) look_at(digest, receiver, due, stopping);
        } catch (const std::exception& error) {  // the database; the next round tries again
            log(Level::warn, "digest", {{"name", std::string_view(digest.name)}, {"problem", std::string_view(error.what())}});
        }
    }
}

Digests::Digests(web::Context& context, storage::DigestLog& log) : state_(new State{.context = context, .sent = log}) {}
Digests::~Digests() {
    stop();
}

void Digests::start() {
    if (state_->context.settings.digests.empty()) return;
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stopping) {
        while (!stopping.stop_requested()) {
            state->round(stopping);
            std::unique_lock lock(state->mutex);
            static_cast<void>(state->ended.wait_for(lock, stopping, look_every, [] { return false; }));
        }
    });
}

void Digests::stop() {
    state_->thread = {};
}

std::string Digests::problem() const {
    std::string sentences;
    for (const auto& digest : state_->context.settings.digests) {
        for (const auto& receiver : receivers_of(digest)) {
            const auto entry = state_->sent.find(digest.name, receiver.channel);
            if (!entry || entry->sent || entry->problem.empty()) continue;
            sentences += fmt::format("{}Digest {} could not be sent ({}, {} attempts): {}", sentences.empty() ? "" : " ", digest.name,
                                     receiver.channel, entry->attempts, entry->problem);
        }
    }
    return sentences;
}

}  // namespace earshot::app
