#include "workers/telegram/previews.h"

#include "common/log/log.h"
#include "common/text/characters.h"
#include "workers/telegram/markdown.h"
#include "workers/telegram/render.h"
#include "workers/telegram/split.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace openclaw::telegram {

namespace {

constexpr std::size_t enough_to_read = 30; // characters; BEHAVIOUR.md A4
constexpr Milliseconds room_after{500};
// At least 1 s and 3 s (TELEGRAM.md 6.3); a little more, so that the pace always has room for the
// final text.
constexpr Milliseconds direct_edit_every{1500};
constexpr Milliseconds group_edit_every{4000};
constexpr Milliseconds forgotten_after = std::chrono::minutes(15);
constexpr std::size_t most_previews = 1000;

Milliseconds edit_every(const Target& target) {
    return is_group_id(target.chat_id) ? group_edit_every : direct_edit_every;
}

} // namespace

Previews::Previews(Links links)
    : to_(links)
    , alarm_(links.alarms.make([this] { on_alarm(); })) {}

void Previews::update(const wire::StreamUpdate& update, const std::string& trace) {
    if (!to_.settings.previews) return;
    const auto now = to_.clock.now();
    auto found = streams_.find(update.action_id());
    if (found == streams_.end()) {
        if (!has_place()) return;
        found = streams_.try_emplace(update.action_id()).first;
    }
    auto& stream = found->second;
    if (stream.closed) return;
    stream.target = Target::of(update.chat());
    stream.trace = trace;
    stream.reply_to_message_id = update.reply_to_message_id();
    stream.markdown = update.markdown();
    stream.is_new = true;
    stream.last_update = now;
    if (stream.message_id.empty() && !stream.gone)
        stream.message_id = update.stream_message_id(); // of our former life
    consider(update.action_id(), stream);
}

void Previews::cancel(const wire::StreamCancel& cancel) {
    auto& stream = streams_[cancel.action_id()];
    stream.target = Target::of(cancel.chat());
    stream.closed = stream.cancelled = true;
    if (stream.message_id.empty() && !stream.gone) stream.message_id = cancel.stream_message_id();
    if (!stream.queued) remove(cancel.action_id());
}

void Previews::close(const std::string& action_id) {
    const auto found = streams_.find(action_id);
    if (found != streams_.end()) found->second.closed = true;
}

std::string Previews::take(const std::string& action_id) {
    const auto found = streams_.find(action_id);
    if (found == streams_.end()) return {};
    auto message_id = std::move(found->second.message_id);
    streams_.erase(found);
    return message_id;
}

void Previews::stop() {
    for (auto& [action_id, stream] : streams_)
        stream.closed = true;
    alarm_->clear();
}

// Asks for a turn when there is something new to show and it is time.
void Previews::consider(const std::string& action_id, Stream& stream) {
    if (!stream.is_new || stream.closed || stream.gone || stream.queued) return;
    if (stream.message_id.empty() && utf16_length(stream.markdown) < enough_to_read) return;
    if (stream.next > to_.clock.now()) return plan();
    stream.queued = true;
    auto chat = to_.migrations.resolve(stream.target.chat_id);
    to_.queue.submit(chat, Priority::preview,
                     [this, action_id, chat] { on_turn(action_id, chat); });
}

void Previews::on_turn(const std::string& action_id, const std::string& chat) {
    const auto found = streams_.find(action_id);
    if (found == streams_.end()) return to_.queue.finish(chat, SendQueue::Used::no);
    auto& stream = found->second;
    if (!to_.uplink.has_room()) { // the supervisor must know before the network does
        stream.queued = false;
        stream.next = to_.clock.now() + room_after;
        plan();
        return to_.queue.finish(chat, SendQueue::Used::no);
    }
    const auto text = text_of(stream);
    stream.is_new = false;
    if (!stream.closed && !text.text.empty() && text.text != stream.tried)
        return show(action_id, stream, chat, text);
    stream.queued = false;
    if (stream.cancelled) remove(action_id);
    to_.queue.finish(chat, SendQueue::Used::no);
}

void Previews::show(const std::string& action_id, Stream& stream, const std::string& chat,
                    const Text& text) {
    auto target = stream.target;
    target.chat_id = chat;
    stream.tried = text.text;
    Call call{.method = "editMessageText", .body = {}, .idempotent = true};
    if (stream.message_id.empty()) {
        report(action_id, stream, wire::Delivery::DISPATCHING);
        call.method = "sendMessage";
        call.body = send_message_body(target, text);
        call.idempotent = false;
        call.on_leaving = [this, action_id] {
            return to_.in_flight.note(action_id, ipc::preview_part, 0);
        };
    } else {
        call.body = edit_message_body(target, stream.message_id, text);
    }
    to_.api.call(std::move(call), [this, action_id, chat](const Answer& answer) {
        on_answer(action_id, chat, answer);
    });
}

