#include "supervisor/flow/dials.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/worker/wipe.h"

#include <algorithm>
#include <vector>

namespace openclaw::flow {

namespace {

// Egress has the same deadline; its answer, with the reason, should come first.
constexpr Milliseconds slack{250};
constexpr Milliseconds longest_deadline = std::chrono::minutes(2);
// A stream that egress dies of would otherwise kill it until the deadline.
constexpr int most_lives = 3;

wire::AddressRule wire_rule(policy::AddressesAllowed allowed) {
    switch (allowed) {
    case policy::AddressesAllowed::of_the_internet:
        return wire::ADDRESS_PUBLIC;
    case policy::AddressesAllowed::private_ones_too:
        return wire::ADDRESS_NAMED;
    case policy::AddressesAllowed::any:
        break;
    }
    return wire::ADDRESS_ANY;
}

std::string text_of(const policy::Endpoint& endpoint) {
    return endpoint.host + ":" + std::to_string(endpoint.port);
}

} // namespace

Dials::Dials(Loop& loop, process::Links& links, const Reaches& reaches,
             policy::AmbientProxies ambient)
    : loop_(loop)
    , links_(links)
    , reaches_(reaches)
    , ambient_(std::move(ambient))
    , alive_(std::make_shared<bool>(true)) {
    auto made = ipc::StreamCounters::make();
    if (made)
        counters_.emplace(std::move(*made));
    else
        log::warn("egress.no_counters", {{"why", made.error().sentence}});
}

Dials::~Dials() {
    *alive_ = false;
}

// From the worker.

bool Dials::on_dial(const std::string& worker, const wire::Frame& frame, Fds fds) {
    const auto& dial = frame.dial();
    const policy::Endpoint wanted{.host = policy::normal_host(dial.host()),
                                  .port = static_cast<std::uint16_t>(dial.port())};
    if (frame.id() == 0 || fds.size() != 1 || dial.port() == 0 || dial.port() > 0xffff)
        return false;
    const auto allowed =
        wanted.host.empty() ? std::nullopt : judge_reach(reaches_.reach_of(worker), wanted);
    if (!allowed) return refuse(worker, frame, wanted), true;
    auto& account = account_of(worker);
    if (account.waiting >= max_waiting || !account.allowance.take(loop_.clock().now()))
        return answer(worker, frame.id(), wire::Dialled::BUSY,
                      "too many connections are being made"),
               true;
    accept(worker, frame, std::move(fds.front()), *allowed);
    return true;
}

void Dials::refuse(const std::string& worker, const wire::Frame& frame,
                   const policy::Endpoint& wanted) {
    auto& account = account_of(worker);
    ++account.refused;
    // What a hijacked worker calls a host may be anything.
    account.last_refused = wanted.host.empty() ? "a name that is none" : text_of(wanted);
    if (account.lines.take(loop_.clock().now()))
        log::warn(
            "egress.refused",
            {{"worker", worker}, {"host", account.last_refused}, {"refused", account.refused}});
    const auto& problem = reaches_.reach_of(worker).problem;
    answer(worker, frame.id(), wire::Dialled::REFUSED,
           problem.empty() ? worker + " may not reach " + account.last_refused +
                                 ": neither its kind nor the configuration names that host"
                           : problem);
}

void Dials::accept(const std::string& worker, const wire::Frame& frame, UniqueFd end,
                   policy::AddressesAllowed addresses) {
    auto& account = account_of(worker);
    ++account.waiting;
    const auto within =
        std::clamp(Milliseconds(frame.dial().within_ms()), Milliseconds(1), longest_deadline);
    const auto id = ++last_id_;
    auto& dial = dials_[id];
    dial.worker = worker;
    dial.request = frame.id();
    dial.end = std::move(end);
    dial.give_up_at = loop_.clock().now() + within;
    dial.order.set_trace(frame.trace());
    auto& order = *dial.order.mutable_dial_order();
    order.set_worker(worker);
    order.set_slot(account.slot);
    *order.mutable_dial() = frame.dial();
    order.mutable_dial()->set_host(policy::normal_host(frame.dial().host()));
    order.set_rule(wire_rule(addresses));
    dial.deadline = std::make_unique<Timer>(loop_);
    dial.deadline->start(within + slack, [this, id] {
        settle(id, wire::Dialled::TIMED_OUT,
               "no connection to " + dials_.at(id).order.dial_order().dial().host() +
                   " in time: egress is not there or does not answer");
    });
    hand_on(id);
}

void Dials::on_worker_down(const std::string& worker) {
    std::erase_if(dials_, [&](const auto& entry) { return entry.second.worker == worker; });
    account_of(worker).waiting = 0;
}

// To egress.

void Dials::hand_on(std::uint64_t id) {
    auto& dial = dials_.at(id);
    ipc::Link* egress = links_.link(std::string(egress_worker_id));
    if (egress == nullptr || !egress->can_send()) return; // on_egress_ready, on_egress_room
    const auto now = loop_.clock().now();
    if (now >= dial.give_up_at) return; // its timer is due
    auto& order = *dial.order.mutable_dial_order();
    const auto left = std::chrono::ceil<Milliseconds>(dial.give_up_at - now);
    order.mutable_dial()->set_within_ms(static_cast<std::uint32_t>(left.count()));
    const policy::Endpoint wanted{.host = order.dial().host(),
                                  .port = static_cast<std::uint16_t>(order.dial().port())};
    const auto* proxy =
        proxy_for(reaches_.reach_of(dial.worker), ambient_, wanted, order.dial().tls());
    if (proxy != nullptr) set_proxy(order, *proxy);
    dial.is_with_egress = true;
    ++dial.lives;
    const int end = dial.end.get();
    egress->request(dial.order, {&end, 1}, left + slack,
                    [this, alive = alive_, id](Result<const wire::Frame*> reply, const Fds&) {
                        if (*alive) on_answer(id, std::move(reply));
                    });
    if (proxy == nullptr) return;
    worker::wipe_credentials(order); // they stand in no memory longer than they must
    order.clear_proxy();
    ipc::Link::wipe_buffer();
}

void Dials::set_proxy(wire::DialOrder& order, const policy::ProxyServer& proxy) const {
    auto& to = *order.mutable_proxy();
    to.set_kind(proxy.kind == policy::ProxyServer::Kind::socks5 ? wire::DialProxy::SOCKS5
                                                                : wire::DialProxy::HTTP_CONNECT);
    to.set_host(proxy.endpoint.host);
    to.set_port(proxy.endpoint.port);
    to.set_user(proxy.user);
    to.set_password(proxy.password.reveal());
}

void Dials::on_egress_ready() {
    ipc::Link* egress = links_.link(std::string(egress_worker_id));
    if (egress != nullptr && counters_) {
        wire::Frame frame;
        frame.mutable_stream_counters_file();
        const int fd = counters_->fd();
        (void)egress->send(frame, {&fd, 1}); // without it bytes are not counted, and that is all
    }
    hand_on_all();
}

void Dials::on_egress_room() {
    hand_on_all();
}

void Dials::hand_on_all() {
    std::vector<std::uint64_t> ids;
    for (const auto& [id, dial] : dials_)
        if (!dial.is_with_egress) ids.push_back(id);
    for (const auto id : ids)
        if (dials_.contains(id)) hand_on(id);
}

// What was with it waits for the next one.
void Dials::on_egress_down() {
    for (auto& [id, dial] : dials_)
        dial.is_with_egress = false;
    if (counters_) counters_->close_all();
}

void Dials::on_answer(std::uint64_t id, Result<const wire::Frame*> reply) {
    const auto found = dials_.find(id);
    if (found == dials_.end()) return; // its worker is gone, or its time was up
    auto& dial = found->second;
    dial.is_with_egress = false;
    if (!reply) {
        if (dial.lives < most_lives) return; // the next egress gets it, or its timer ends it
        return settle(id, wire::Dialled::UNREACHABLE, "egress died while it connected");
    }
    const auto& dialled = (*reply)->dialled();
    settle(id, dialled.outcome(), to_valid_utf8(dialled.sentence()), dialled.system_errno());
}

void Dials::settle(std::uint64_t id, wire::Dialled::Outcome outcome, const std::string& sentence,
                   int error) {
    const auto node = dials_.extract(id);
    if (!node) return;
    const auto& dial = node.mapped();
    auto& account = account_of(dial.worker);
    --account.waiting;
    if (outcome == wire::Dialled::REFUSED) {
        ++account.refused;
        const auto& asked = dial.order.dial_order().dial();
        account.last_refused = asked.host() + ":" + std::to_string(asked.port());
        if (account.lines.take(loop_.clock().now()))
            log::warn("egress.refused", {{"worker", dial.worker},
                                         {"host", account.last_refused},
                                         {"why", sentence},
                                         {"refused", account.refused}});
    } else if (outcome != wire::Dialled::CONNECTED) {
        ++account.failed;
    }
    answer(dial.worker, dial.request, outcome, sentence, error);
}

void Dials::answer(const std::string& worker, std::uint64_t request, wire::Dialled::Outcome outcome,
                   const std::string& sentence, int error) {
    ipc::Link* link = links_.link(worker);
    if (link == nullptr) return;
    wire::Frame frame;
    auto& dialled = *frame.mutable_dialled();
    dialled.set_outcome(outcome);
    dialled.set_sentence(sentence);
    dialled.set_system_errno(error);
    (void)link->reply(request, frame); // the worker has its own deadline
}

// What is known.

Dials::Account& Dials::account_of(const std::string& worker) {
    const auto [entry, is_new] = accounts_.try_emplace(worker);
    if (is_new)
        entry->second.slot =
            static_cast<std::uint32_t>(std::min(accounts_.size() - 1, ipc::counter_slots - 1));
    return entry->second;
}

DialFacts Dials::facts(const std::string& worker) const {
    const auto found = accounts_.find(worker);
    if (found == accounts_.end()) return {};
    const auto& account = found->second;
    return {.streams = counters_ ? counters_->read(account.slot) : ipc::StreamCounts{},
            .refused = account.refused,
            .failed = account.failed,
            .waiting = account.waiting,
            .last_refused = account.last_refused};
}

} // namespace openclaw::flow
