#pragma once
// What one request for audio came to, as the server saw it: the only thing counting ever looks at.
// A Delivery lives in memory for moments. Its address, user agent and referrer must never reach a disk or a log.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

// Half-open byte interval of the file: [begin, end).
struct Interval {
    std::uint64_t begin{}, end{};
    bool operator==(const Interval&) const = default;
};

// The numbers counting needs about the served file version (see Rendition).
struct CountedFile {
    std::uint64_t size{}, audio_start{}, bytes_for_60s{};
};

// A long response is reported in fragments as the client acknowledges bytes, so that a crash loses little: fragments never overlap, and
// the intervals of all of them together are what arrived. Alike requests that follow each other, differing only in which bytes they asked
// for, may be reported as one once they are over.
struct Delivery {
    Timestamp time{};  // when the fragment was seen
    EpisodeId episode;
    std::string profile;  // rendition profile
    std::string address;  // textual IPv4 or IPv6 of the client
    std::string user_agent;
    std::string referrer;
    std::string method;                  // "GET", "HEAD"
    int status{};                        // as sent
    std::string range;                   // the Range field as sent by the client, or ""
    std::vector<Interval> acknowledged;  // file bytes the client's TCP acknowledged (tcpi_bytes_acked), head and multipart text left out
    CountedFile file;
    // How many requests begin with this fragment: 0 goes on with one; of n > 1 each has its own interval in `acknowledged`, in order.
    std::uint32_t requests{1};
    bool opted_out{};  // Sec-GPC: 1 or DNT: 1
    bool preview{};    // staff listening before publication
};

using DeliverySink = std::function<void(Delivery&&)>;  // thread-safe, never blocks

}  // namespace earshot::model
