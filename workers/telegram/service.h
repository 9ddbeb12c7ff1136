// telegram/service.h — one bot: the parts of this worker, and what the supervisor's frames mean for
// them.
//
// Made after Configure, lives until the process ends. Holds no logic but the wiring: sign in, then
// poll; answers go out from the first moment, since they need no sign-in.
#pragma once

#include "common/net/link_dialer.h"
#include "common/worker/flood_waits.h"
#include "common/worker/link_uplink.h"
#include "common/worker/runtime.h"
#include "workers/telegram/actions.h"
#include "workers/telegram/checkup.h"
#include "workers/telegram/deliveries.h"
#include "workers/telegram/errands.h"
#include "workers/telegram/http_api.h"
#include "workers/telegram/intake.h"
#include "workers/telegram/menu.h"
#include "workers/telegram/migrations.h"
#include "workers/telegram/poll.h"
#include "workers/telegram/previews.h"
#include "workers/telegram/remembered.h"
#include "workers/telegram/send_queue.h"
#include "workers/telegram/settings.h"
#include "workers/telegram/sign_in.h"
#include "workers/telegram/status.h"
#include "workers/telegram/typing.h"

namespace openclaw::telegram {

class Service final : public worker::Service, SignIn::Listener, Poll::Listener, Intake::Listener {
  public:
    // Errors: invalid, when the settings or the token cannot be right.
    static Result<std::unique_ptr<worker::Service>> make(worker::Context& context);

    void start() override;
    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_room() override;
    void drain(Milliseconds within) override;
    worker::Vitals vitals() const override;

  private:
    Service(worker::Context& context, Settings settings, Secret token);

    void on_outbound(const wire::Outbound& outbound, const Fds& fds, const std::string& trace);
    void on_in_flight_file(const Fds& fds);
    void on_delivery_ack(const wire::DeliveryAck& ack);
    void on_typing(const wire::Typing& typing);
    void on_reaction(const wire::Reaction& reaction);
    void on_question(worker::Question question);
    Target target_of(const wire::Chat& chat) const;
    void finish_draining();
    Milliseconds take_up_flood_waits();

    void on_signed_in(const Identity& me) override;
    void on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) override;
    void on_poll_succeeded() override;
    void on_poll_failed(const Answer& answer, int in_a_row, Milliseconds pause) override;
    void on_offset(std::int64_t offset) override;
    void on_refused(const Answer& answer) override;
    void on_batch_settled() override;
    void on_batch_overdue(bool overdue) override;
    void on_migration(const std::string& old_chat, const std::string& new_chat) override;

    worker::Context& context_;
    Settings settings_;
    LoopAlarms alarms_;
    worker::LinkUplink uplink_;
    const Clock& clock_;
    Status status_;
    Remembered remembered_;
    worker::FloodWaits floods_;
    Migrations migrations_;
    Identity me_;
    Intake intake_;
    // The calls in flight end before what they talk to.
    SendQueue queue_;
    ipc::InFlight in_flight_;
    net::LinkDialer dialer_;
    HttpApi api_;
    Errands errands_;
    Checkup checkup_;
    Actions actions_;
    Typing typing_;
    Previews previews_;
    Deliveries deliveries_;
    Menu menu_;
    SignIn sign_in_;
    Poll poll_;
    std::unique_ptr<Alarm> last_moment_; // of a drain
    bool gave_up_ = false;
    bool drained_ = false;
};

} // namespace openclaw::telegram
