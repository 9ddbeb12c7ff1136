// rpc/worker_traces.h — workers.trace: every frame of one worker, both ways, as it passes. Ours.
//
// A frame's type, size, ids and trace, never its content. The first call starts the watching and
// says where it begins; each further call names the place it has read to (`cursor`) and is answered
// when there is more, or when `waitMs` is over: nobody asks in vain, and nothing is sent to who is
// not there. What is not fetched in time is dropped from the front, and the next answer says how
// many (`dropped`). Nobody asks any more: the watching ends after `forget_after`, and the link is
// as cheap as before.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::rpc {

class WorkerTraces {
  public:
    static constexpr std::size_t capacity = 2048; // frames of one worker
    static constexpr std::size_t most_in_answer = 500;
    static constexpr std::size_t most_waiting = 8; // calls, for one worker
    static constexpr Milliseconds gather_for{50};  // frames of one moment travel in one answer
    static constexpr Milliseconds forget_after = std::chrono::seconds(15);

    // Both outlive it.
    WorkerTraces(Loop& loop, WorkerDesk& desk);
    ~WorkerTraces();
    WorkerTraces(const WorkerTraces&) = delete;
    WorkerTraces& operator=(const WorkerTraces&) = delete;

    void answer(Call& call);

    std::size_t watched() const { return watched_.size(); }

  private:
    struct Line {
        std::int64_t at_ms;
        ipc::FramePassed frame;
    };

    struct Waiting {
        Reply reply;
        std::uint64_t cursor;
        std::unique_ptr<Timer> limit;
    };

    struct Watched {
        explicit Watched(Loop& loop)
            : gathering(loop)
            , forgetting(loop) {}

        std::deque<Line> lines;
        std::uint64_t next = 0; // number of the next frame
        std::vector<std::shared_ptr<Waiting>> waiting;
        Timer gathering;
        Timer forgetting;
    };

    Result<Watched*> watch(const std::string& id);
    void note(const std::string& id, const ipc::FramePassed& frame);
    void answer_all(const std::string& id);
    void wait(const std::string& id, Watched& watched, const Reply& reply, std::uint64_t cursor,
              Milliseconds at_most);
    void give_up_waiting(const std::string& id, const std::shared_ptr<Waiting>& waiting);
    void forget(const std::string& id);
    static std::string page(const std::string& id, const Watched& watched, std::uint64_t cursor);

    Loop& loop_;
    WorkerDesk& desk_;
    std::map<std::string, std::unique_ptr<Watched>> watched_;
};

void add_worker_traces(MethodTable& table, Loop& loop, WorkerDesk& desk);

} // namespace openclaw::rpc
