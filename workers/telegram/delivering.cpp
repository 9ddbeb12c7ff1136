#include "workers/telegram/delivering.h"

#include "common/log/log.h"
#include "workers/telegram/markdown.h"
#include "workers/telegram/render.h"
#include "workers/telegram/split.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds default_retry_after = std::chrono::seconds(5);
constexpr int most_tries_without_expiry = 10;
// A record takes milliseconds; a full disk never takes it. Then the supervisor tries anew.
constexpr Milliseconds acknowledged_within = std::chrono::seconds(30);

Instant end_of(const Answering& answering, const Clock& clock) {
    return answering.expires_at_ms == 0
               ? Instant::max()
               : clock.now() + Milliseconds(answering.expires_at_ms - clock.unix_ms());
}

} // namespace

Delivering::Delivering(Links links, Owner& owner, Answering answering)
    : to_(links)
    , owner_(owner)
    , it_(std::move(answering))
    , expires_at_(end_of(it_, to_.clock)) {}

void Delivering::begin() {
    to_.previews.close(it_.action_id);
    parts_ = split(read_markdown(it_.markdown), to_.settings.split);
    if (parts_.empty()) return fail("empty", "the answer has no text to send", true);
    part_ = std::min(it_.first_part, static_cast<std::uint32_t>(parts_.size()));
    if (part_ == parts_.size()) { // all parts had arrived before
        --part_;
        auto last = report(wire::Delivery::SENT);
        return finish(last);
    }
    pieces_ = {parts_[part_]};
    wait_for_turn();
}

void Delivering::wait_for_turn() {
    state_ = State::waiting_for_turn;
    chat_ = to_.migrations.resolve(it_.target.chat_id);
    to_.queue.submit(chat_, Priority::final, [this] { on_turn(); });
}

void Delivering::on_turn() {
    if (!to_.uplink.has_room()) { // the supervisor must know before the network does
        state_ = State::waiting_for_room;
        return to_.queue.finish(chat_, SendQueue::Used::no);
    }
    if (is_expired())
        return end_turn("expired", "the answer waited past its time and was not sent", true);
    if (!std::exchange(asked_for_preview_, true)) {
        edit_message_id_ = to_.previews.take(it_.action_id);
        if (edit_message_id_.empty()) edit_message_id_ = it_.stream_message_id;
    }
    call();
}

void Delivering::end_turn(std::string_view code, std::string_view why, bool permanent) {
    const auto chat = chat_;
    auto& queue = to_.queue;
    fail(code, why, permanent); // may destroy us
    queue.finish(chat, SendQueue::Used::no);
}

void Delivering::call() {
    state_ = State::calling;
    auto target = it_.target;
    target.chat_id = chat_;
    auto dispatching = report(wire::Delivery::DISPATCHING);
    dispatching.set_edit(is_edit());
    send(std::move(dispatching));
    Call call{.method = "sendMessage", .body = {}};
    if (is_edit()) {
        call.method = "editMessageText";
        call.body = edit_message_body(target, edit_message_id_, text());
        call.idempotent = true;
    } else {
        call.body = send_message_body(target, text());
        call.on_leaving = [this] { return to_.in_flight.note(it_.action_id, part_, it_.attempt); };
    }
    to_.api.call(std::move(call), [this](Answer answer) { on_answer(std::move(answer)); });
}

Text Delivering::text() const {
    const bool replies = (part_ == 0 && pieces_sent_ == 0) || to_.settings.reply_on_every_part;
    const auto& piece = pieces_.front();
    return {.text = is_plain_ ? piece.text : to_html(piece),
            .is_html = !is_plain_,
            .reply_to_message_id = replies ? it_.reply_to_message_id : std::string(),
            .link_preview = to_.settings.link_preview};
}

void Delivering::on_answer(Answer answer) {
    const auto chat = chat_;
    auto& queue = to_.queue;
    if (answer.trouble == Trouble::rate)
        queue.hold(chat, answer.retry_after.value_or(default_retry_after));
    judge(answer); // may destroy us
    queue.finish(chat, SendQueue::Used::yes);
}

void Delivering::judge(const Answer& answer) {
    switch (answer.trouble) {
    case Trouble::none:
        return on_sent(std::to_string(answer.result()["message_id"].integer()));
    case Trouble::unchanged:
        return on_sent(edit_message_id_);
    case Trouble::rate:
        return pause(answer.retry_after.value_or(default_retry_after), answer);
    case Trouble::not_sent:
        return pause(backoff_.next(), answer);
    case Trouble::server:
    case Trouble::lost:
    case Trouble::webhook:
    case Trouble::rival: {
        if (is_edit()) return pause(backoff_.next(), answer);
        auto last = report(wire::Delivery::UNKNOWN);
        last.set_error_code(std::string(answer.word()));
        last.set_error(answer.description);
        return finish(last);
    }
    case Trouble::format:
    case Trouble::markup:
        if (std::exchange(is_plain_, true)) return fail(answer);
        return wait_for_turn();
    case Trouble::too_long:
        return cut_smaller(answer);
    case Trouble::empty:
        log::warn("telegram.part_empty", {{"action", it_.action_id}, {"part", part_}});
        return on_sent({});
    case Trouble::target_gone:
        if (!is_edit()) return fail(answer);
        edit_message_id_.clear();
        return wait_for_turn();
    case Trouble::reply_gone:
        it_.reply_to_message_id.clear();
        return retry_without(dropped_reply_, answer);
    case Trouble::thread_gone: // in a forum another topic would be the wrong room
        if (!it_.target.is_direct || it_.target.thread_id.empty()) return fail(answer);
        it_.target.thread_id.clear();
        return retry_without(dropped_thread_, answer);
    case Trouble::migrated:
        return on_migrated(answer);
    case Trouble::auth:
    case Trouble::misdirected: {
        auto& owner = owner_;
        const auto why = answer.description;
        const auto trouble = answer.trouble;
        fail(answer.word(), why, false); // the answer waits for a valid token
        Answer refusal;
        refusal.trouble = trouble;
        refusal.description = why;
        return owner.on_refused(refusal);
    }
    case Trouble::route_gone:
    case Trouble::peer_gone:
    case Trouble::rights:
    case Trouble::media:
    case Trouble::cosmetic:
    case Trouble::refused:
        return fail(answer);
    }
}

