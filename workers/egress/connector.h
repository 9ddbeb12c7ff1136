// egress/connector.h — from a name to a connected TCP socket: lookup, address rule, happy eyeballs,
// proxy. Lives on one Loop, which must outlive it, as must the Lookups. Destroying it gives up
// without a word.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"
#include "workers/egress/happy_eyeballs.h"
#include "workers/egress/lookups.h"
#include "workers/egress/proxy_talk.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::egress {

struct Connected {
    UniqueFd socket;   // non-blocking
    std::string early; // what came behind a proxy's answer: the stream's first bytes
};

class Connector {
  public:
    // Errors: denied (the address rule), not_found (no such name), timeout, unavailable.
    using Done = std::move_only_function<void(Result<Connected>)>;

    // `done` is called once, from the loop, never from in here; it may destroy the connector.
    Connector(Loop& loop, Lookups& lookups, const wire::DialOrder& order, Done done);
    ~Connector();
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

  private:
    struct Attempt {
        UniqueFd socket;
        std::unique_ptr<FdWatch> watch; // dies before the socket
    };

    bool goes_through_proxy() const { return order_.has_proxy(); }

    void begin();
    void look_up();
    void on_addresses(std::vector<Address> addresses); // at least one
    void refuse(const Address& address);
    void try_due();
    void make_room_for_attempt();
    void try_one(const Address& address);
    void on_ready(Attempt& attempt);
    void on_attempt_failed(const Attempt* attempt, int error);
    void on_connected(UniqueFd socket);
    void greet_proxy();
    void say_to_proxy();
    void on_proxy(Ready ready);
    bool write_to_proxy();
    void finish(Result<Connected> outcome);
    void forget_credentials();
    void fail_with(Code code, std::string sentence, int error = 0);
    std::string where() const; // "api.telegram.org", "api.telegram.org through the proxy 10.0.0.1"

    Loop& loop_;
    Lookups& lookups_;
    wire::DialOrder order_;
    Done done_;
    std::string host_;   // that is looked up: the proxy's, or the one that is asked for
    std::uint16_t port_; // of host_
    Timer deadline_;
    Timer next_attempt_;
    std::unique_ptr<Lookups::Question> question_;
    std::optional<HappyEyeballs> order_of_attempts_;
    std::vector<std::unique_ptr<Attempt>> attempts_;
    int last_error_ = 0;
    UniqueFd socket_; // connected to the proxy
    std::unique_ptr<ProxyTalk> talk_;
    std::string to_proxy_;
    std::unique_ptr<FdWatch> proxy_watch_; // dies before the socket
};

} // namespace openclaw::egress
