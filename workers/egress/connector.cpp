#include "workers/egress/connector.h"

#include "common/worker/wipe.h"
#include "workers/egress/address_rule.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace openclaw::egress {

namespace {

void set_option(int socket, int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
}

// A peer that vanished without a word is noticed after a minute, by the kernel; so is one that
// takes nothing for so long (tcp(7), TCP_USER_TIMEOUT), whose stream would outlive its worker.
constexpr int silence_ms = 60'000;

void keep_watch(int socket) {
    set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, silence_ms);
    set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1); // who writes has gathered already
}

int error_of(int socket) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

} // namespace

Connector::Connector(Loop& loop, Lookups& lookups, const wire::DialOrder& order, Done done)
    : loop_(loop)
    , lookups_(lookups)
    , order_(order)
    , done_(std::move(done))
    , host_(order.has_proxy() ? order.proxy().host() : order.dial().host())
    , port_(static_cast<std::uint16_t>(order.has_proxy() ? order.proxy().port()
                                                         : order.dial().port()))
    , deadline_(loop)
    , next_attempt_(loop) {
    deadline_.start(Milliseconds(order_.dial().within_ms()), [this] {
        fail_with(Code::timeout, "no connection to " + where() + " within " +
                                     std::to_string(order_.dial().within_ms()) + " ms");
    });
    next_attempt_.start(Milliseconds(0), [this] { begin(); });
}

Connector::~Connector() {
    forget_credentials();
}

void Connector::forget_credentials() {
    talk_.reset();
    worker::wipe_text(to_proxy_);
    worker::wipe_credentials(order_);
}

void Connector::begin() {
    // A proxy resolves names; an address needs no resolving and is judged here.
    const auto target = parse_address(order_.dial().host());
    if (target && !may_connect(*target, order_.rule())) return refuse(*target);
    if (const auto literal = parse_address(host_)) return on_addresses({*literal});
    look_up();
}

void Connector::look_up() {
    if (const auto* known = lookups_.known(host_)) return on_addresses(*known);
    question_ = lookups_.ask(order_.slot(), host_, [this](Result<std::vector<Address>> found) {
        if (found) return on_addresses(std::move(*found));
        fail_with(found.error().code,
                  found.error().code == Code::not_found
                      ? "no address is known for " + host_ +
                            "; check the name and the network's DNS"
                      : "cannot look up " + host_ + ": " + found.error().sentence);
    });
}

// When one of a name's addresses is forbidden, the others still count: a name with a public and a
// private address is common. Where a proxy is, is the operator's affair.
void Connector::on_addresses(std::vector<Address> addresses) {
    const Address first = addresses.front();
    if (!goes_through_proxy())
        std::erase_if(addresses, [&](const auto& one) { return !may_connect(one, order_.rule()); });
    if (addresses.empty()) return refuse(first);
    auto ordered = in_order(addresses, order_.dial().family());
    if (ordered.empty())
        return fail_with(Code::not_found, host_ + " has no address of the wanted family");
    order_of_attempts_.emplace(std::move(ordered));
    try_due();
}

void Connector::refuse(const Address& address) {
    fail_with(Code::denied, order_.dial().host() + " lies at " + address.text() + ", which is " +
                                std::string(words(kind_of(address))) +
                                ": refused, because the configuration does not name it");
}

void Connector::try_due() {
    while (const auto address = order_of_attempts_->take_due(loop_.clock().now())) {
        make_room_for_attempt();
        try_one(*address);
    }
    if (!done_) return;
    if (order_of_attempts_->is_over())
        return fail_with(Code::unavailable, "cannot connect to " + where(), last_error_);
    const auto next = order_of_attempts_->next_at();
    if (!next) return next_attempt_.stop();
    const auto pause = std::chrono::ceil<Milliseconds>(*next - loop_.clock().now());
    next_attempt_.start(std::max(pause, Milliseconds(0)), [this] { try_due(); });
}

void Connector::make_room_for_attempt() {
    if (attempts_.size() < most_attempts_at_once) return;
    attempts_.erase(attempts_.begin());
    order_of_attempts_->gave_way();
}

