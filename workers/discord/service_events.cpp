// What Discord tells this bot, and what that means for the supervisor: the other half of
// service.cpp.
#include "common/log/log.h"
#include "workers/discord/intents.h"
#include "workers/discord/service.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr std::string_view no_content_sentence =
    "in servers it hears only messages that name it: switch on Message Content Intent in the "
    "Developer Portal under Bot";
constexpr std::string_view no_intent_sentence =
    "it works without the privileged intents of channels.discord.intents: switch them on in the "
    "Developer Portal under Bot";

Said how_said(const wire::Inbound& inbound) {
    if (inbound.sender().is_bot()) return Said::in_passing;
    if (inbound.chat().kind() == wire::CHAT_DIRECT) return Said::directly;
    return inbound.addressing() == wire::ADDRESSED_NOT ? Said::in_passing : Said::to_the_bot;
}

} // namespace

// Asked for all the same, a privileged intent that was not granted would end the connection.
std::uint32_t Service::granted_intents(const Granted& granted) {
    auto intents = settings_.intents;
    const auto give_up = [&](std::uint32_t intent, bool is_granted, std::string_view sentence) {
        if (is_granted || (intents & intent) == 0) return;
        intents &= ~intent;
        status_.set_limitation("intents", std::string(sentence));
        log::warn("discord.intent_not_granted", {{"means", sentence}});
    };
    give_up(guild_members, granted.guild_members, no_intent_sentence);
    give_up(guild_presences, granted.presences, no_intent_sentence);
    give_up(message_content, granted.message_content, no_content_sentence);
    return intents;
}

void Service::on_signed_in(const Identity& me, const Granted& granted) {
    me_ = me;
    world_.set_me(me.id);
    remembered_.use_bot(me.id);
    interactions_.use_application(me.application);
    status_.on_identity(me);
    log::info("discord.signed_in", {{"bot", me.username}, {"id", me.id.text()}});
    intake_.begin_session(remembered_.place());
    gateway_.set_intents(granted_intents(granted));
    gateway_.begin(remembered_.session(), remembered_.place());
    commands_.register_if_changed(me.application);
}

void Service::on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) {
    log::warn("discord.sign_in_failed",
              {{"reason", answer.description}, {"next_try_ms", pause.count()}});
    status_.not_signed_in(answer, in_a_row);
}

void Service::on_refused_token(const Answer& answer) {
    log::warn("discord.token_refused", {{"reason", answer.description}});
    on_refused(close_meaning(4004));
}

void Service::on_dispatch(const Gateway::Dispatch& dispatch) {
    status_.on_contact(); // how long it has been ill is counted from here
    world_.apply(dispatch.type, dispatch.data);
    intake_.arrived(dispatch.seq);
    if (dispatch.type == "MESSAGE_CREATE")
        return on_message(dispatch.data, dispatch.seq, UnknownChannel::asks);
    if (dispatch.type == "INTERACTION_CREATE") return on_interaction(dispatch.data, dispatch.seq);
    if (is_reaction(dispatch.type))
        return on_reacted(dispatch.type, dispatch.data, dispatch.seq, UnknownChannel::asks);
    if (is_deletion(dispatch.type)) on_deleted(dispatch.data);
    intake_.settle(dispatch.seq);
}

void Service::on_message(json::View message, std::int64_t place, UnknownChannel unknown) {
    if (chat_events_.was_deleted(message)) return intake_.settle(place);
    chat_events_.saw(message, me_);
    auto read = translate_message(message, me_, world_, unknown);
    const auto channel = read.channel.text();
    if (read.ignored_because == "own")
        bots_.said(std::string(message["channel_id"].text()), clock_.now());
    const bool must_wait =
        read.channel && lookups_.is_waiting(read.channel) && unknown == UnknownChannel::asks;
    if (read.kind == Translation::Kind::needs_channel || must_wait)
        return lookups_.wait(read.channel, {.json = message.dump(), .place = place});
    const bool is_heard = read.kind == Translation::Kind::message &&
                          (!read.inbound.sender().is_bot() ||
                           bots_.hear(channel, read.inbound.sender().id(), clock_.now()));
    if (!is_heard) return intake_.settle(place);
    if (read.attachments.empty()) return static_cast<void>(intake_.offer(std::move(read), place));
    take_with_files(std::move(read), place);
}

