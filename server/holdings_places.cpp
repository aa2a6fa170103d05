// Every file below the data and the runtime folder, and what is in memory alone.

#include "server/holdings.hpp"

namespace earshot::app {

namespace {

using enum About;

constexpr std::string_view the_day = "the UTC day and ten minutes, then overwritten and removed";
constexpr std::string_view while_running = "while the server runs";

constexpr Explanation of_catalogue{staff, "the catalogue, column by column above", "see there", "see there"};
constexpr Explanation of_statistics{everybody, "the sums, column by column above", "see there", "see there"};

constexpr FilesHeld files[] = {
    {"data", "catalogue.db", of_catalogue},
    {"data", "catalogue.db-*", of_catalogue},
    {"data", "statistics.db", of_statistics},
    {"data", "statistics.db-*", of_statistics},
    {"data",
     "media/##/##/#",
     {contributors, "masters, renditions and pictures by the hash of their bytes: voices, and what is public anyway", "to publish them",
      "as long as an episode speaks of them; the rest is removed within about a day"}},
    {"data",
     "media/tmp/*",
     {contributors, "a file that is being written", "to appear whole or not at all", "until it is whole, or the next start"}},
    {"data",
     "uploads/*",
     {contributors, "recordings on their way", "to go on with an upload that broke off", "7 days after the last byte"}},
    {"data", "work/*", {nobody, "pictures that are being worked on", "to make sizes of them", "an hour at most"}},
    {"data", "node", {nobody, "a random name of this installation", "to tell whose jobs are whose", "as long as the data folder"}},
    {"runtime",
     "day-*.key",
     {listeners, "the day's random 256-bit key, in memory (tmpfs)", "so that a restart on the same day counts nobody twice", the_day}},
    {"runtime",
     "day-*.journal",
     {listeners,
      "in memory (tmpfs): for each listener and episode of the day 96 bits of an HMAC under the day's key, which parts of the audio "
      "arrived, "
      "whether that was counted, where its address and the episode fall in the table of crowds (40 bits, by the same key), and which app, "
      "kind, device, country, site and rendition it was, as numbers that the journal spells out; no address, agent or referrer",
      "so that kill -9 loses and doubles nothing", the_day}},
    {"runtime",
     "day-*.shorter",
     {listeners, "that journal while it is written anew, shorter", "so that it does not grow without end", the_day}},
    {"runtime", "counting.lock", {nobody, "an empty file", "so that one process counts", "as long as the folder"}},
    {"runtime",
     "audit-*/*",
     {nobody, "documented cases while a self-audit replays them; invented, no listener is in them", "to audit the program that runs",
      "a second, or the next self-audit"}},
    {"runtime", "audit-*/run/*", {nobody, "the same", "the same", "the same"}},
    {"runtime", "handover.sock", {nobody, "a socket", "to hand over to the next version", while_running}},
};

constexpr MemoryHeld memory[] = {
    {"the day's key",
     "server/analytics/windows.hpp",
     {listeners, "256 random bits, in locked memory between guard pages that no dump contains", "as its file above", the_day}},
    {"the day's listens",
     "server/analytics/listen_table.hpp server/analytics/interval_set.hpp",
     {listeners, "by 96 bits of an HMAC: which parts of an episode arrived; in locked memory that no dump contains",
      "to count a listener once a day", the_day}},
    {"recent requests",
     "server/analytics/memo.hpp",
     {listeners, "verdicts of the last 32,768 requests by a hash under a second key; locked", "so that counting is fast", the_day}},
    {"recent agents",
     "server/analytics/agent_memo.hpp",
     {listeners, "what the rules say of the last 4,096 agents, by a hash under a second key", "so that counting is fast", the_day}},
    {"what downloads have in common",
     "server/analytics/terms.hpp server/analytics/context_memo.hpp",
     {everybody,
      "which combinations of episode, version of its audio, app, kind, device, country, site and rendition occurred; not how often, when "
      "or by whom",
      "so that nothing need spell them out for each",
      "the last UTC day on which it occurred, and ten minutes; a day more when that was around midnight"}},
    {"crowds",
     "server/analytics/crowds.hpp",
     {listeners, "counters at places that the day's key picks for an address and an episode", "to see floods from one address", the_day}},
    {"open connections",
     "server/http/session.hpp server/http/message.hpp server/http/admission.hpp",
     {listeners, "the peer's address, and the request being answered", "TCP needs it; to share places fairly",
      "until the connection ends"}},
    {"deliveries to be counted",
     "server/analytics/statistics.cpp content/model/delivery.hpp",
     {listeners, "address, agent and referrer of requests just answered; of who opted out only the bytes are used",
      "to classify and count them", "under a second as a rule; a bounded queue"}},
    {"refused sign-ins",
     "content/storage/audit_log.hpp",
     {staff, "how many, by account", "to be added up in the audit log", "the hour; longer when nobody tries again or reads the log"}},
    {"failed sign-ins",
     "content/storage/sign_in_throttle.hpp",
     {staff, "name and network of who failed to sign in", "to slow guessing down",
      "ten minutes after the last failure, at the next sign-in"}},
};

}  // namespace

std::span<const FilesHeld> files_held() {
    return files;
}
std::span<const MemoryHeld> memory_held() {
    return memory;
}

}  // namespace earshot::app
