// telegram/checkup.h — does the bot work, as the platform says now: who it is, who gets its
// messages, and, for a chat, whether it may speak there.
//
// Asks beside the polls and the sends, in their way for one short call each.
#pragma once

#include "common/worker/question.h"
#include "workers/telegram/api.h"
#include "workers/telegram/identity.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Checkup {
  public:
    Checkup(const Clock& clock, Api& api)
        : clock_(clock)
        , api_(api) {}

    // `question` is a probe.
    void begin(worker::Question question);

  private:
    struct Probe {
        worker::Question question;
        Instant give_up_at;
        wire::ProbeFacts facts = {};
    };

    using Id = std::uint64_t;
    using Step = void (Checkup::*)(Id, const Answer&);

    void ask(Id id, std::string_view method, std::string body, Step next);
    void on_me(Id id, const Answer& answer);
    void on_webhook(Id id, const Answer& answer);
    void on_member(Id id, const Answer& answer);
    void finish(Id id);

    const Clock& clock_;
    Api& api_;
    Id last_id_ = 0;
    std::unordered_map<Id, Probe> probes_;
};

} // namespace openclaw::telegram