// Later messages of the channel wait behind it.
void Service::take_with_files(Translation message, std::int64_t place) {
    const auto& inbound = message.inbound;
    Downloads::Wanted wanted{.event_id = inbound.event_id(),
                             .attachments = std::exchange(message.attachments, {}),
                             .sender = inbound.sender().id(),
                             .how = how_said(inbound)};
    const auto event_id = wanted.event_id;
    if (!intake_.offer(std::move(message), place, Intake::Held::with_channel)) return;
    auto nothing_to_fetch = downloads_.begin(std::move(wanted));
    if (nothing_to_fetch) intake_.complete(event_id, std::move(*nothing_to_fetch));
}

void Service::on_known_channel(const ChannelLookups::Waiting& waiting) {
    const auto told = json::Document::parse(waiting.json);
    if (!told) return;
    if (is_reaction(waiting.type))
        return on_reacted(waiting.type, told->root(), waiting.place, UnknownChannel::is_plain);
    on_message(told->root(), waiting.place, UnknownChannel::is_plain);
}

// Worth a line, and no more: what finds no room on its way is left out.
void Service::on_reacted(std::string_view type, json::View data, std::int64_t place,
                         UnknownChannel unknown) {
    const auto where = Snowflake::parse(data["channel_id"].text()).value_or(Snowflake{});
    if (unknown == UnknownChannel::asks) {
        if (!chat_events_.may_tell(data, me_, clock_.now())) return intake_.settle(place);
        if (data["guild_id"] && world_.channel(where) == nullptr)
            return lookups_.wait(where,
                                 {.json = data.dump(), .place = place, .type = std::string(type)});
    }
    auto event = chat_events_.reaction(type, data, me_, world_);
    if (event.kind() != wire::ChannelEvent::KIND_UNSPECIFIED) tell(std::move(event));
    intake_.settle(place);
}

// What is not sent yet is not sent; of what is, the supervisor is told.
void Service::on_deleted(json::View data) {
    bool is_withdrawn = false;
    for (const auto message : chat_events_.deleted(data)) {
        auto event_id = message_event_id(message);
        if (intake_.withdraw(event_id)) {
            downloads_.cancel(event_id);
            is_withdrawn = true;
            continue;
        }
        wire::ChannelEvent event;
        event.set_kind(wire::ChannelEvent::MESSAGE_DELETED);
        event.set_event_id(std::move(event_id));
        tell(std::move(event));
    }
    if (is_withdrawn) close_gap_if_read(); // it may have been the last of it
}

void Service::tell(wire::ChannelEvent event) {
    if (!uplink_.has_room()) return;
    wire::Frame frame;
    *frame.mutable_channel_event() = std::move(event);
    uplink_.send(std::move(frame));
}

// The acknowledgement goes first: three seconds are not ours to share, and nothing may answer
// before it has arrived.
void Service::on_interaction(json::View data, std::int64_t place) {
    auto read = translate_interaction(data, world_, settings_.ephemeral_commands);
    const bool is_told = read.translation.kind == Translation::Kind::message;
    const auto event_id = is_told ? read.translation.inbound.event_id() : std::string();
    if (read.interaction)
        interactions_.acknowledge(*read.interaction, event_id,
                                  [this, event_id] { intake_.release(event_id); });
    if (!is_told) return intake_.settle(place);
    intake_.offer(std::move(read.translation), place,
                  read.interaction ? Intake::Held::alone : Intake::Held::no);
}

