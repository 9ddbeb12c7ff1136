#include "supervisor/flow/switchboard.h"

#include "common/base/strings.h"
#include "common/log/log.h"

#include <algorithm>

namespace openclaw::flow {

namespace {

// What a channel says of itself, in the log and in status. A hijacked one says more.
constexpr std::size_t max_name_bytes = 256, max_sentence_bytes = 512;

std::string cut_name(std::string_view name) {
    return std::string(utf8_prefix(name, max_name_bytes));
}

// Half of a secret at the end is not known for one: what is shown is cut a second time.
std::string cut_sentence(std::string_view text) {
    const auto redacted = log::redact(utf8_prefix(text, 2 * max_sentence_bytes));
    return std::string(utf8_prefix(redacted, max_sentence_bytes));
}

} // namespace

void Switchboard::on_ready(const std::string& id, std::uint64_t) {
    if (id == egress_worker_id) return dials_.on_egress_ready();
    if (id == agent_worker_id)
        runs_.on_agent_ready();
    else
        deliveries_.on_worker_ready(id);
}

void Switchboard::on_room(const std::string& id) {
    if (id == egress_worker_id) return dials_.on_egress_room();
    if (id == agent_worker_id)
        runs_.on_agent_ready();
    else
        deliveries_.on_room(id);
}

void Switchboard::on_down(const std::string& id, const std::string& reason, process::Whose whose) {
    state_writes_.on_worker_down(id);
    if (id == egress_worker_id) return dials_.on_egress_down();
    dials_.on_worker_down(id);
    if (id == agent_worker_id) return runs_.on_agent_down();
    auto& facts = channels_[id];
    if (facts.state == wire::ChannelStatus::CONNECTED) facts.good_until = rooms_.loop.clock().now();
    facts.state = wire::ChannelStatus::STATE_UNSPECIFIED;
    facts.detail = reason;
    deliveries_.on_worker_down(id, whose);
    inbounds_.on_worker_down(id);
    if (tell_) tell_();
}

void Switchboard::on_view_changed(const std::string&) {
    if (tell_) tell_();
}

void Switchboard::on_frame(const std::string& id, const wire::Frame& frame, Fds fds) {
    if (!has_budget(id, frame)) {
        if (ipc::Link* link = rooms_.links.link(id)) link->misbehaved("a flood of frames");
        return;
    }
    const log::TraceScope trace(frame.trace());
    bool is_sound = true;
    switch (frame.body_case()) {
    case wire::Frame::kInbound:
        is_sound = inbounds_.on_inbound(id, frame.inbound(), fds);
        channels_[id].last_inbound_ms = rooms_.now_ms();
        break;
    case wire::Frame::kDelivery:
        is_sound = deliveries_.on_delivery(id, frame.delivery());
        if (frame.delivery().state() == wire::Delivery::SENT)
            channels_[id].last_outbound_ms = rooms_.now_ms();
        break;
    case wire::Frame::kRunDelta:
        runs_.on_delta(frame.run_delta());
        break;
    case wire::Frame::kRunEnd:
        is_sound = runs_.on_end(frame.run_end(), fds);
        break;
    case wire::Frame::kChannelEvent:
        is_sound = events_.on_event(id, frame.channel_event());
        break;
    case wire::Frame::kChannelStatus:
        on_channel_status(id, frame.channel_status());
        break;
    case wire::Frame::kDial:
        is_sound = dials_.on_dial(id, frame, std::move(fds));
        break;
    case wire::Frame::kStateWrite:
        is_sound = state_writes_.on_write(id, frame.id(), frame.state_write());
        break;
    default:
        break;
    }
    if (is_sound) return;
    if (ipc::Link* link = rooms_.links.link(id))
        link->misbehaved(
            "a frame that contradicts itself, speaks for another account, or has no credit");
}

void Switchboard::on_channel_status(const std::string& id, const wire::ChannelStatus& status) {
    auto& facts = channels_[id];
    const auto detail = cut_sentence(status.detail());
    if (facts.state != status.state() && budgets_[id].lines.take(rooms_.loop.clock().now()))
        log::info("channel.status", {{"worker", id},
                                     {"state", wire::ChannelStatus::State_Name(status.state())},
                                     {"identity", cut_name(status.identity())},
                                     {"detail", detail}});
    facts.contact.hear(status.last_contact_unix_ms(), rooms_.loop.clock().now(), rooms_.now_ms());
    if (facts.state == wire::ChannelStatus::CONNECTED &&
        status.state() != wire::ChannelStatus::CONNECTED)
        facts.good_until = facts.contact.at();
    facts.state = status.state();
    facts.cause = status.cause();
    facts.detail = detail;
    facts.identity = cut_name(status.identity());
    facts.identity_id = cut_name(status.identity_id());
    facts.error_code = cut_name(status.error_code());
    facts.said_at_ms = rooms_.now_ms();
    if (tell_) tell_();
}

// Inbound and runs are bounded by what is in flight, logs by a budget of their own. Dials that are
// too many are answered (flow/dials); here ends who does not listen to the answers.
bool Switchboard::has_budget(const std::string& id, const wire::Frame& frame) {
    const auto now = rooms_.loop.clock().now();
    switch (frame.body_case()) {
    case wire::Frame::kInbound:
    case wire::Frame::kRunDelta:
    case wire::Frame::kRunEnd:
        return true;
    case wire::Frame::kChannelEvent:
        return budgets_[id].events.take(now);
    case wire::Frame::kDial:
        return budgets_[id].dials.take(now);
    default: // answers that say nothing of a question among them
        return budgets_[id].reports.take(now);
    }
}

} // namespace openclaw::flow
