// agent/reports.h — what runs tell the supervisor. Deltas may wait and merge; ends are never lost
// while the link lives.
#pragma once

#include "common/ipc/link.h"

#include <deque>
#include <string>
#include <string_view>

namespace openclaw::agent {

// Whom a report is about.
struct RunName {
    std::string run_id;
    std::string trace;
};

class Reports {
  public:
    explicit Reports(ipc::Link& link)
        : link_(link) {}

    // Returns how much of `text` was taken: all of it, a first part, or nothing because the link is
    // full. The caller keeps the rest and offers it again, with what has come meanwhile.
    std::size_t delta(const RunName& run, std::string_view text);
    // `end` without its text, which may be longer than a frame.
    void end(const RunName& run, wire::RunEnd end, std::string text);
    void on_room(); // the link can send again

    std::size_t waiting() const { return waiting_.size(); }

  private:
    struct End {
        RunName run;
        wire::RunEnd end;
        std::string text;
    };

    bool send(End& end); // false: the link is full

    ipc::Link& link_;
    std::deque<End>
        waiting_; // bounded by the number of runs: no new one starts while its end waits here
};

} // namespace openclaw::agent
