// worker/own_process.h — what a worker does to its own process before and after it knows who it is.
#pragma once

#include "common/base/unique_fd.h"

#include <string>

namespace openclaw::worker {

// Small heap, small pool, no SIGPIPE, the first to go when memory runs out. Called before anything
// else runs.
void settle_process();

// The link the supervisor put on descriptor 3, closed on exec. Empty: there is none, this was
// started by hand.
UniqueFd take_link();

// Can a few more descriptors be had? A worker that has leaked all it may hold answers pings for
// ever and does nothing else any more; with one or two it cannot work either: a message needs a
// stream from egress, what its library opens for it, and a blob.
bool has_spare_descriptors();

// What `ps` and `top` show beside the program: the instance, cut to the kernel's 15 bytes.
void show_name(const std::string& instance);

} // namespace openclaw::worker
