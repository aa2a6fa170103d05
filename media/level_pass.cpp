#include "media/level_pass.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <thread>

namespace earshot::media {

namespace {

// So far ahead of the slowest taker: 3 s, 1.5 MiB a rate. Those who work in segments keep what they have of theirs.
constexpr std::size_t queue_blocks = 8;
constexpr std::size_t frames_a_block = 16384;  // large enough that hand-overs cost nothing

// A taker and its thread.
class Lane {
public:
    explicit Lane(const Taker& taker) : queue_(queue_blocks), thread_([this, &taker] { run(taker); }) {}
    ~Lane() {
        queue_.close();
        if (thread_.joinable()) thread_.join();
    }
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    void push(const BlockPtr& block) {
        if (!queue_.push(block)) join();
    }
    void end() noexcept { queue_.finish(); }
    void join() {
        if (thread_.joinable()) thread_.join();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    void run(const Taker& taker) noexcept {
        try {
            while (const BlockPtr block = queue_.pop()) taker.take(block);
            if (!queue_.closed()) taker.take(nullptr);
        } catch (...) {
            failure_ = std::current_exception();
            queue_.close();
        }
    }

    BlockQueue queue_;
    std::exception_ptr failure_;
    std::thread thread_;  // last: starts when the rest is there
};

std::shared_ptr<AudioBlock> new_block(std::size_t channels) {
    auto block = std::make_shared<AudioBlock>();
    for (std::size_t c = 0; c < channels; ++c) block->planes[c].reserve(frames_a_block + frames_a_block / 2);
    return block;
}

// Takers of one rate, width and level behind one chain.
struct Group {
    std::uint32_t sample_rate;
    std::size_t channels;
    Level level;
    LevelChain chain;
    std::shared_ptr<AudioBlock> block;
    std::vector<std::unique_ptr<Lane>> lanes;

    void hand_over(std::size_t at_least) {
        if (block->frames() < at_least || block->frames() == 0) return;
        const BlockPtr full = std::exchange(block, new_block(channels));
        for (const auto& lane : lanes) lane->push(full);
    }
};

std::vector<Group> make_groups(const av::AudioReader& master, const std::vector<Taker>& takers) {
    std::vector<Group> groups;
    for (const Taker& taker : takers) {
        auto group = std::ranges::find_if(groups, [&](const Group& g) {
            return g.sample_rate == taker.sample_rate && g.channels == taker.channels && g.level == taker.level;
        });
        if (group == groups.end()) {
            groups.push_back({taker.sample_rate,
                              taker.channels,
                              taker.level,
                              LevelChain(master.info().sample_rate, taker.sample_rate, taker.channels, taker.level),
                              new_block(taker.channels),
                              {}});
            group = groups.end() - 1;
        }
        group->lanes.push_back(std::make_unique<Lane>(taker));
    }
    return groups;
}

}  // namespace

void run_level_pass(av::AudioReader& master, const std::vector<Taker>& takers, const std::function<void(double)>& tick) {
    std::vector<Group> groups = make_groups(master, takers);
    const double rate = master.info().sample_rate;
    std::uint64_t frames = 0;
    for (AudioBlock block; master.read(block);) {
        for (Group& group : groups) {
            group.chain.process(block, *group.block);
            group.hand_over(frames_a_block);
        }
        frames += block.frames();
        tick(static_cast<double>(frames) / rate);
    }
    for (Group& group : groups) {
        group.chain.flush(*group.block);
        group.hand_over(1);
        for (const auto& lane : group.lanes) lane->end();
    }
    for (Group& group : groups)
        for (const auto& lane : group.lanes) lane->join();
}

}  // namespace earshot::media
