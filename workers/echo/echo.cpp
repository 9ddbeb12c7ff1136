#include "workers/echo/echo.h"

#include "common/log/log.h"
#include "workers/echo/answers.h"

#include <charconv>

namespace openclaw::echo {

namespace {

constexpr std::string_view place_key = "next";

std::uint64_t place_in(const worker::Assignment& assignment) {
    const auto entry = assignment.state.find(std::string(place_key));
    std::uint64_t place = 0;
    if (entry != assignment.state.end())
        std::from_chars(entry->second.data(), entry->second.data() + entry->second.size(), place);
    return place;
}

} // namespace

Result<std::unique_ptr<worker::Service>> Echo::create(worker::Context& context) {
    Settings settings = TRY(read_settings(context.assignment().settings_json));
    const auto& plan = settings.plan;
    if (plan && plan->fault && plan->when == FaultPlan::When::before_ready)
        commit(*plan->fault, context);
    return std::unique_ptr<worker::Service>(new Echo(context, std::move(settings)));
}

Echo::Echo(worker::Context& context, Settings settings)
    : context_(context)
    , settings_(std::move(settings))
    , fault_timer_(context.loop())
    , next_(place_in(context.assignment()))
    , to_receive_(next_)
    , credits_(context.assignment().inbound_credits) {}

void Echo::start() {
    report_connected();
    receive_more();
    if (settings_.plan && settings_.plan->when == FaultPlan::When::after_ready)
        fault_timer_.start(settings_.plan->after,
                           [this] { commit(*settings_.plan->fault, context_); });
}

void Echo::report_connected() {
    last_contact_ms_ = context_.loop().clock().unix_ms();
    wire::Frame frame;
    auto& status = *frame.mutable_channel_status();
    status.set_state(wire::ChannelStatus::CONNECTED);
    status.set_detail("echoes without a network");
    status.set_identity("@echo");
    status.set_identity_id("echo");
    status.set_last_contact_unix_ms(last_contact_ms_);
    (void)context_.link().send(frame); // the first frame of a life: there is room
}

void Echo::receive_more() {
    while (!is_draining_ && credits_ > 0 && to_receive_ < settings_.inject.count &&
           receive(to_receive_))
        ++to_receive_;
}

bool Echo::receive(std::uint64_t number) {
    const std::string place = std::to_string(number);
    wire::Frame frame;
    auto& inbound = *frame.mutable_inbound();
    inbound.set_event_id(place); // the same in every life, as a platform's ids are
    inbound.set_message_id(place);
    inbound.set_logical_id(settings_.inject.chat + ":" + place);
    inbound.set_sent_at_ms(context_.loop().clock().unix_ms());
    inbound.mutable_chat()->set_id(settings_.inject.chat);
    inbound.mutable_chat()->set_kind(wire::CHAT_DIRECT);
    inbound.mutable_sender()->set_id(settings_.inject.chat);
    inbound.mutable_sender()->set_display_name("Echo");
    const auto blob = ipc::put_text_and_files(*inbound.mutable_text(), settings_.inject.text,
                                              *inbound.mutable_files(), settings_.inject.files);
    if (!blob) return false; // no memory for it now
    const int fd = blob->get();
    if (!context_.link().send(frame, {&fd, *blob ? 1u : 0u})) return false; // on_room() tries again
    --credits_;
    unsettled_.insert(number);
    return true;
}

void Echo::on_frame(const wire::Frame& frame, Fds fds) {
    switch (frame.body_case()) {
    case wire::Frame::kInboundAck:
        return on_acknowledged(frame.inbound_ack());
    case wire::Frame::kOutbound:
        return on_outbound(frame.outbound(), fds);
    case wire::Frame::kInFlightFile:
        return on_in_flight_file(fds);
    case wire::Frame::kDeliveryAck:
        return in_flight_.strike(frame.delivery_ack().action_id(), frame.delivery_ack().part(),
                                 frame.delivery_ack().attempt());
    case wire::Frame::kChannelQuery:
        return on_question(worker::Question::over(context_.link(), frame));
    default:
        return; // previews, typing and reactions: there is nobody to show them to
    }
}

void Echo::on_acknowledged(const wire::InboundAck& ack) {
    std::uint64_t number = 0;
    std::from_chars(ack.event_id().data(), ack.event_id().data() + ack.event_id().size(), number);
    if (unsettled_.erase(number) == 0) return;
    ++credits_;
    next_ = unsettled_.empty() ? to_receive_ : *unsettled_.begin();
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(std::string(place_key));
    entry.set_value(std::to_string(next_));
    (void)context_.link().send(
        frame); // an older place only means that duplicates are sent and found out
    receive_more();
    leave_when_empty();
}

void Echo::on_in_flight_file(const Fds& fds) {
    const auto opened = fds.size() == 1 ? in_flight_.open(fds.front())
                                        : fail(Code::invalid, "InFlightFile without its file");
    if (!opened) context_.link().misbehaved(opened.error().sentence);
}

void Echo::on_outbound(const wire::Outbound& outbound, const Fds& fds) {
    auto message = ipc::take_text_and_files(outbound.markdown(), outbound.files(), fds);
    if (settings_.plan && settings_.plan->when == FaultPlan::When::on_outbound)
        commit_as_told(message ? message->text : "");
    wire::Frame frame;
    auto& delivery = *frame.mutable_delivery();
    delivery.set_action_id(outbound.action_id());
    delivery.set_attempt(outbound.attempt());
    delivery.set_parts(1);
    delivery.set_state(wire::Delivery::DISPATCHING);
    deliver(frame);
    send(outbound, message);
    if (message && !message->files.empty()) last_files_ = std::move(message->files);
}

// A real channel notes it when the connection stands, and adds the id when the platform answers.
void Echo::send(const wire::Outbound& outbound, const Result<ipc::TextAndFiles>& message) {
    wire::Frame frame;
    auto& delivery = *frame.mutable_delivery();
    delivery.set_action_id(outbound.action_id());
    delivery.set_attempt(outbound.attempt());
    delivery.set_parts(1);
    delivery.set_state(wire::Delivery::FAILED);
    if (!message) {
        delivery.set_error(message.error().sentence), delivery.set_permanent(true);
    } else if (!in_flight_.note(outbound.action_id(), 0, outbound.attempt())) {
        delivery.set_error("too much is on its way"), delivery.set_error_code("busy");
    } else {
        delivery.set_state(wire::Delivery::SENT);
        delivery.set_message_id(context_.assignment().instance + ":" +
                                std::to_string(++delivered_));
        in_flight_.arrived(outbound.action_id(), 0, 1, delivery.message_id());
    }
    log::debug("echo.delivered", {{"action", outbound.action_id()},
                                  {"bytes", message ? message->text.size() : 0},
                                  {"files", message ? message->files.size() : 0}});
    last_contact_ms_ = context_.loop().clock().unix_ms();
    deliver(std::move(frame));
}

void Echo::on_question(worker::Question question) {
    switch (question.asked().what_case()) {
    case wire::ChannelQuery::kProbe:
        return question.answer(probe_facts(context_.assignment().instance));
    case wire::ChannelQuery::kDirectory:
        return answer_directory(std::move(question), settings_.inject);
    case wire::ChannelQuery::kAction:
        return answer_action(std::move(question), settings_.inject, last_files_);
    case wire::ChannelQuery::WHAT_NOT_SET:
        return question.refuse_unsupported();
    }
}

void Echo::commit_as_told(const std::string& text) {
    const auto& plan = settings_.plan;
    if (!plan) return;
    const auto fault = plan->fault ? Result<Fault>(*plan->fault) : fault_from(text);
    if (fault) commit(*fault, context_); // else an ordinary message
}

void Echo::deliver(wire::Frame delivery) {
    if (!undelivered_.empty() || !context_.link().send(delivery))
        undelivered_.push_back(std::move(delivery));
}

void Echo::on_room() {
    while (!undelivered_.empty() && context_.link().send(undelivered_.front()))
        undelivered_.pop_front();
    receive_more();
    leave_when_empty();
}

void Echo::drain(Milliseconds) {
    is_draining_ = true;
    leave_when_empty();
}

void Echo::leave_when_empty() {
    if (is_draining_ && unsettled_.empty() && undelivered_.empty()) context_.drained();
}

worker::Vitals Echo::vitals() const {
    return {.queued = static_cast<std::uint32_t>(undelivered_.size()),
            .in_flight = static_cast<std::uint32_t>(unsettled_.size()),
            .last_upstream_unix_ms = last_contact_ms_,
            .credits = credits_};
}

} // namespace openclaw::echo
