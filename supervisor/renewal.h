// supervisor/renewal.h — after an upgrade: workers of the build before are replaced by those of
// this one, one at a time, each in a moment in which it has nothing in hand.
//
// They speak the same protocol (another one would have been refused at their Hello), so there is no
// hurry: a worker that is never idle keeps its old program until it is.
#pragma once

#include "supervisor/standing.h"

namespace openclaw {

class Renewal {
  public:
    explicit Renewal(Standing& facts);

    void begin();

  private:
    void look();
    bool is_idle(const process::WorkerView& worker) const;

    Standing& facts_;
    Timer again_;
};

} // namespace openclaw
