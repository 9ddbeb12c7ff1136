#include "workers/discord/previews.h"

#include "common/log/log.h"
#include "common/text/characters.h"
#include "workers/discord/chat.h"
#include "workers/discord/chunk.h"
#include "workers/discord/render.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr std::size_t enough_to_read = 30;       // characters; DISCORD.md 2.4
constexpr Milliseconds preview_edit_every{1200}; // the same
constexpr Milliseconds preview_room_after{500};
constexpr Milliseconds preview_forgotten_after = std::chrono::minutes(15);
constexpr std::size_t most_preview_streams = 1000;

} // namespace

Previews::Previews(Links links)
    : to_(links)
    , alarm_(links.alarms.make([this] { on_alarm(); })) {}

void Previews::update(const wire::StreamUpdate& update, const std::string& trace) {
    if (!to_.settings.previews) return;
    auto found = streams_.find(update.action_id());
    if (found == streams_.end()) {
        if (!has_place()) return;
        found = streams_.try_emplace(update.action_id()).first;
    }
    auto& stream = found->second;
    if (stream.is_closed) return;
    stream.channel = channel_of(update.chat());
    stream.trace = trace;
    stream.reply_to_message_id = update.reply_to_message_id();
    stream.markdown = update.markdown();
    stream.is_new = true;
    stream.last_update = to_.clock.now();
    if (stream.message_id.empty() && !stream.is_gone)
        stream.message_id = update.stream_message_id(); // of our former life
    consider(update.action_id(), stream);
}

void Previews::cancel(const wire::StreamCancel& cancel) {
    auto& stream = streams_[cancel.action_id()];
    stream.channel = channel_of(cancel.chat());
    stream.is_closed = stream.is_cancelled = true;
    if (stream.message_id.empty() && !stream.is_gone)
        stream.message_id = cancel.stream_message_id();
    if (!stream.is_calling) let_go(cancel.action_id());
}

void Previews::close(const std::string& action_id, WhenQuiet when_quiet) {
    const auto found = streams_.find(action_id);
    if (found == streams_.end()) return when_quiet({});
    found->second.is_closed = true;
    found->second.when_quiet = std::move(when_quiet);
    if (!found->second.is_calling) let_go(action_id);
}

void Previews::stop() {
    for (auto& [action_id, stream] : streams_)
        stream.is_closed = true;
    alarm_->clear();
}

// Calls when there is something new to show and it is time.
void Previews::consider(const std::string& action_id, Stream& stream) {
    if (!stream.is_new || stream.is_closed || stream.is_gone || stream.is_calling) return;
    if (stream.message_id.empty() && count_code_points(stream.markdown) < enough_to_read) return;
    if (stream.channel.empty()) return; // a person whose channel is not open yet
    const auto now = to_.clock.now();
    if (stream.next > now) return plan();
    if (!to_.uplink.has_room()) { // the supervisor must know before the network does
        stream.next = now + preview_room_after;
        return plan();
    }
    stream.is_new = false;
    auto parts = chunk(render(stream.markdown), to_.settings.chunk);
    if (!parts.empty() && parts.front() != stream.tried)
        show(action_id, stream, std::move(parts.front()));
}

void Previews::show(const std::string& action_id, Stream& stream, std::string text) {
    stream.tried = text;
    stream.is_calling = true;
    const Message message{.content = std::move(text),
                          .reply_to = stream.reply_to_message_id,
                          .nonce = nonce_of(to_.settings.account, action_id, ipc::preview_part),
                          .suppress_embeds = to_.settings.suppress_embeds,
                          .pings = Pings::nobody};
    Call call{.method = "PATCH",
              .path = "/channels/" + stream.channel + "/messages/" + stream.message_id,
              .priority = Priority::preview,
              .idempotent = true};
    if (stream.message_id.empty()) {
        report(action_id, stream, wire::Delivery::DISPATCHING);
        call.method = "POST";
        call.path = "/channels/" + stream.channel + "/messages";
        call.body = create_body(message);
        call.on_leaving = [this, action_id] {
            return to_.in_flight.note(action_id, ipc::preview_part, 0);
        };
    } else {
        call.body = edit_body(message);
    }
    to_.api.call(std::move(call),
                 [this, action_id](const Answer& answer) { on_answer(action_id, answer); });
}

