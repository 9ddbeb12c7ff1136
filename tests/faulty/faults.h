// faulty/faults.h — real workers that fall ill when a test tells them to. Test programs only: what
// is shipped has none of it.
//
// The worker is the real one, linked from the same library; a real-time signal commits the fault in
// the middle of whatever it does, as a bug in it would.
#pragma once

namespace openclaw::faulty {

// SIGRTMIN + 1: turns for ever · + 2: asks for 1 GiB and uses it · + 3: takes every descriptor.
void listen_for_faults();

} // namespace openclaw::faulty
