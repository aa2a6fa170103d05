#pragma once

namespace earshot::app {

// Starts the program that stands where ours was started from now, with our own command line and --take-over. It becomes nobody's child, so
// that a service manager sees its end. What goes wrong there shows in the log, and in that nobody takes over.
void relaunch();

}  // namespace earshot::app
