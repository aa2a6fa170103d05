#pragma once
// A progress bar on stderr: redrawn in place on a terminal, a line for every quarter elsewhere.

#include <string>
#include <string_view>

namespace earshot::commands {

class ProgressBar {
public:
    explicit ProgressBar(std::string label);
    ~ProgressBar();  // ends the line
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(double fraction, std::string_view remark);  // fraction 0…1
    void say(std::string_view sentence);                  // on a line of its own

private:
    std::string label_;
    bool terminal_;
    bool drawn_{false};
    int quarter_{-1};
};

}  // namespace earshot::commands
