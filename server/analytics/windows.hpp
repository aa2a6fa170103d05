#pragma once
// The open UTC days: per listener and episode the union of what arrived, and whether it was counted. Memory only, wiped when a day closes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/crowds.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/dimensions.hpp"
#include "server/analytics/interval_set.hpp"
#include "server/analytics/listener.hpp"

namespace earshot::analytics {

// Two versions of a file with the same audio (only the tags differ) are one: positions are counted from the first byte of audio.
struct AudioVersion {
    std::uint64_t bytes{}, enough{};  // all of the audio; as much of it as makes 60 s
    bool operator==(const AudioVersion&) const = default;
};

// One listener's listen to one episode within a day.
struct Listen {
    struct Track {
        AudioVersion version;
        IntervalSet today, before;  // before: received by the same listen before midnight
        bool counted_before{};
    };
    struct Request {  // the last one that did not count, should a fragment of it still do so
        Hour hour{};
        Verdict verdict{};
    };
    std::vector<Track> tracks;
    bool counted{};
    bool in_evening{};  // active in the day's last half hour: may go on after midnight
    std::optional<Request> waiting;
};

// A delivery without the listener: the key instead of address and agent. This is all that a journal may hold.
struct Record {
    Hour hour{};  // its day says which window it belongs to
    std::string episode;
    std::uint64_t bytes{};           // of the file, tags included
    std::uint32_t requests{1};       // that begin with it; of several each has one piece of `audio`, which may be empty
    std::optional<Verdict> settled;  // told from the request alone; what follows is then unset
    ListenerKey listener;
    bool in_evening{};
    AudioVersion version;
    std::vector<model::Interval> audio;  // positions in the audio
    DimensionValues values;
    Crowds::Place place{};          // address and episode
    std::uint32_t most_at_place{};  // downloads there today that are believed; 0: any number
    std::optional<Listen> carried;  // what this listener's listen had come to before midnight, when it goes on after it
};

class Windows {
public:
    void open(Day day, DayKey key);
    void close(Day day) noexcept;  // wipes the window and destroys its key
    [[nodiscard]] bool is_open(Day day) const { return windows_.contains(day); }
    [[nodiscard]] std::vector<Day> days() const;  // ascending
    [[nodiscard]] const DayKey& key(Day day) const { return windows_.at(day).key; }

    // Which window has to be open for a delivery of this moment: its day's, or the oldest open one when that is later (a straggler).
    [[nodiscard]] Day day_for(model::Timestamp time) const;
    // At least that window must be open.
    [[nodiscard]] Record record(const model::Delivery& delivery, const Recognition& recognition) const;
    Outcome apply(const Record& record);

private:
    struct Window {
        DayKey key;
        Crowds crowds;
        std::unordered_map<ListenerKey, Listen, ListenerKeyHash, std::equal_to<>, WipingAllocator<std::pair<const ListenerKey, Listen>>>
            listens;
    };
    [[nodiscard]] std::optional<Listen> carried(const model::Delivery& delivery, Day day, const ListenerKey& listener) const;
    std::map<Day, Window> windows_;
};

}  // namespace earshot::analytics
