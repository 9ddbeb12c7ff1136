// Egress inside the test's own process: the real connector and the real relay, without a process
// and without a supervisor's rules. A Dialer for clients, and an answer to the Dial frames of a
// worker.
#pragma once

#include "common/ipc/link.h"
#include "common/net/dialer.h"
#include "workers/egress/connector.h"
#include "workers/egress/stream.h"

#include <sys/socket.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace openclaw::egress::test {

class InProcess final : public net::Dialer {
  public:
    explicit InProcess(Loop& loop)
        : loop_(loop)
        , lookups_(loop) {}

    wire::AddressRule rule = wire::ADDRESS_ANY;
    std::optional<wire::DialProxy> proxy;
    int dials = 0;

    std::unique_ptr<net::Dialling> dial(const net::Target& target, Milliseconds within,
                                        Done done) override {
        std::array<int, 2> ends{};
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
        wire::Dial dial;
        dial.set_host(target.host);
        dial.set_port(target.port);
        dial.set_within_ms(static_cast<std::uint32_t>(within.count()));
        auto waiting = std::make_unique<Waiting>();
        waiting->done = std::make_shared<Done>(std::move(done));
        connect(dial, UniqueFd(ends[1]),
                [weak = std::weak_ptr(waiting->done),
                 near = std::make_shared<UniqueFd>(ends[0])](Result<void> stands) {
                    const auto told = weak.lock();
                    if (!told) return;
                    auto tell = std::move(*told);
                    if (stands)
                        tell(std::move(*near));
                    else
                        tell(Failure(stands.error()));
                });
        return waiting;
    }

    // As the supervisor's end of a worker's link.
    void answer(ipc::Link& link, const wire::Frame& frame, Fds fds) {
        connect(frame.dial(), std::move(fds.at(0)), [&link, request = frame.id()](Result<void> ok) {
            wire::Frame reply;
            auto& dialled = *reply.mutable_dialled();
            dialled.set_outcome(ok ? wire::Dialled::CONNECTED : wire::Dialled::UNREACHABLE);
            if (!ok) dialled.set_sentence(ok.error().sentence);
            (void)link.reply(request, reply);
        });
    }

  private:
    struct Waiting final : net::Dialling {
        std::shared_ptr<Done> done;
    };

    struct Passage {
        UniqueFd far;
        std::unique_ptr<Connector> connector;
        std::unique_ptr<Stream> stream;
    };

    void connect(const wire::Dial& dial, UniqueFd far, std::function<void(Result<void>)> told) {
        ++dials;
        wire::DialOrder order;
        *order.mutable_dial() = dial;
        order.set_rule(rule);
        if (proxy) *order.mutable_proxy() = *proxy;
        auto& passage = *passages_.emplace_back(std::make_unique<Passage>());
        passage.far = std::move(far);
        passage.connector = std::make_unique<Connector>(
            loop_, lookups_, order,
            [this, &passage, told = std::move(told)](Result<Connected> outcome) {
                if (!outcome) {
                    passage.far.reset();
                    return told(Failure(outcome.error()));
                }
                passage.stream = std::make_unique<Stream>(
                    loop_, std::move(passage.far), std::move(outcome->socket),
                    std::move(outcome->early), nullptr, 0, [this, &passage] {
                        // Both sockets are to be closed, but not under its own feet.
                        loop_.defer([alive = std::weak_ptr(alive_), &passage] {
                            if (!alive.expired()) passage.stream.reset();
                        });
                    });
                told({});
            });
    }

    Loop& loop_;
    Lookups lookups_;
    std::vector<std::unique_ptr<Passage>> passages_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

} // namespace openclaw::egress::test
