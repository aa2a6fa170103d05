#include "server/relaunch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "server/log.hpp"

namespace earshot::app {

namespace {

constexpr std::string_view take_over = "--take-over";

std::vector<std::string> own_command_line() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    return words;
}

}  // namespace

void relaunch() {
    auto words = own_command_line();
    if (std::ranges::find(words, take_over) == words.end()) words.emplace_back(take_over);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    log(Level::info, "starting a successor", {{"program", std::string_view(words.front())}});

    const pid_t child = ::fork();
    if (child == 0) {  // no allocation from here on: other threads' locks are copied as they were
        if (::fork() == 0) {
            ::execvp(arguments.front(), arguments.data());
            constexpr std::string_view sentence = "The successor's program cannot be started.\n";
            static_cast<void>(::write(STDERR_FILENO, sentence.data(), sentence.size()));
        }
        ::_exit(0);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
}

}  // namespace earshot::app
