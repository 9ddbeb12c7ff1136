// telegram/actions.h — what a person wants done to a message or in a chat, done once.
//
// Each waits for its turn in the chat, like everything that is sent there, but not longer than the
// person waits: what nobody waits for any more is not done. Nothing is repeated; the answer says
// what became of it.
#pragma once

#include "common/worker/question.h"
#include "workers/telegram/action_call.h"
#include "workers/telegram/api.h"
#include "workers/telegram/migrations.h"
#include "workers/telegram/send_queue.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Actions {
  public:
    // All outlive this.
    Actions(const Clock& clock, Api& api, SendQueue& queue, Migrations& migrations,
            const Settings& settings)
        : clock_(clock)
        , api_(api)
        , queue_(queue)
        , migrations_(migrations)
        , settings_(settings) {}

    // `question` asks for an action.
    void begin(worker::Question question);

    std::size_t count() const { return actions_.size(); }

  private:
    struct Action {
        worker::Question question;
        std::string chat;
        ActionCall call;
        Instant give_up_at;
    };

    using Id = std::uint64_t;

    void on_turn(Id id);
    void call(Id id, std::string body);
    void on_answer(Id id, const Answer& answer);
    static void tell(Action& action, const Answer& answer);

    const Clock& clock_;
    Api& api_;
    SendQueue& queue_;
    Migrations& migrations_;
    const Settings& settings_;
    Id last_id_ = 0;
    std::unordered_map<Id, Action> actions_;
};

} // namespace openclaw::telegram
