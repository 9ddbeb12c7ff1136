// supervisor/signals.h — signals that ask something of the gateway: when they wait, and which
// thread may take them.
//
// The thread of the loop and no other. libuv's pool inherits the mask of whoever makes its first
// thread; one that is open would take a signal that the loop's thread keeps back for the next image
// (supervisor/upgrade), and hand it to a loop that is about to be replaced. Children are no
// affair of this file: process/spawn and supervisor/rehearsal give them an empty mask.
#pragma once

#include "common/loop/loop.h"

namespace openclaw {

// Until the gateway runs: the default of HUP and the user signals is death.
void hold_signals();
// Makes the pool's threads now, deaf to all of them; afterwards the mask is as it was. The first
// use of the pool in this process.
void make_deaf_pool(Loop& loop);
// The loop hears them all from now on, those that have waited first.
void heed_signals();
// TERM and INT alone: an image that has none to go back to can be stopped while it recovers.
void hear_the_end();
// Between two images, and before the program begins anew: what comes is heard by the next.
// heed_signals() ends it.
void leave_signals_to_next_image();
// As if it had come just now, for the next image: this one has taken it already.
void pass_on(int signal_number);

} // namespace openclaw
