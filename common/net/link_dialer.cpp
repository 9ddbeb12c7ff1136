#include "common/net/link_dialer.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace openclaw::net {

namespace {

// The supervisor and egress keep the deadline, and their answer tells the reason; this one is for
// the case that neither answers.
constexpr Milliseconds slack{1000};

wire::DialFamily wire_family(AddressFamily family) {
    switch (family) {
    case AddressFamily::ipv4_first:
        return wire::DIAL_IPV4_FIRST;
    case AddressFamily::ipv4:
        return wire::DIAL_IPV4_ONLY;
    case AddressFamily::ipv6:
        return wire::DIAL_IPV6_ONLY;
    case AddressFamily::any:
        break;
    }
    return wire::DIAL_ANY;
}

Code code_for(wire::Dialled::Outcome outcome) {
    switch (outcome) {
    case wire::Dialled::REFUSED:
        return Code::denied;
    case wire::Dialled::NO_ADDRESS:
        return Code::not_found;
    case wire::Dialled::TIMED_OUT:
        return Code::timeout;
    case wire::Dialled::BUSY:
        return Code::busy;
    default:
        return Code::unavailable;
    }
}

wire::Frame ask_for(const Target& target, Milliseconds within) {
    wire::Frame frame;
    auto& dial = *frame.mutable_dial();
    dial.set_host(target.host);
    dial.set_port(target.port);
    dial.set_tls(target.tls);
    dial.set_family(wire_family(target.family));
    dial.set_within_ms(static_cast<std::uint32_t>(within.count()));
    return frame;
}

Result<UniqueFd> outcome_of(Result<const wire::Frame*> reply, UniqueFd near) {
    if (!reply) return Failure(std::move(reply).error());
    const auto& dialled = (*reply)->dialled();
    if (dialled.outcome() == wire::Dialled::CONNECTED) return near;
    const auto code = code_for(dialled.outcome());
    return Failure(Error{.code = code,
                         .sentence = dialled.sentence(),
                         .system_errno = dialled.system_errno(),
                         .retryable = code != Code::denied,
                         .retry_after = std::nullopt});
}

// Who waits for an answer; the link's callback knows it only as long as it lives.
struct Waiting final : Dialling {
    std::shared_ptr<Dialer::Done> done = std::make_shared<Dialer::Done>();
};

} // namespace

std::unique_ptr<Dialling> LinkDialer::dial(const Target& target, Milliseconds within, Done done) {
    auto waiting = std::make_unique<Waiting>();
    *waiting->done = std::move(done);
    const auto tell = [weak = std::weak_ptr(waiting->done)](Result<UniqueFd> outcome) {
        const auto told = weak.lock();
        if (told && *told) std::exchange(*told, nullptr)(std::move(outcome));
    };
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        loop_.defer([tell, error = system_error(Code::busy, "no descriptors for a connection",
                                                errno)] { tell(Failure(error)); });
        return waiting;
    }
    const UniqueFd far(ends[1]);
    const int fd = far.get();
    wire::Frame frame = ask_for(target, within);
    link_.request(frame, {&fd, 1}, within + slack,
                  [tell, near = UniqueFd(ends[0])](Result<const wire::Frame*> reply, Fds) mutable {
                      tell(outcome_of(std::move(reply), std::move(near)));
                  });
    return waiting;
}

} // namespace openclaw::net
