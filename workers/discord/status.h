// discord/status.h — what the connection looks like, told to the supervisor when it changes.
#pragma once

#include "common/base/clock.h"
#include "common/worker/uplink.h"
#include "proto/channel.pb.h"
#include "workers/discord/answer.h"
#include "workers/discord/close_code.h"
#include "workers/discord/identity.h"

#include <string>

namespace openclaw::discord {

class Status {
  public:
    Status(const Clock& clock, worker::Uplink& uplink)
        : clock_(clock)
        , uplink_(uplink) {}

    void on_identity(const Identity& me) { me_ = me; }

    void on_contact() { last_contact_unix_ms_ = clock_.unix_ms(); }

    std::int64_t last_contact_unix_ms() const { return last_contact_unix_ms_; }

    // Said with every "connected" from now on: what works less well than it could, and why.
    void set_limitation(std::string code, std::string sentence);

    void connecting();
    void connected();
    // The first end of a connection says nothing yet; the second in a row does.
    void interrupted(const CloseMeaning& why, int in_a_row);
    // The first failure in a row says nothing yet, the second does; having to wait is told at once.
    void not_signed_in(const Answer& answer, int in_a_row);
    void waiting_for_session(Milliseconds pause);
    void waiting_for_supervisor();
    void needs_operator(const std::string& code, const std::string& sentence);

  private:
    void tell(wire::ChannelStatus::State state, std::string code, std::string detail,
              wire::Cause cause = wire::CAUSE_UNSPECIFIED);

    const Clock& clock_;
    worker::Uplink& uplink_;
    Identity me_;
    std::string limitation_code_, limitation_;
    std::int64_t last_contact_unix_ms_ = 0;
    wire::ChannelStatus::State state_ = wire::ChannelStatus::STATE_UNSPECIFIED;
    std::string code_;
    std::string detail_;
};

} // namespace openclaw::discord