void Delivering::on_sent(const std::string& message_id) {
    ++pieces_sent_;
    pieces_.pop_front();
    backoff_.reset();
    if (!pieces_.empty()) return wait_for_turn();
    on_part_sent(message_id);
}

void Delivering::on_part_sent(const std::string& message_id) {
    note_arrival(message_id);
    if (part_ == it_.first_part && !it_.is_notice) owner_.on_message(it_.target);
    auto sent = report(wire::Delivery::SENT);
    sent.set_message_id(message_id);
    if (part_ + 1 == parts_.size()) return finish(sent);
    state_ = State::waiting_for_ack;
    wakes_at_ = to_.clock.now() + acknowledged_within;
    owner_.on_pause(*this);
    send(std::move(sent));
}

// Before the supervisor is told: it may be dead.
void Delivering::note_arrival(const std::string& message_id) {
    if (message_id.empty()) return to_.in_flight.strike(it_.action_id, part_, it_.attempt);
    to_.in_flight.arrived(it_.action_id, part_, static_cast<std::uint32_t>(parts_.size()),
                          message_id);
}

void Delivering::acknowledge(std::uint32_t part) {
    if (state_ != State::waiting_for_ack || part != part_) return;
    wakes_at_ = Instant::max();
    ++part_;
    pieces_ = {parts_[part_]};
    pieces_sent_ = 0;
    is_plain_ = is_cut_ = false;
    wait_for_turn();
}

// The pieces stay one part: its number must mean the same when the answer is split again after a
// crash.
void Delivering::cut_smaller(const Answer& answer) {
    if (std::exchange(is_cut_, true)) return fail(answer);
    const auto pieces = split(pieces_.front(), {.limit = to_.settings.split.limit / 2});
    pieces_.assign(pieces.begin(), pieces.end());
    wait_for_turn();
}

void Delivering::on_migrated(const Answer& answer) {
    to_.migrations.learn(it_.target.chat_id, answer.migrated_to);
    it_.reply_to_message_id.clear(); // message ids of the old group mean nothing in the new one
    edit_message_id_.clear();
    retry_without(has_moved_, answer);
}

void Delivering::retry_without(bool& already, const Answer& answer) {
    if (std::exchange(already, true)) return fail(answer);
    wait_for_turn();
}

void Delivering::pause(Milliseconds how_long, const Answer& answer) {
    const bool never_ends =
        expires_at_ == Instant::max() && backoff_.failures() >= most_tries_without_expiry;
    const bool ends_first = expires_at_ - to_.clock.now() < how_long;
    if (never_ends || ends_first) return fail(answer.word(), answer.description, false);
    state_ = State::pausing;
    if (pieces_sent_ == 0) { // a part of which a piece stands in the chat stays on its way
        to_.in_flight.strike(it_.action_id, part_, it_.attempt);
        send(report(wire::Delivery::HELD));
    }
    wakes_at_ = to_.clock.now() + how_long;
    owner_.on_pause(*this);
}

void Delivering::on_time() {
    wakes_at_ = Instant::max();
    if (state_ == State::pausing) return wait_for_turn();
    if (state_ == State::waiting_for_ack) // the rest comes with a new attempt
        fail("no_acknowledgement", "the gateway could not record a part in time", false);
}

void Delivering::on_room() {
    if (state_ == State::waiting_for_room) wait_for_turn();
}

void Delivering::fail(const Answer& answer) {
    fail(answer.word(), answer.description, true);
}

void Delivering::fail(std::string_view code, std::string_view why, bool permanent) {
    auto last = report(wire::Delivery::FAILED);
    last.set_error_code(std::string(code));
    last.set_error(std::string(why));
    last.set_permanent(permanent);
    finish(last);
}

void Delivering::finish(wire::Delivery& last) {
    state_ = State::finished;
    if (!asked_for_preview_) to_.previews.take(it_.action_id);
    send(std::move(last));
    owner_.on_finished(*this);
}

bool Delivering::is_expired() const {
    return to_.clock.now() > expires_at_;
}

wire::Delivery Delivering::report(wire::Delivery::State state) const {
    wire::Delivery delivery;
    delivery.set_action_id(it_.action_id);
    delivery.set_state(state);
    delivery.set_part(part_);
    delivery.set_parts(static_cast<std::uint32_t>(parts_.size()));
    delivery.set_attempt(it_.attempt);
    return delivery;
}

void Delivering::send(wire::Delivery delivery) {
    wire::Frame frame;
    frame.set_trace(it_.trace);
    *frame.mutable_delivery() = std::move(delivery);
    to_.uplink.send(std::move(frame));
}

} // namespace openclaw::telegram