// It does not stand in the chat.
void Previews::strike(const std::string& action_id) {
    to_.in_flight.strike(action_id, ipc::preview_part, 0);
}

Text Previews::text_of(const Stream& stream) const {
    const auto parts = split(read_markdown(stream.markdown), to_.settings.split);
    if (parts.empty()) return {};
    return {.text = stream.plain ? parts.front().text : to_html(parts.front()),
            .is_html = !stream.plain,
            .reply_to_message_id = stream.reply_to_message_id,
            .link_preview = to_.settings.link_preview};
}

void Previews::on_answer(const std::string& action_id, const std::string& chat,
                         const Answer& answer) {
    if (answer.trouble == Trouble::rate)
        to_.queue.hold(chat, answer.retry_after.value_or(std::chrono::seconds(5)));
    if (const auto found = streams_.find(action_id); found != streams_.end()) {
        auto& stream = found->second;
        stream.queued = false;
        stream.next = to_.clock.now() + edit_every(stream.target);
        judge(action_id, stream, answer);
        if (stream.cancelled)
            remove(action_id);
        else
            plan();
    }
    to_.queue.finish(chat, SendQueue::Used::yes); // last: the final text may start from inside this
}

void Previews::judge(const std::string& action_id, Stream& stream, const Answer& answer) {
    const bool was_new = stream.message_id.empty();
    switch (answer.trouble) {
    case Trouble::none:
        if (was_new) on_shown(action_id, stream, answer);
        return;
    case Trouble::unchanged:
        return;
    case Trouble::rate:
    case Trouble::not_sent:
        if (was_new) strike(action_id);
        return try_again(stream);
    case Trouble::format:
        if (was_new) strike(action_id);
        stream.gone = stream.plain; // even plain text is refused
        stream.plain = true;
        return try_again(stream);
    case Trouble::server:
    case Trouble::lost:
        stream.gone = was_new; // it may be there, but nobody knows its id
        if (was_new) report(action_id, stream, wire::Delivery::UNKNOWN);
        return try_again(stream);
    default:
        break;
    }
    if (was_new) strike(action_id);
    log::debug("telegram.preview_ended", {{"reason", answer.description}});
    stream.gone = true;
    stream.message_id.clear();
}

void Previews::try_again(Stream& stream) {
    stream.is_new = true;
    stream.tried.clear();
}

void Previews::on_shown(const std::string& action_id, Stream& stream, const Answer& answer) {
    stream.message_id = std::to_string(answer.result()["message_id"].integer());
    to_.in_flight.arrived(action_id, ipc::preview_part, 1, stream.message_id);
    report(action_id, stream, wire::Delivery::SENT);
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

void Previews::remove(const std::string& action_id) {
    auto node = streams_.extract(action_id);
    if (!node || node.mapped().message_id.empty()) return;
    auto target = node.mapped().target;
    target.chat_id = to_.migrations.resolve(target.chat_id);
    to_.errands.delete_message(target, node.mapped().message_id);
}

// Streams that nobody has ended are given up when their place is needed.
bool Previews::has_place() {
    if (streams_.size() < most_previews) return true;
    const auto now = to_.clock.now();
    std::erase_if(streams_, [now](const auto& entry) {
        return !entry.second.queued && entry.second.last_update + forgotten_after <= now;
    });
    return streams_.size() < most_previews;
}

void Previews::on_alarm() {
    const auto now = to_.clock.now();
    std::vector<std::string> due;
    for (const auto& [action_id, stream] : streams_)
        if (stream.next <= now) due.push_back(action_id);
    for (const auto& action_id : due) // a turn may begin inside consider()
        if (const auto found = streams_.find(action_id); found != streams_.end())
            consider(action_id, found->second);
    plan();
}

// Wakes for the streams that only wait for time: text that came while another edit was on its way.
void Previews::plan() {
    const auto now = to_.clock.now();
    auto next = Instant::max();
    for (const auto& [action_id, stream] : streams_) {
        const bool waits =
            stream.is_new && !stream.closed && !stream.gone && !stream.queued && stream.next > now;
        if (waits) next = std::min(next, stream.next);
    }
    if (next == Instant::max()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - now), Milliseconds(1)));
}

} // namespace openclaw::telegram
