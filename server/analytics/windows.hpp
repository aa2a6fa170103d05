#pragma once
// The open UTC days: per listener and episode the union of what arrived, and whether it was counted. Memory only, wiped when a day closes.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/agent_memo.hpp"
#include "server/analytics/context_memo.hpp"
#include "server/analytics/listen_table.hpp"
#include "server/analytics/memo.hpp"

namespace earshot::analytics {

// What a delivery came to.
struct Step {
    Hour hour{};
    std::uint32_t episode{};         // in Terms
    std::uint64_t bytes{};           // of the file, tags included
    std::optional<Verdict> settled;  // told from the request alone, or by nobody listening; `record` is then unset
    Record record;
    bool changed{};   // something of a listen, which a journal has to hold
    Outcome outcome;  // of the settled ones too
};

class Windows {
public:
    explicit Windows(Terms& terms) : terms_(terms) {}
    void open(Day day, DayKey key);
    // False: the system refused to keep the day's key or what is remembered of requests out of swap.
    [[nodiscard]] bool is_locked(Day day) { return memo_.prepare() && key(day).locked(); }
    void close(Day day) noexcept;  // wipes the window and what is remembered of requests, and destroys the day's key
    [[nodiscard]] bool is_open(Day day) const { return windows_.contains(day); }
    [[nodiscard]] std::vector<Day> days() const;  // ascending
    [[nodiscard]] const DayKey& key(Day day) const { return windows_.at(day).key; }
    void new_batch() noexcept { memo_.skip(); }  // what was `next` is not
    void lists_changed() noexcept { forget(); }  // another Recognition from now on

    // Which window has to be open for a delivery of this moment: its day's, or the oldest open one when that is later (a straggler).
    [[nodiscard]] Day day_for(model::Timestamp time) const;
    // At least that window must be open. `step` is overwritten; the same one again and again costs the least. `next`: what will be taken
    // after this, if it is known; nothing of it is looked at when its verdict does not depend on who asks.
    void take(const model::Delivery& delivery, const Recognition& recognition, Step& step, const model::Delivery* next = nullptr);

    // A journal's way back.
    void apply(const Record& record, Outcome& outcome);
    void restore(Day day, const ListenerKey& listener, Listen&& listen);
    [[nodiscard]] const ListenTable& listens(Day day) const { return windows_.at(day).listens; }
    [[nodiscard]] Crowds& crowds(Day day) { return windows_.at(day).crowds; }
    [[nodiscard]] const Crowds& crowds(Day day) const { return windows_.at(day).crowds; }

private:
    struct Window {
        DayKey key;
        Crowds crowds;
        ListenTable listens;
    };
    void forget() noexcept;  // what is remembered of requests and agents
    void recognise(const model::Delivery& delivery, Day day, const Recognition& recognition, Memo::Found& found);
    [[nodiscard]] std::optional<Listen> carried(const model::Delivery& delivery, Day day) const;

    Terms& terms_;
    std::map<Day, Window> windows_;
    Memo memo_;
    AgentMemo agents_;
    ContextMemo contexts_{terms_};
};

}  // namespace earshot::analytics
