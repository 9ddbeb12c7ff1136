// discord/checkup.h — does this bot work, from its token to its rights? Asked of Discord now.
//
// who am I → what was my application granted → may I speak in the target (if one is named) →
// the facts. What Discord refuses on the way is the answer.
#pragma once

#include "common/worker/question.h"
#include "workers/discord/api.h"
#include "workers/discord/settings.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::discord {

// How the connection to the gateway does.
struct Evidence {
    std::string state; // "live"
    std::int64_t last_heartbeat_ack_unix_ms = 0;
    std::int64_t last_event_unix_ms = 0;
    std::int64_t session_since_unix_ms = 0; // 0: it was begun in an earlier life
    std::size_t identifies_left = 0;
    std::optional<Milliseconds> round_trip;
};

class Checkup {
  public:
    using Ask = std::function<Evidence()>;

    // All outlive it.
    Checkup(Api& api, const Settings& settings, Ask evidence);

    // `question` asks for a probe.
    void begin(worker::Question question);

  private:
    struct Visit;
    using Shared = std::shared_ptr<Visit>;

    using Step = void (Checkup::*)(const Shared&, const Answer&);
    void ask(const Shared& visit, std::string path, Step next);
    void on_me(const Shared& visit, const Answer& answer);
    void on_application(const Shared& visit, const Answer& answer);
    void on_target(const Shared& visit, const Answer& answer);
    void finish(Visit& visit);

    Api& api_;
    const Settings& settings_;
    Ask evidence_;
};

} // namespace openclaw::discord
