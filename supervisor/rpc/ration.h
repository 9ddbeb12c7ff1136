// rpc/ration.h — how often one caller may change the gateway: 30 times a minute for each method
// (PROTOCOL.md 3).
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/peer.h"
#include "supervisor/rpc/wire_error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace openclaw::rpc {

class Ration {
  public:
    explicit Ration(const Clock& clock)
        : clock_(clock) {}

    // False: this one is too many.
    bool take(std::string_view method, const Peer& peer);
    static WireError refusal(std::string_view method);

  private:
    struct Window {
        Instant since{};
        int used = 0;
    };

    void forget_old();

    const Clock& clock_;
    std::unordered_map<std::string, Window> windows_; // by method, device and address
};

} // namespace openclaw::rpc
