#include "workers/discord/delivering.h"

#include "common/log/log.h"
#include "workers/discord/render.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr Milliseconds rate_pause = std::chrono::seconds(5);
// "The past few minutes" (Create Message, enforce_nonce): below that a repeat is harmless.
constexpr Milliseconds nonce_holds = std::chrono::minutes(2);
// A record takes milliseconds; a full disk never takes it. Then the supervisor tries anew.
constexpr Milliseconds recorded_within = std::chrono::seconds(30);

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
    , expires_at_(end_of(it_, to_.clock))
    , alarm_(links.alarms.make([this] { on_alarm(); })) {}

Delivering::~Delivering() {
    if (call_ != 0) to_.api.cancel(call_);
    end_upload_turn();
}

void Delivering::begin() {
    parts_ = parts_of(render(it_.markdown), it_.files, to_.settings.chunk, largest_file());
    if (parts_.empty()) return fail("empty", "the answer has no text to send", true);
    part_ = std::min(it_.first_part, static_cast<std::uint32_t>(parts_.size()));
    if (part_ == parts_.size()) { // all parts had arrived before
        --part_;
        auto last = report(wire::Delivery::SENT);
        return finish(last);
    }
    to_.previews.close(it_.action_id, [this](const std::string& id) { on_preview(id); });
}

void Delivering::on_preview(const std::string& message_id) {
    preview_ = message_id.empty() ? it_.stream_message_id : message_id;
    dispatch();
}

void Delivering::dispatch() {
    if (!to_.uplink.has_room()) { // the supervisor must know before the network does
        state_ = State::waiting_for_room;
        return;
    }
    if (is_expired()) return expire();
    const bool waits =
        to_.interactions.wait_for_acknowledgement(it_.trace, [this, alive = std::weak_ptr(alive_)] {
            if (!alive.expired() && state_ == State::waiting_for_acknowledgement) dispatch();
        });
    if (waits) {
        state_ = State::waiting_for_acknowledgement;
        return;
    }
    if (it_.to.channel.empty()) return open_channel();
    must_look_back() ? look_back() : call();
}

// Of a person.
void Delivering::open_channel() {
    it_.to.channel = to_.directs.of(it_.to.person);
    if (!it_.to.channel.empty()) return dispatch();
    state_ = State::opening_channel;
    has_opened_channel_ = true;
    call_ = to_.api.call({.method = "POST",
                          .path = "/users/@me/channels",
                          .body = direct_channel_body(it_.to.person),
                          .idempotent = true},
                         [this](const Answer& answer) { on_channel(answer); });
}

void Delivering::on_channel(const Answer& answer) {
    call_ = 0;
    if (may_pass(answer.trouble)) return pause(backoff_.next(), answer);
    const auto channel = Snowflake::parse(answer.result()["id"].text());
    if (!channel) return fail(answer);
    it_.to.channel = channel->text();
    to_.directs.learn(it_.to.person, it_.to.channel);
    dispatch();
}

// There is no such channel, but the id may be a person's: asked once.
bool Delivering::is_person(const Answer& answer) {
    constexpr int unknown_channel = 10003;
    return answer.code == unknown_channel && !it_.to.person.empty() && !has_opened_channel_;
}

// Another life, or a long outage of this one, may have sent the part when the nonce no longer
// helps.
bool Delivering::must_look_back() const {
    if (has_looked_back_ || is_forum_) return false;
    const bool is_of_another_life = it_.attempt > 1 && part_ == it_.first_part;
    const bool is_old =
        first_left_ != Instant::max() && to_.clock.now() - first_left_ > nonce_holds;
    return is_of_another_life || is_old;
}

void Delivering::look_back() {
    state_ = State::looking_back;
    has_looked_back_ = true;
    call_ = to_.api.call(
        {.path = "/channels/" + it_.to.channel + "/messages?limit=50", .idempotent = true},
        [this](const Answer& answer) { on_history(answer); });
}

void Delivering::on_history(const Answer& answer) {
    call_ = 0;
    if (may_pass(answer.trouble)) { // nobody knows yet whether it stands there
        const auto growing = backoff_.next();
        return pause(std::max(growing, answer.retry_after.value_or(growing)), answer);
    }
    std::string found;
    const auto wanted = nonce();
    answer.result().each_element([&](json::View sent) {
        if (sent["nonce"].text() == wanted) found = sent["id"].text();
        return found.empty();
    });
    found.empty() ? call() : on_sent(found);
}

void Delivering::call() {
    if (!take_upload_turn()) return;
    state_ = State::calling;
    outlet_ = outlet();
    auto dispatching = report(wire::Delivery::DISPATCHING);
    dispatching.set_edit(outlet_.kind == Outlet::Kind::edit);
    send(std::move(dispatching));
    auto call = outlet_.call(message());
    enclose_files(call);
    if (outlet_.kind != Outlet::Kind::edit)
        call.on_leaving = [this] {
            if (first_left_ == Instant::max()) first_left_ = to_.clock.now();
            return to_.in_flight.note(it_.action_id, part_, it_.attempt);
        };
    call_ = to_.api.call(std::move(call), [this](const Answer& answer) { on_answer(answer); });
}

