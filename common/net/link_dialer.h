// net/link_dialer.h — streams made by egress, asked for over the worker's link.
//
// One end of a socket pair stays here, the other goes with Dial. The answer says that the stream
// stands before a byte is written, so that "connected" means what it means with a socket of one's
// own. The cost of the way over the supervisor is paid once for a connection; bytes go straight to
// egress. Decision and measurements: docs/decisions/0001-egress.md.
#pragma once

#include "common/ipc/link.h"
#include "common/net/dialer.h"

namespace openclaw::net {

class LinkDialer final : public Dialer {
  public:
    LinkDialer(Loop& loop, ipc::Link& link) // both outlive the dialer
        : loop_(loop)
        , link_(link) {}

    std::unique_ptr<Dialling> dial(const Target& target, Milliseconds within, Done done) override;

  private:
    Loop& loop_;
    ipc::Link& link_;
};

} // namespace openclaw::net
