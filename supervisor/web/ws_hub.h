// web/ws_hub.h — what the WebSocket clients of one server share: limits, buffers, the end of the
// turn.
//
// Buffers are lent: an idle connection owns none, a busy one writes into memory that is warm
// already.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/web/server.h"

#include <string>
#include <vector>

namespace openclaw::web {

class WsHub {
  public:
    WsHub(Loop& loop, const ServerLimits& limits)
        : loop_(loop)
        , limits_(limits) {}

    Loop& loop() { return loop_; }

    const ServerLimits& limits() const { return limits_; }

    ServerCounters& counters() { return counters_; }

    std::string lend();
    void give_back(std::string buffer);

    // `client` has something to write: its flush() is called at the end of this turn.
    void wants_flush(WsClient& client);
    void forget(WsClient& client);

    void opened() { ++unauthenticated_; }

    void no_longer_waiting() { --unauthenticated_; }

    std::size_t unauthenticated() const { return unauthenticated_; }

  private:
    void flush_all();

    Loop& loop_;
    ServerLimits limits_;
    ServerCounters counters_;
    std::vector<WsClient*> to_flush_;
    std::vector<std::string> buffers_;
    std::size_t unauthenticated_ = 0;
    bool is_planned_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::web
