#include "workers/telegram/service.h"

#include "common/ipc/text.h"
#include "common/log/log.h"
#include "common/net/https_client.h"

#include <utility>

namespace openclaw::telegram {

namespace {

const std::string own_calls = "poll"; // in FloodWaits: polling and signing in; else a chat's id
constexpr std::string_view group_has_new_id =
    "the group goes on under the new id: write it where channels.telegram.groups, bindings or "
    "targets have the old one";

Answering answering_of(const wire::Outbound& outbound, std::string markdown,
                       const std::string& trace) {
    return {.action_id = outbound.action_id(),
            .attempt = outbound.attempt(),
            .target = Target::of(outbound.chat()),
            .markdown = std::move(markdown),
            .reply_to_message_id = outbound.reply_to_message_id(),
            .first_part = outbound.first_part(),
            .stream_message_id = outbound.stream_message_id(),
            .expires_at_ms = outbound.expires_at_ms(),
            .is_notice = outbound.notice(),
            .trace = trace};
}

} // namespace

Result<std::unique_ptr<worker::Service>> Service::make(worker::Context& context) {
    const auto& assignment = context.assignment();
    auto settings = TRY(read_settings(assignment.settings_json));
    const auto token = assignment.secrets.find("botToken");
    if (token == assignment.secrets.end() || token->second.empty())
        return fail(Code::invalid,
                    "channels.telegram.botToken is not set: get one from @BotFather");
    TRY_VOID(check_token(token->second.reveal()));
    TRY_VOID(net::load_http()); // behind the sandbox's walls no library can be loaded
    return std::unique_ptr<worker::Service>(
        new Service(context, std::move(settings), token->second));
}

Service::Service(worker::Context& context, Settings settings, Secret token)
    : context_(context)
    , settings_(std::move(settings))
    , alarms_(context.loop())
    , uplink_(context.link())
    , clock_(context.loop().clock())
    , status_(clock_, uplink_)
    , remembered_(alarms_, uplink_, context.assignment().state)
    , floods_(clock_, uplink_, context.assignment().state)
    , intake_(alarms_, uplink_, context.assignment().inbound_credits)
    , queue_(clock_, alarms_, settings_.pace)
    , dialer_(context.loop(), context.link())
    , api_(context.loop(), dialer_, settings_, std::move(token))
    , errands_(clock_, alarms_, api_, queue_)
    , checkup_(clock_, api_)
    , actions_(clock_, api_, queue_, migrations_, settings_)
    , typing_(clock_, alarms_, api_, queue_, migrations_)
    , previews_(
          {clock_, alarms_, api_, in_flight_, queue_, uplink_, errands_, migrations_, settings_})
    , deliveries_({clock_, api_, in_flight_, queue_, uplink_, previews_, migrations_, settings_},
                  alarms_, typing_, [this](const Answer& answer) { on_refused(answer); })
    , menu_(alarms_, api_, remembered_, menu_commands(settings_))
    , sign_in_(alarms_, api_, *this)
    , poll_(clock_, alarms_, api_, uplink_, intake_, *this)
    , last_moment_(alarms_.make([this] { finish_draining(); })) {
    intake_.listen(*this);
    queue_.on_hold(
        [this](const std::string& chat, Milliseconds wait) { floods_.note(chat, wait); });
}

void Service::start() {
    floods_.begin();
    for (const auto& note : settings_.notes)
        log::warn("telegram.setting_corrected", {{"note", note}});
    if (const auto wait = take_up_flood_waits(); wait.count() > 0) {
        status_.waiting_out_flood();
        return sign_in_.begin_after(wait);
    }
    status_.connecting();
    sign_in_.begin();
}

// The chats' waits go on; what is left of the account's own is the answer.
Milliseconds Service::take_up_flood_waits() {
    Milliseconds own{0};
    for (const auto& [whose, left] : floods_.left())
        if (whose == own_calls)
            own = left;
        else
            queue_.hold_on(whose, left);
    return own;
}

void Service::on_frame(const wire::Frame& frame, Fds fds) {
    switch (frame.body_case()) {
    case wire::Frame::kInboundAck:
        intake_.acknowledge(frame.inbound_ack().event_id());
        return poll_.on_room();
    case wire::Frame::kOutbound:
        return on_outbound(frame.outbound(), fds, frame.trace());
    case wire::Frame::kStreamUpdate:
        typing_.go_on(Target::of(frame.stream_update().chat()));
        return previews_.update(frame.stream_update(), frame.trace());
    case wire::Frame::kStreamCancel:
        return previews_.cancel(frame.stream_cancel());
    case wire::Frame::kInFlightFile:
        return on_in_flight_file(fds);
    case wire::Frame::kDeliveryAck:
        return on_delivery_ack(frame.delivery_ack());
    case wire::Frame::kTyping:
        return on_typing(frame.typing());
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
    auto markdown = ipc::take_text(outbound.markdown(), fds);
    if (!markdown) return context_.link().misbehaved(markdown.error().sentence);
    deliveries_.begin(answering_of(outbound, std::move(*markdown), trace));
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

void Service::on_typing(const wire::Typing& typing) {
    typing.on() ? typing_.begin(Target::of(typing.chat())) : typing_.end(Target::of(typing.chat()));
}

void Service::on_reaction(const wire::Reaction& reaction) {
    auto target = Target::of(reaction.chat());
    target.chat_id = migrations_.resolve(target.chat_id);
    errands_.react(target, reaction.message_id(), reaction.emoji());
}

void Service::on_question(worker::Question question) {
    if (question.asked().has_probe()) return checkup_.begin(std::move(question));
    if (question.asked().has_action()) return actions_.begin(std::move(question));
    question.refuse_unsupported(); // the Bot API lists nobody
}

void Service::on_room() {
    uplink_.flush();
    if (!uplink_.has_room()) return;
    poll_.on_room();
    deliveries_.on_room();
}

void Service::drain(Milliseconds within) {
    sign_in_.stop();
    poll_.stop();
    menu_.stop();
    typing_.stop();
    previews_.stop();
    remembered_.flush();
    if (deliveries_.is_idle()) return finish_draining();
    deliveries_.tell_when_idle([this] { finish_draining(); });
    last_moment_->set(within * 4 / 5); // what is not over by then is for the next life
}

void Service::finish_draining() {
    if (!std::exchange(drained_, true)) context_.drained();
}

worker::Vitals Service::vitals() const {
    return {.queued = static_cast<std::uint32_t>(deliveries_.count()),
            .in_flight = static_cast<std::uint32_t>(api_.in_flight(Lane::send)),
            // Of polling: answers to what we send say nothing of what people write to us.
            .last_upstream_unix_ms = status_.last_contact_unix_ms(),
            .credits = intake_.credits()};
}

void Service::on_signed_in(const Identity& me) {
    me_ = me;
    status_.on_identity(me);
    log::info("telegram.signed_in",
              {{"bot", "@" + me.username}, {"id", me.id}, {"privacy", !me.sees_all_in_groups}});
    poll_.start(me, remembered_.offset_of(me.id));
    menu_.register_if_changed();
}

void Service::on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) {
    log::warn("telegram.sign_in_failed",
              {{"reason", answer.description}, {"next_try_ms", pause.count()}});
    if (answer.cause() == wire::CAUSE_RATE) floods_.note(own_calls, pause);
    status_.failing(answer, in_a_row);
}

void Service::on_poll_succeeded() {
    status_.on_contact();
    status_.connected();
}

void Service::on_poll_failed(const Answer& answer, int in_a_row, Milliseconds pause) {
    log::warn("telegram.poll_failed", {{"reason", answer.description},
                                       {"status", answer.status},
                                       {"next_try_ms", pause.count()}});
    if (answer.cause() == wire::CAUSE_RATE) floods_.note(own_calls, pause);
    status_.failing(answer, in_a_row);
}

void Service::on_offset(std::int64_t offset) {
    remembered_.set_offset(me_.id, offset);
}

void Service::on_refused(const Answer& answer) {
    if (std::exchange(gave_up_, true)) return;
    const auto sentence = refusal_sentence(answer);
    status_.needs_operator(sentence);
    const auto code =
        answer.trouble == Trouble::misdirected ? ExitCode::bad_config : ExitCode::logged_out;
    context_.give_up(code, "auth_failed", sentence);
}

void Service::on_batch_settled() {
    poll_.on_batch_settled();
}

void Service::on_batch_overdue(bool overdue) {
    if (overdue) status_.waiting_for_supervisor();
}

void Service::on_migration(const std::string& old_chat, const std::string& new_chat) {
    log::warn("telegram.group_migrated",
              {{"old", old_chat}, {"new", new_chat}, {"means", group_has_new_id}});
    migrations_.learn(old_chat, new_chat);
}

} // namespace openclaw::telegram