void Service::on_session(const Session& session, bool lost) {
    world_.forget_all();
    if (lost) remembered_.open_gap();
    intake_.begin_session(0);
    remembered_.set_session(session, 0);
}

void Service::on_live(bool resumed) {
    log::info("discord.live", {{"resumed", resumed}, {"servers", world_.guild_count()}});
    status_.connected();
    on_heartbeat_acknowledged();
    auto gap = remembered_.gap();
    if (!gap.empty() && (!resumed || history_.is_idle())) history_.begin(std::move(gap));
}

// Connections for answers to commands stay open: with three seconds to say the first word there is
// no time to make one, and none can be made while the supervisor does not answer.
void Service::on_heartbeat_acknowledged() {
    status_.on_contact();
    if (settings_.registers_commands) api_.keep_warm();
}

void Service::on_interrupted(const CloseMeaning& why, std::string_view reason, int in_a_row,
                             Milliseconds next_try) {
    log::warn("discord.interrupted", {{"why", why.sentence},
                                      {"code", why.code},
                                      {"reason", reason},
                                      {"next_try_ms", next_try.count()}});
    status_.interrupted(why, in_a_row);
}

void Service::on_waiting(Milliseconds pause) {
    log::warn("discord.session_waits", {{"next_try_ms", pause.count()}});
    status_.waiting_for_session(pause);
}

void Service::on_identify(const IdentifyBudget& budget, std::uint64_t attempt) {
    auto frame = remembered_.set_budget(budget);
    context_.link().request(frame, {}, Gateway::recorded_within,
                            [this, attempt, alive = std::weak_ptr(alive_)](
                                Result<const wire::Frame*> answer, const Fds&) {
                                if (alive.expired()) return;
                                const bool is_kept = answer && (*answer)->has_state_written() &&
                                                     (*answer)->state_written().problem().empty();
                                gateway_.on_identify_recorded(attempt, is_kept);
                            });
}

void Service::on_identified(const IdentifyBudget& budget) {
    auto frame = remembered_.set_budget(budget);
    context_.link().request(frame, {}, Gateway::recorded_within,
                            [](const Result<const wire::Frame*>&, const Fds&) {});
}

void Service::on_reduced() {
    const bool had_content = (settings_.intents & message_content) != 0;
    status_.set_limitation("intents",
                           std::string(had_content ? no_content_sentence : no_intent_sentence));
}

void Service::on_refused(const CloseMeaning& why) {
    if (std::exchange(gave_up_, true)) return;
    const std::string word(why.word), sentence(why.sentence);
    status_.needs_operator(word, sentence);
    const auto code = why.after == AfterClose::give_up  ? ExitCode::logged_out
                      : why.after == AfterClose::report ? ExitCode::failed
                                                        : ExitCode::bad_config;
    context_.give_up(code, word, sentence);
}

void Service::on_place(std::int64_t place) {
    gateway_.set_durable(place);
    remembered_.set_place(place);
}

void Service::on_recorded(Snowflake channel, Snowflake message) {
    remembered_.saw(channel, message);
    downloads_.on_room(); // its files are not ours any more
    close_gap_if_read();
}

// Only when everything that was read is on record: until then the next life begins again.
void Service::close_gap_if_read() {
    const bool is_all_recorded =
        intake_.open() == 0 && intake_.waiting() == 0 && lookups_.is_idle();
    if (gateway_.is_live() && history_.is_idle() && is_all_recorded) remembered_.close_gap();
}

void Service::on_traced(const std::string& event_id, const std::string& trace) {
    interactions_.on_traced(event_id, trace);
}

void Service::on_pressure(bool is_full) {
    socket_.pause_reading(is_full);
}

void Service::on_overdue(bool is_overdue) {
    is_overdue ? status_.waiting_for_supervisor() : show_connection();
}

void Service::show_connection() {
    gateway_.is_live() ? status_.connected() : status_.connecting();
}

} // namespace openclaw::discord
