#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string>

#include "media/artwork.hpp"
#include "media/probe.hpp"
#include "media/tags/audio_tags.hpp"
#include "media/transcode.hpp"
#include "server/publishing/sandbox.hpp"
#include "server/publishing/worker.hpp"
#include "server/publishing/worker_protocol.hpp"

namespace earshot::publishing {
namespace {

bool write_all(int descriptor, const void* bytes, std::size_t size) {
    const auto* at = static_cast<const char*>(bytes);
    while (size > 0) {
        const auto written = ::write(descriptor, at, size);
        if (written <= 0) return false;
        at += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}
bool say(const std::string& line) {
    return write_all(STDOUT_FILENO, line.data(), line.size());
}

std::string read_all(int descriptor) {
    std::string all;
    std::array<char, 65536> buffer;
    for (;;) {
        const auto got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0) throw std::runtime_error("cannot read descriptor " + std::to_string(descriptor));
        if (got == 0) return all;
        all.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

// Listeners come first: this process yields the processor and the disk, and is the first to go when memory runs out.
void take_the_back_seat() {
    ::setpriority(PRIO_PROCESS, 0, 10);
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_IDLE, &none);  // whoever wakes up to send runs at once
    ::syscall(SYS_ioprio_set, 1 /* this process */, 0, (2 << 13) | 7 /* best effort, lowest */);
    if (const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); score >= 0) {
        write_all(score, "1000", 4);
        ::close(score);
    }
}

// The C library reads these files at first use; later it may not.
void load_what_is_loaded_lazily() {
    ::tzset();
}

// What a signal handler may say has to be ready before.
const std::string& too_slow() {
    static const std::string line = error_line({model::Errc::unprocessable,
                                                "This file takes far too long to read: it holds more tags, chapters or broken parts than "
                                                "any recording or picture needs. Export it "
                                                "again without them."});
    return line;
}

// The processor time is used up: with a sentence, because it is the file's doing. Other ends are the parent's to see.
void end_when_too_slow() {
    (void)too_slow();
    struct sigaction action{};
    action.sa_handler = [](int) {
        const std::string& line = too_slow();
        ::_exit(write_all(STDOUT_FILENO, line.data(), line.size()) ? 0 : 1);
    };
    ::sigaction(SIGXCPU, &action, nullptr);
}

template <class T>
std::string answer(const model::Result<T>& result) {
    return result ? result_line(*result) : error_line(result.error());
}

std::string transcode(const WorkerRecord& record) {
    std::vector<media::RenditionOutput> outputs;
    int next = first_worker_descriptor + 1;
    for (const auto& profile : record.profiles) outputs.push_back({profile, next++});
    return answer(media::transcode(
        first_worker_descriptor, outputs, [](std::string_view stage, double fraction) { return say(progress_line(stage, fraction)); },
        record.has_waveform ? next : -1, record.redactions));
}

std::string tag(WorkerRecord record) {
    constexpr int output = first_worker_descriptor + 1, picture = first_worker_descriptor + 2;
    if (record.has_artwork) {
        ::lseek(picture, 0, SEEK_SET);
        record.tags.artwork_jpeg = read_all(picture);
    }
    return answer(media::write_tagged(record.codec, first_worker_descriptor, output, record.tags, record.duration));
}

std::string artwork(const WorkerRecord& record) {
    const auto made = media::make_artwork(first_worker_descriptor);
    if (!made) return error_line(made.error());
    if (2 * made->sizes.size() + 1 > record.descriptors)
        return refusal_line("There are more sizes of the picture than files to put them in.");
    PictureReport report{.sizes = {}, .embedded = made->embedded};
    int next = first_worker_descriptor + 1;
    for (const auto& file : made->sizes) {
        if (!write_all(next++, file.jpeg.data(), file.jpeg.size()) || !write_all(next++, file.webp.data(), file.webp.size()))
            return refusal_line("The picture could not be written: the disk may be full.");
        report.sizes.push_back({file.pixels, file.jpeg.size(), file.webp.size()});
    }
    return result_line(report);
}

std::string work(const WorkerRecord& record, const std::string& missing) {
    try {
        switch (record.task) {
            case WorkerTask::check:
                return result_line(SandboxReport{missing});
            case WorkerTask::probe:
                return answer(media::probe(first_worker_descriptor, record.is_own ? media::Maker::ourselves : media::Maker::somebody));
            case WorkerTask::measure:
                return answer(media::measure(first_worker_descriptor));
            case WorkerTask::transcode:
                return transcode(record);
            case WorkerTask::tag:
                return tag(record);
            case WorkerTask::artwork:
                return artwork(record);
            case WorkerTask::transcribe:
                break;  // no work of ours, see worker_main()
        }
        return refusal_line("The worker does not know this task.");
    } catch (const std::bad_alloc&) {
        return error_line(
            {model::Errc::unprocessable, "The file needs more memory than may be spent on one. Export it again and upload that."});
    } catch (const std::exception& error) {
        return refusal_line(std::string("The worker failed: ") + error.what());
    }
}

// Another program takes this one's place: the audio becomes its standard input, and its output goes where answers do. It is the operators'
// own, works on a file of our making and needs its models, so it is not shut in.
int become(const WorkerRecord& record) {
    const auto pointers = [](const std::vector<std::string>& words) {
        std::vector<char*> list;
        for (const auto& word : words) list.push_back(const_cast<char*>(word.c_str()));
        list.push_back(nullptr);
        return list;
    };
    auto command = pointers(record.command), environment = pointers(record.environment);
    ::dup2(first_worker_descriptor, STDIN_FILENO);
    ::close(first_worker_descriptor);
    if (!record.command.empty()) ::execve(command[0], command.data(), environment.data());
    std::fprintf(stderr, "%s: %s\n", record.command.empty() ? "no command" : command[0], std::strerror(errno));
    return 127;
}

}  // namespace

int worker_main() {
    WorkerRecord record;
    try {
        record = parse_worker_record(read_all(STDIN_FILENO));
    } catch (const std::exception&) {
        std::fputs("earshot worker is started by the server, which hands it a job; to see what the sandbox holds, use --self-test.\n",
                   stderr);
        return 2;
    }
    take_the_back_seat();
    if (record.task == WorkerTask::transcribe) {
        (void)die_with(record.parent);
        return become(record);
    }
    load_what_is_loaded_lazily();
    end_when_too_slow();
    const auto missing = missing_layers(enter_sandbox(record.parent, record.cpu_seconds, record.file_bytes));
    if (!missing.empty() && !record.degraded) {
        say(refusal_line("The worker's sandbox is incomplete on this machine: " + missing +
                         ". Set publishing.sandbox = \"degraded\" to work without what is missing."));
        ::_exit(0);
    }
    // No way back through main(): atexit handlers (a sanitizer's leak check, for one) would try what is now forbidden.
    ::_exit(say(work(record, missing)) ? 0 : 1);
}

}  // namespace earshot::publishing
