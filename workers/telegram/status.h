// telegram/status.h — what the connection looks like, told to the supervisor when it changes.
#pragma once

#include "common/base/clock.h"
#include "common/worker/uplink.h"
#include "proto/channel.pb.h"
#include "workers/telegram/answer.h"
#include "workers/telegram/identity.h"

#include <string>

namespace openclaw::telegram {

class Status {
  public:
    Status(const Clock& clock, worker::Uplink& uplink)
        : clock_(clock)
        , uplink_(uplink) {}

    void on_identity(const Identity& me);

    void on_contact() { last_contact_unix_ms_ = clock_.unix_ms(); }

    std::int64_t last_contact_unix_ms() const { return last_contact_unix_ms_; }

    void connecting();
    void connected();
    // The first failure in a row says nothing yet, the second does; but a rival and a flood wait
    // last, and are told at once.
    void failing(const Answer& answer, int in_a_row);
    void waiting_out_flood();
    void waiting_for_supervisor();
    void needs_operator(const std::string& sentence);

  private:
    void tell(wire::ChannelStatus::State state, std::string code, std::string detail,
              wire::Cause cause = wire::CAUSE_UNSPECIFIED);

    const Clock& clock_;
    worker::Uplink& uplink_;
    Identity me_;
    std::int64_t last_contact_unix_ms_ = 0;
    wire::ChannelStatus::State state_ = wire::ChannelStatus::STATE_UNSPECIFIED;
    std::string code_;
};

// Why the platform refuses our token, and what to do about it.
std::string refusal_sentence(const Answer& answer);

} // namespace openclaw::telegram