// It does not stand in the channel.
void Previews::strike(const std::string& action_id) {
    to_.in_flight.strike(action_id, ipc::preview_part, 0);
}

void Previews::on_answer(const std::string& action_id, const Answer& answer) {
    auto& stream = streams_.at(action_id);
    stream.is_calling = false;
    stream.next = to_.clock.now() + preview_edit_every;
    judge(action_id, stream, answer);
    if (stream.is_closed) return let_go(action_id);
    consider(action_id, stream);
}

void Previews::judge(const std::string& action_id, Stream& stream, const Answer& answer) {
    const bool was_new = stream.message_id.empty();
    if (answer.ok()) {
        if (!was_new) return;
        stream.message_id = answer.result()["id"].text();
        to_.in_flight.arrived(action_id, ipc::preview_part, 1, stream.message_id);
        return report(action_id, stream, wire::Delivery::SENT);
    }
    stream.tried.clear();
    if (may_pass(answer.trouble) || answer.trouble == Trouble::dropped) {
        // The nonce makes a second try of the first message the same message.
        if (was_new && !is_ambiguous(answer.trouble)) strike(action_id);
        stream.is_new = true;
        return;
    }
    if (was_new) strike(action_id);
    log::debug("discord.preview_ended", {{"reason", answer.description}});
    stream.is_gone = true;
    stream.message_id.clear();
}

void Previews::report(const std::string& action_id, const Stream& stream,
                      wire::Delivery::State state) {
    wire::Frame frame;
    frame.set_trace(stream.trace);
    auto& delivery = *frame.mutable_delivery();
    delivery.set_action_id(action_id);
    delivery.set_state(state);
    delivery.set_preview(true);
    delivery.set_message_id(stream.message_id);
    to_.uplink.send(std::move(frame));
}

void Previews::let_go(const std::string& action_id) {
    auto node = streams_.extract(action_id);
    auto& stream = node.mapped();
    if (stream.is_cancelled && !stream.message_id.empty())
        to_.errands.delete_message(stream.channel, stream.message_id);
    if (stream.when_quiet)
        stream.when_quiet(stream.is_cancelled ? std::string() : stream.message_id);
}

// Streams that nobody has ended are given up when their place is needed.
bool Previews::has_place() {
    if (streams_.size() < most_preview_streams) return true;
    const auto now = to_.clock.now();
    std::erase_if(streams_, [now](const auto& entry) {
        return !entry.second.is_calling && !entry.second.is_closed &&
               entry.second.last_update + preview_forgotten_after <= now;
    });
    return streams_.size() < most_preview_streams;
}

void Previews::on_alarm() {
    const auto now = to_.clock.now();
    std::vector<std::string> due;
    for (const auto& [action_id, stream] : streams_)
        if (stream.next <= now) due.push_back(action_id);
    for (const auto& action_id : due)
        if (const auto found = streams_.find(action_id); found != streams_.end())
            consider(action_id, found->second);
    plan();
}

// Wakes for the streams that only wait for time: text that came while another edit was on its way.
void Previews::plan() {
    const auto now = to_.clock.now();
    auto next = Instant::max();
    for (const auto& [action_id, stream] : streams_) {
        const bool waits = stream.is_new && !stream.is_closed && !stream.is_gone &&
                           !stream.is_calling && stream.next > now;
        if (waits) next = std::min(next, stream.next);
    }
    if (next == Instant::max()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - now), Milliseconds(1)));
}

} // namespace openclaw::discord
