#include "server/commands/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace earshot::commands {

namespace {
constexpr int width = 30;
}

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (terminal_ && drawn_) fmt::print(stderr, "\n");
}

void ProgressBar::show(double fraction, std::string_view remark) {
    fraction = std::clamp(fraction, 0.0, 1.0);
    const int percent = static_cast<int>(fraction * 100);
    if (!terminal_) {
        const int quarter = percent / 25;
        if (quarter > quarter_) fmt::print(stderr, "{} {:3}%  {}\n", label_, percent, remark);
        quarter_ = std::max(quarter_, quarter);
        return;
    }
    const int full = static_cast<int>(fraction * width);
    std::string bar;
    for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
    fmt::print(stderr, "\r\033[K{} {} {:3}%  {}", label_, bar, percent, remark);
    std::fflush(stderr);
    drawn_ = true;
}

void ProgressBar::say(std::string_view sentence) {
    fmt::print(stderr, "{}{}\n", terminal_ && drawn_ ? "\r\033[K" : "", sentence);
    drawn_ = false;
}

}  // namespace earshot::commands