void Connector::try_one(const Address& address) {
    UniqueFd socket(
        ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!socket) return on_attempt_failed(nullptr, errno);
    keep_watch(socket.get());
    const auto [storage, size] = address.with_port(port_);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size) != 0 &&
        errno != EINPROGRESS)
        return on_attempt_failed(nullptr, errno);
    auto attempt =
        std::make_unique<Attempt>(Attempt{.socket = std::move(socket), .watch = nullptr});
    attempt->watch = std::make_unique<FdWatch>(
        loop_, attempt->socket.get(), [this, raw = attempt.get()](Ready) { on_ready(*raw); });
    attempt->watch->want(false, true);
    attempts_.push_back(std::move(attempt));
}

void Connector::on_ready(Attempt& attempt) {
    if (!done_) return; // too late
    const int error = error_of(attempt.socket.get());
    if (error == 0) return on_connected(std::move(attempt.socket));
    on_attempt_failed(&attempt, error);
    try_due();
}

void Connector::on_attempt_failed(const Attempt* attempt, int error) {
    last_error_ = error;
    order_of_attempts_->failed();
    if (attempt == nullptr) return;
    std::erase_if(attempts_, [&](const auto& one) { return one.get() == attempt; });
}

void Connector::on_connected(UniqueFd socket) {
    next_attempt_.stop();
    for (auto& attempt : attempts_) // before their descriptors
        attempt->watch.reset();
    attempts_.clear();
    if (!goes_through_proxy()) return finish(Connected{.socket = std::move(socket), .early = {}});
    socket_ = std::move(socket);
    greet_proxy();
}

void Connector::greet_proxy() {
    talk_ = talk_to(order_.proxy(), order_.dial().host(),
                    static_cast<std::uint16_t>(order_.dial().port()));
    say_to_proxy();
    proxy_watch_ =
        std::make_unique<FdWatch>(loop_, socket_.get(), [this](Ready ready) { on_proxy(ready); });
    if (write_to_proxy()) proxy_watch_->want(true, !to_proxy_.empty());
}

// What is left of it in other places is wiped at once, what is to be written at the end.
void Connector::say_to_proxy() {
    std::string output = talk_->take_output();
    to_proxy_.reserve(to_proxy_.size() + output.size());
    to_proxy_ += output;
    worker::wipe_text(output);
}

bool Connector::write_to_proxy() {
    const ssize_t wrote = send(socket_.get(), to_proxy_.data(), to_proxy_.size(), MSG_NOSIGNAL);
    if (wrote > 0) to_proxy_.erase(0, static_cast<std::size_t>(wrote));
    if (wrote >= 0 || errno == EAGAIN) return true;
    fail_with(Code::unavailable, "the proxy broke the connection to " + where(), errno);
    return false;
}

void Connector::on_proxy(Ready ready) {
    if (!done_) return; // too late: the talk is forgotten
    if (!to_proxy_.empty() && ready.writable && !write_to_proxy()) return;
    std::array<char, 4096> bytes;
    const ssize_t got = recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return proxy_watch_->want(true, !to_proxy_.empty());
    if (got <= 0)
        return fail_with(Code::unavailable, "the proxy broke the connection to " + where(),
                         got < 0 ? errno : 0);
    const std::string_view came(bytes.data(), static_cast<std::size_t>(got));
    const auto used = talk_->feed(came);
    if (!used) return fail_with(used.error().code, where() + ": " + used.error().sentence);
    if (talk_->is_done()) {
        proxy_watch_.reset();
        return finish(
            Connected{.socket = std::move(socket_), .early = std::string(came.substr(*used))});
    }
    say_to_proxy();
    if (!to_proxy_.empty() && !write_to_proxy()) return;
    proxy_watch_->want(true, !to_proxy_.empty());
}

std::string Connector::where() const {
    const auto port = order_.dial().port();
    const bool is_usual = port == 443 || port == 80;
    const auto host = order_.dial().host() + (is_usual ? "" : ":" + std::to_string(port));
    return goes_through_proxy() ? host + " through the proxy " + host_ : host;
}

void Connector::fail_with(Code code, std::string sentence, int error) {
    const bool is_silence = code == Code::unavailable || code == Code::timeout;
    if (is_silence) lookups_.forget(host_); // it may have moved
    if (error != 0) sentence += std::string(": ") + std::strerror(error);
    finish(Failure(Error{.code = code,
                         .sentence = std::move(sentence),
                         .system_errno = error,
                         .retryable = is_silence,
                         .retry_after = std::nullopt}));
}

void Connector::finish(Result<Connected> outcome) {
    deadline_.stop();
    next_attempt_.stop();
    forget_credentials();
    if (auto done = std::exchange(done_, nullptr)) done(std::move(outcome));
}

} // namespace openclaw::egress
