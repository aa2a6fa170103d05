#pragma once
// Sends the digests of the settings when they are due, in a thread of its own; nothing waits for it. What fails is tried again, with longer
// and longer pauses, until it is taken or the next period's is due; meanwhile the log and the readiness check say so. A digest that is new
// begins with the next period. When a server was not there, the newest one that it missed is sent, late.

#include <memory>
#include <string>
#include <vector>

#include "content/storage/digest_log.hpp"
#include "server/post.hpp"
#include "server/web/context.hpp"

namespace earshot::app {

class Digests {
public:
    Digests(web::Context& context, storage::DigestLog& log);
    ~Digests();    // stop()
    void start();  // nothing when the settings have no digest
    void stop();   // waits for what is being sent

    [[nodiscard]] std::string problem() const;  // a sentence about what could not be sent yet, "" when there is nothing

private:
    struct State;
    std::unique_ptr<State> state_;
};

// What the digest last due by now says, whether or not it was sent; not_found when there is no such show. Blocking.
[[nodiscard]] model::Result<Message> compose_digest(web::Context& context, const config::Settings::Digest& digest);

}  // namespace earshot::app
