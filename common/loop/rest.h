// loop/rest.h — notices that this process has come to rest after its start or a time of work, and
// gives spare memory back (base/spare_memory.h). Each time of work is followed by at most one
// release; a process that is always busy keeps what it has.
#pragma once

#include "common/loop/timer.h"

namespace openclaw {

class Rest {
  public:
    explicit Rest(Loop& loop);

    // Ready: the start is nearly over, the first connections are being made.
    void begin();

  private:
    void look();

    Timer next_;
    Milliseconds used_at_look_{0}; // CPU time
    Milliseconds used_at_release_{0};
};

} // namespace openclaw