// The preview becomes the answer when that fits into it; a longer one, or one with files, takes its
// place.
Outlet Delivering::outlet() {
    Outlet outlet{.channel = it_.to.channel};
    const auto interaction = to_.interactions.reply_to(it_.trace);
    if (interaction) {
        outlet.kind = Outlet::Kind::interaction;
        outlet.follow_up_path = interaction->path;
    } else if (is_forum_) {
        outlet.kind = Outlet::Kind::post;
        outlet.title = post_title(it_.markdown);
    } else if (!preview_.empty() && parts_.size() == 1 && parts_.front().files.empty()) {
        outlet.kind = Outlet::Kind::edit;
        outlet.message_id = preview_;
    }
    return outlet;
}

Message Delivering::message() const {
    const bool replies = part_ == 0 || to_.settings.reply_on_every_part;
    const auto interaction = to_.interactions.reply_to(it_.trace);
    std::vector<std::string> file_names;
    for (const auto i : parts_[part_].files)
        file_names.push_back(clean_file_name(it_.files[i].name));
    return {.content = parts_[part_].content,
            .reply_to = replies ? it_.reply_to_message_id : std::string(),
            .nonce = nonce(),
            .suppress_embeds = to_.settings.suppress_embeds,
            .is_ephemeral = interaction && interaction->is_ephemeral,
            .file_names = std::move(file_names)};
}

void Delivering::on_answer(const Answer& answer) {
    call_ = 0;
    end_upload_turn();
    judge(answer);
}

void Delivering::judge(const Answer& answer) {
    switch (answer.trouble) {
    case Trouble::none: {
        const auto id = answer.result()["message"]["id"].text(answer.result()["id"].text());
        return on_sent(std::string(id));
    }
    case Trouble::rate:
        return pause(answer.retry_after.value_or(rate_pause), answer);
    case Trouble::not_sent:
    case Trouble::dropped:
        return pause(backoff_.next(), answer);
    case Trouble::server:
    case Trouble::lost:
        may_stand_ = true;
        return outlet_.is_repeatable() ? pause(backoff_.next(), answer)
                                       : unknown(answer.word(), answer.description);
    case Trouble::target_gone:
    case Trouble::foreign: // the preview; a new message then
        if (outlet_.kind != Outlet::Kind::edit) return fail(answer);
        preview_.clear();
        return dispatch();
    case Trouble::too_late:
        if (outlet_.kind != Outlet::Kind::interaction) return fail(answer);
        to_.interactions.is_over(it_.trace);
        return dispatch();
    case Trouble::reply_gone:
        if (it_.reply_to_message_id.empty()) return fail(answer);
        it_.reply_to_message_id.clear();
        return dispatch();
    case Trouble::is_forum:
        if (std::exchange(is_forum_, true)) return fail(answer);
        return dispatch();
    case Trouble::archived:
        return open_thread(answer);
    case Trouble::auth: // the answer waits for a valid token
        return fail(answer.word(), answer.description, false);
    case Trouble::empty:
        log::warn("discord.part_empty", {{"action", it_.action_id}, {"part", part_}});
        return on_sent({});
    case Trouble::route_gone:
        if (!is_person(answer)) return fail(answer);
        it_.to.channel.clear();
        return dispatch();
    case Trouble::rights:
    case Trouble::too_large:
        return parts_[part_].files.empty() ? fail(answer) : go_without_files(answer);
    case Trouble::form:
    case Trouble::peer_gone:
    case Trouble::locked:
    case Trouble::answered:
    case Trouble::refused:
        return fail(answer);
    }
}

void Delivering::on_sent(const std::string& message_id) {
    backoff_.reset();
    first_left_ = Instant::max();
    may_stand_ = false;
    if (message_id.empty()) // noted before the supervisor is told: it may be dead
        to_.in_flight.strike(it_.action_id, part_, it_.attempt);
    else
        to_.in_flight.arrived(it_.action_id, part_, static_cast<std::uint32_t>(parts_.size()),
                              message_id);
    remove_preview();
    to_.interactions.answered(it_.trace);
    if (part_ == it_.first_part && !it_.is_notice) owner_.on_message(it_.to.channel);
    auto sent = report(wire::Delivery::SENT);
    sent.set_message_id(message_id);
    if (part_ + 1 == parts_.size()) return finish(sent);
    state_ = State::waiting_for_ack;
    alarm_->set(recorded_within);
    send(std::move(sent));
}

// What was shown instead of the answer, when the answer is a message of its own.
void Delivering::remove_preview() {
    if (preview_.empty() || outlet_.kind == Outlet::Kind::edit) return;
    to_.errands.delete_message(it_.to.channel, std::exchange(preview_, {}));
}

void Delivering::acknowledge(std::uint32_t part) {
    if (state_ != State::waiting_for_ack || part != part_) return;
    alarm_->clear();
    ++part_;
    has_looked_back_ = false;
    dispatch();
}

void Delivering::open_thread(const Answer& answer) {
    if (std::exchange(has_opened_thread_, true)) return fail(answer);
    call_ = to_.api.call({.method = "PATCH",
                          .path = "/channels/" + it_.to.channel,
                          .body = R"({"archived":false})",
                          .idempotent = true},
                         [this](const Answer&) {
                             call_ = 0;
                             dispatch(); // refused again, if that did not help
                         });
}

void Delivering::on_alarm() {
    if (state_ == State::pausing) return dispatch();
    if (state_ == State::waiting_for_upload) return expire();
    if (state_ == State::waiting_for_ack) // the rest comes with a new attempt
        fail("no_acknowledgement", "the gateway could not record a part in time", false);
}

void Delivering::on_room() {
    if (state_ == State::waiting_for_room) dispatch();
}

} // namespace openclaw::discord
