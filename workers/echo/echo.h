// echo/echo.h — the smallest channel: it "receives" what its settings inject and "delivers" by
// saying so.
//
// Shows what every channel does: inbound only with a credit, the place in the source (here a
// number) moved and written down only after InboundAck, what is "sent" noted in the in-flight file
// first and struck after DeliveryAck, and exactly one last Delivery for each Outbound, kept until
// the link takes it.
#pragma once

#include "common/ipc/attached_files.h"
#include "common/ipc/in_flight.h"
#include "common/worker/question.h"
#include "common/worker/runtime.h"
#include "workers/echo/settings.h"

#include <deque>
#include <set>
#include <string>

namespace openclaw::echo {

class Echo final : public worker::Service {
  public:
    static Result<std::unique_ptr<worker::Service>> create(worker::Context& context);

    void start() override;
    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_room() override;
    void drain(Milliseconds within) override;
    worker::Vitals vitals() const override;

  private:
    Echo(worker::Context& context, Settings settings);

    void report_connected();
    void receive_more();
    bool receive(std::uint64_t number);
    void on_acknowledged(const wire::InboundAck& ack);
    void on_in_flight_file(const Fds& fds);
    void on_outbound(const wire::Outbound& outbound, const Fds& fds);
    void send(const wire::Outbound& outbound, const Result<ipc::TextAndFiles>& message);
    void on_question(worker::Question question);
    void commit_as_told(const std::string& text);
    void deliver(wire::Frame delivery);
    void leave_when_empty();

    worker::Context& context_;
    Settings settings_;
    Timer fault_timer_;
    std::uint64_t next_;       // the first message not acknowledged yet: survives in StateWrite
    std::uint64_t to_receive_; // the next to be sent
    std::set<std::uint64_t> unsettled_; // sent, not acknowledged
    std::uint32_t credits_;
    std::uint64_t delivered_ = 0;
    AttachedFiles last_files_; // of the last message that had any, for who asks what stands there
    ipc::InFlight in_flight_;
    std::deque<wire::Frame>
        undelivered_; // the link was full; bounded by the flow, which watches can_send()
    std::int64_t last_contact_ms_ = 0;
    bool is_draining_ = false;
};

} // namespace openclaw::echo
