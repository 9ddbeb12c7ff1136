#include "workers/discord/service.h"

#include "common/config/channels/discord_token.h"
#include "common/ipc/attached_files.h"
#include "common/log/log.h"
#include "workers/discord/action_call.h"
#include "workers/discord/chat.h"

#include <utility>

namespace openclaw::discord {

namespace {

Answering answering_for(const wire::Outbound& outbound, Destination to, ipc::TextAndFiles content,
                        const std::string& trace) {
    return {.action_id = outbound.action_id(),
            .attempt = outbound.attempt(),
            .to = std::move(to),
            .markdown = std::move(content.text),
            .reply_to_message_id = outbound.reply_to_message_id(),
            .first_part = outbound.first_part(),
            .stream_message_id = outbound.stream_message_id(),
            .expires_at_ms = outbound.expires_at_ms(),
            .is_notice = outbound.notice(),
            .trace = trace,
            .files = std::move(content.files)};
}

} // namespace

Result<std::unique_ptr<worker::Service>> Service::make(worker::Context& context) {
    const auto& assignment = context.assignment();
    auto settings = TRY(read_settings(assignment.instance, assignment.settings_json));
    const auto token = assignment.secrets.find("token");
    if (token == assignment.secrets.end() || token->second.empty())
        return fail(
            Code::invalid,
            "channels.discord.token is not set: create a bot in Discord's Developer Portal");
    TRY_VOID(config::check_discord_token(token->second.reveal()));
    TRY_VOID(net::load_http()); // behind the sandbox's walls no library can be loaded
    auto sockets = TRY(net::WsClient::create(context.loop()));
    return std::unique_ptr<worker::Service>(
        new Service(context, std::move(settings), token->second, std::move(sockets)));
}

Service::Service(worker::Context& context, Settings settings, Secret token,
                 std::unique_ptr<net::WsClient> sockets)
    : context_(context)
    , settings_(std::move(settings))
    , alarms_(context.loop())
    , uplink_(context.link())
    , clock_(context.loop().clock())
    , status_(clock_, uplink_)
    , remembered_(alarms_, uplink_, context.assignment().state)
    , intake_(alarms_, uplink_, *this, context.assignment().inbound_credits)
    , dialer_(context.loop(), context.link())
    , floods_(clock_, uplink_, context.assignment().state)
    , api_({context.loop(), alarms_, dialer_, floods_}, settings_, token,
           [this](const Answer& answer) { on_refused_token(answer); })
    , cdn_(context.loop(), dialer_, settings_)
    , downloads_({clock_, alarms_, api_, cdn_, settings_},
                 [this](const std::string& event_id, Fetched fetched) {
                     intake_.complete(event_id, std::move(fetched));
                 })
    , errands_(clock_, alarms_, api_)
    , typing_(clock_, alarms_, api_)
    , previews_({clock_, alarms_, api_, in_flight_, uplink_, errands_, settings_})
    , interactions_(clock_, alarms_, api_,
                    [this](std::string text) { remembered_.set_interactions(text); })
    , uploads_(alarms_)
    , deliveries_({clock_, alarms_, api_, in_flight_, uplink_, previews_, errands_, interactions_,
                   directs_, uploads_, world_, settings_},
                  typing_)
    , commands_(alarms_, api_, remembered_, settings_)
    , checkup_(api_, settings_, [this] { return evidence(); })
    , directory_(api_, world_)
    , lookups_(api_, world_,
               [this](const ChannelLookups::Waiting& waiting) { on_known_channel(waiting); })
    , history_(
          clock_, alarms_, api_, world_,
          [this](json::View message) { on_message(message, 0, UnknownChannel::asks); },
          [this] { close_gap_if_read(); })
    , sign_in_(alarms_, api_, *this)
    , sockets_(std::move(sockets))
    , socket_({context.loop(), dialer_, *sockets_, api_, settings_})
    , gateway_({clock_, alarms_, socket_, *this},
               {.token = std::move(token),
                .intents = settings_.intents,
                .presence = settings_.presence,
                .default_url = settings_.gateway},
               remembered_.budget())
    , last_moment_(alarms_.make([this] { finish_draining(); })) {
    socket_.attach(gateway_);
    api_.keep_count(remembered_.refusals(),
                    [this](std::string counts) { remembered_.set_refusals(std::move(counts)); });
}

void Service::start() {
    floods_.begin();
    status_.connecting();
    interactions_.restore(remembered_.interactions()); // answers go out from the first moment
    sign_in_.begin();
}

void Service::on_frame(const wire::Frame& frame, Fds fds) {
    switch (frame.body_case()) {
    case wire::Frame::kInboundAck:
        return intake_.acknowledge(frame.inbound_ack().event_id(), frame.trace());
    case wire::Frame::kOutbound:
        return on_outbound(frame.outbound(), fds, frame.trace());
    case wire::Frame::kStreamUpdate:
        typing_.go_on(channel_of(frame.stream_update().chat()));
        if (interactions_.reply_to(frame.trace())) return; // a follow-up does not grow
        return previews_.update(frame.stream_update(), frame.trace());
    case wire::Frame::kStreamCancel:
        return previews_.cancel(frame.stream_cancel());
    case wire::Frame::kInFlightFile:
        return on_in_flight_file(fds);
    case wire::Frame::kDeliveryAck:
        return on_delivery_ack(frame.delivery_ack());
    case wire::Frame::kTyping:
        return on_typing(frame.typing(), frame.trace());
    case wire::Frame::kReaction:
        return on_reaction(frame.reaction());
    case wire::Frame::kChannelQuery:
        return on_question(worker::Question::over(context_.link(), frame));
    default:
        return;
    }
}

void Service::on_outbound(const wire::Outbound& outbound, const Fds& fds,
                          const std::string& trace) {
    auto content = ipc::take_text_and_files(outbound.markdown(), outbound.files(), fds);
    if (!content) return context_.link().misbehaved(content.error().sentence);
    auto to = destination_of(outbound.chat());
    if (!to) return refuse_target(outbound, to.error().sentence, trace);
    deliveries_.begin(answering_for(outbound, std::move(*to), std::move(*content), trace));
}

// Whoever wrote the target must write another.
void Service::refuse_target(const wire::Outbound& outbound, std::string sentence,
                            const std::string& trace) {
    wire::Frame frame;
    frame.set_trace(trace);
    auto& delivery = *frame.mutable_delivery();
    delivery.set_action_id(outbound.action_id());
    delivery.set_attempt(outbound.attempt());
    delivery.set_state(wire::Delivery::FAILED);
    delivery.set_part(outbound.first_part());
    delivery.set_parts(outbound.first_part() + 1);
    delivery.set_error_code("bad_target");
    delivery.set_error(std::move(sentence));
    delivery.set_permanent(true);
    uplink_.send(std::move(frame));
}

void Service::on_in_flight_file(const Fds& fds) {
    const auto opened = fds.size() == 1 ? in_flight_.open(fds.front())
                                        : fail(Code::invalid, "InFlightFile without its file");
    if (!opened) context_.link().misbehaved(opened.error().sentence);
}

void Service::on_delivery_ack(const wire::DeliveryAck& ack) {
    in_flight_.strike(ack.action_id(), ack.preview() ? ipc::preview_part : ack.part(),
                      ack.attempt());
    if (!ack.preview()) deliveries_.acknowledge(ack.action_id(), ack.part());
}

// A command shows by itself that it is being answered, and only to who gave it.
void Service::on_typing(const wire::Typing& typing, const std::string& trace) {
    const auto channel = channel_of(typing.chat());
    if (channel.empty()) return;
    if (!typing.on()) return typing_.end(channel);
    if (!interactions_.reply_to(trace)) typing_.begin(channel);
}

void Service::on_reaction(const wire::Reaction& reaction) {
    const auto channel = channel_of(reaction.chat());
    if (!channel.empty()) errands_.react(channel, reaction.message_id(), reaction.emoji());
}

void Service::on_question(worker::Question question) {
    switch (question.asked().what_case()) {
    case wire::ChannelQuery::kProbe:
        return checkup_.begin(std::move(question));
    case wire::ChannelQuery::kDirectory:
        return directory_.begin(std::move(question));
    case wire::ChannelQuery::kAction:
        return act(std::move(question));
    case wire::ChannelQuery::WHAT_NOT_SET:
        return question.refuse_unsupported();
    }
}

// Once, and now: what nobody waits for any more is not done.
void Service::act(worker::Question question) {
    auto made = action_call(question.asked().action(), settings_);
    if (!made && made.error().code == Code::not_found) return question.refuse_unsupported();
    if (!made) return question.refuse(wire::ChannelAnswer::INVALID, made.error().sentence);
    made->call.deadline = std::min(question.within(), call_deadline);
    made->call.rather_never = true;
    api_.call(std::move(made->call), [question = std::move(question),
                                      repeatable = made->repeatable](const Answer& answer) mutable {
        if (!answer.ok()) return refuse(question, answer, repeatable);
        const auto& action = question.asked().action();
        const auto made_id = answer.result()["id"].text(action.message_id());
        question.done(made_id, action_result(action, answer.result()));
    });
}

Evidence Service::evidence() const {
    return {.state = std::string(gateway_.state()),
            .last_heartbeat_ack_unix_ms = gateway_.last_ack_unix_ms(),
            .last_event_unix_ms = gateway_.last_event_unix_ms(),
            .session_since_unix_ms = gateway_.session_since_unix_ms(),
            .identifies_left = gateway_.identifies_left(),
            .round_trip = gateway_.round_trip()};
}

void Service::on_room() {
    uplink_.flush();
    if (!uplink_.has_room()) return;
    intake_.on_room();
    deliveries_.on_room();
}

// The session stays open: the next life resumes it.
void Service::drain(Milliseconds within) {
    sign_in_.stop();
    gateway_.stop();
    history_.stop();
    commands_.stop();
    typing_.stop();
    previews_.stop();
    remembered_.flush();
    if (deliveries_.is_idle()) return finish_draining();
    deliveries_.tell_when_idle([this] { finish_draining(); });
    last_moment_->set(within * 4 / 5); // what is not over by then is for the next life
}

void Service::finish_draining() {
    remembered_.flush();
    if (!std::exchange(drained_, true)) context_.drained();
}

// A wall clock that was set back leaves stamps of the future, which must not hide what comes after.
worker::Vitals Service::vitals() const {
    const auto past = [now = context_.loop().clock().unix_ms()](std::int64_t stamp_ms) {
        return stamp_ms <= now ? stamp_ms : 0;
    };
    return {.queued = static_cast<std::uint32_t>(deliveries_.count()),
            .in_flight = static_cast<std::uint32_t>(api_.in_flight()),
            .last_upstream_unix_ms =
                std::max(past(api_.last_answer_unix_ms()), past(gateway_.last_event_unix_ms())),
            .credits = intake_.credits()};
}

} // namespace openclaw::discord
