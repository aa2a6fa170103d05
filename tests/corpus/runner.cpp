// corpus_runner PROGRAM FOLDER THREADS: files on stdin, one a line ("audio PATH" or "picture PATH"); what became of each as a JSON line on
// stdout. All go through sandboxed workers of one parent, as in a server: what one of them does must not be felt by the next.
// With "-" for PROGRAM the workers are copies of this process, by one thread: linking 160 libraries anew costs more than most files do.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

#include "server/publishing/worker.hpp"

namespace json = boost::json;
using namespace earshot;
using publishing::WorkerPool;

namespace {

constexpr std::chrono::seconds deadline{300};

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }
    operator int() const noexcept { return number_; }

private:
    int number_;
};

struct Ending {
    const char* outcome;  // "rendition", "sentence", "died"
    std::string words;
};

template <class T>
std::optional<Ending> ended(const WorkerPool::Outcome<T>& outcome) {
    if (!outcome) return Ending{"died", outcome.error().reason};
    if (!*outcome) return Ending{"sentence", outcome->error().message};
    return std::nullopt;
}

// As a transcode job does it: look, encode, and look again at what came out.
Ending transcode(WorkerPool& workers, int master, const std::filesystem::path& scratch) {
    if (auto end = ended(workers.probe(master))) return *end;
    const Descriptor output(::open(scratch.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const model::RenditionProfile mp3{
        .name = "mp3", .codec = model::Codec::mp3, .bit_rate = 128'000, .mono_bit_rate = 96'000, .sample_rate = 44'100};
    const auto report = workers.transcode(master, {{mp3, output}}, {});
    if (auto end = ended(report)) return *end;
    const auto made = workers.probe(output, media::Maker::ourselves);
    if (auto end = ended(made)) return {"died", "its rendition cannot be read back: " + end->words};
    const auto& stated = (*report)->renditions.front();
    const auto difference = std::chrono::abs((*made)->duration - stated.duration);
    if (difference > std::chrono::milliseconds(500) || (*made)->channels != stated.channels || (*made)->codec.find("mp3") != 0)
        return {"died", fmt::format("its rendition is not what the report says: {} ms instead of {}", (*made)->duration.count(),
                                    stated.duration.count())};
    return {"rendition", fmt::format("{} ms", stated.duration.count())};
}

Ending make_artwork(WorkerPool& workers, int picture, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const auto made = workers.artwork(picture, folder);
    std::filesystem::remove_all(folder);
    if (auto end = ended(made)) return *end;
    return {"rendition", fmt::format("{} pictures", (*made)->sizes.size())};
}

class Queue {
public:
    std::optional<std::string> next() {
        const std::lock_guard lock(mutex_);
        std::string line;
        return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
    }
    void say(const json::object& words) {
        const std::lock_guard lock(mutex_);
        std::cout << json::serialize(words) << '\n' << std::flush;
    }

private:
    std::mutex mutex_;
};

// Of any worker until now.
long peak_kibibytes() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_maxrss;
}

void work(Queue& queue, WorkerPool& workers, const std::filesystem::path& scratch) {
    while (const auto line = queue.next()) {
        const auto space = line->find(' ');
        const std::string kind = line->substr(0, space), path = line->substr(space + 1);
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        const auto begin = std::chrono::steady_clock::now();
        const Ending end =
            kind == "picture" ? make_artwork(workers, file, scratch.string() + ".pictures") : transcode(workers, file, scratch);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        queue.say({{"file", path},
                   {"outcome", end.outcome},
                   {"words", end.words},
                   {"seconds", seconds.count()},
                   {"peak_kibibytes", peak_kibibytes()}});
    }
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace

int main(int, char** arguments) {
    const std::filesystem::path program = arguments[1], folder = arguments[2];
    const int threads = std::atoi(arguments[3]);
    const bool copies = program == "-";
    WorkerPool workers =
        copies ? WorkerPool(&publishing::worker_main, {.deadline = deadline}) : WorkerPool(program, {.deadline = deadline});
    Queue queue;
    const auto before = open_descriptors();
    if (copies) {
        work(queue, workers, folder / "rendition");
    } else {
        std::vector<std::jthread> all;
        for (int i = 0; i < threads; ++i) all.emplace_back([&, i] { work(queue, workers, folder / ("rendition-" + std::to_string(i))); });
    }
    const bool childless = ::waitpid(-1, nullptr, WNOHANG) < 0;
    queue.say({{"peak_kibibytes", peak_kibibytes()},
               {"descriptors_left", static_cast<std::int64_t>(open_descriptors()) - static_cast<std::int64_t>(before)},
               {"childless", childless}});
    return 0;
}
