// supervisor/renewal.h — after an upgrade: workers of the build before are replaced by those of
// this one, one at a time, each once (supervisor/former_builds), each in a moment in which it has
// nothing in hand.
//
// They speak the same protocol (another one would have been refused at their Hello), so there is no
// hurry: a worker that is never idle keeps its old program until it is. Egress is the one that may
// keep it for good: while it carries a connection to a platform only the operator replaces it.
#pragma once

#include "supervisor/former_builds.h"
#include "supervisor/standing.h"

namespace openclaw {

class Renewal {
  public:
    explicit Renewal(Standing& facts);

    void begin();
    // A worker came, went, or said something new of itself: egress may be in use no more.
    void on_workers_changed();

  private:
    void look();
    bool is_idle(const process::WorkerView& worker) const;

    Standing& facts_;
    FormerBuilds former_;
    bool is_begun_ = false;
    Timer again_;
};

} // namespace openclaw
