// discord/directory.h — which channels and threads the bot can write to.
//
// What the gateway told of, or, in a session that was resumed and tells nothing anew, what is asked
// for once: the servers and their channels. People are not listed: Discord shows members only to
// bots with a privileged intent.
#pragma once

#include "common/worker/question.h"
#include "workers/discord/api.h"
#include "workers/discord/world.h"

#include <memory>

namespace openclaw::discord {

class Directory {
  public:
    Directory(Api& api, World& world) // both outlive it
        : api_(api)
        , world_(world) {}

    // `question` asks for a directory.
    void begin(worker::Question question);

  private:
    struct Visit;
    using Shared = std::shared_ptr<Visit>;

    void on_guilds(const Shared& visit, const Answer& answer);
    void ask_next(const Shared& visit);
    void show(Visit& visit);

    Api& api_;
    World& world_;
};

} // namespace openclaw::discord
