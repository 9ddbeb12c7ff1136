// discord/service.h — one bot: the parts of this worker, and what the supervisor's frames mean for
// them.
//
// Made after Configure, lives until the process ends. Holds no logic but the wiring: sign in, then
// the gateway; answers go out from the first moment, since they need no session.
#pragma once

#include "common/net/link_dialer.h"
#include "common/worker/flood_waits.h"
#include "common/worker/link_uplink.h"
#include "common/worker/runtime.h"
#include "workers/discord/bot_guard.h"
#include "workers/discord/channel_lookups.h"
#include "workers/discord/chat_events.h"
#include "workers/discord/checkup.h"
#include "workers/discord/commands.h"
#include "workers/discord/deliveries.h"
#include "workers/discord/directory.h"
#include "workers/discord/downloads.h"
#include "workers/discord/gateway_socket.h"
#include "workers/discord/history.h"
#include "workers/discord/intake.h"
#include "workers/discord/rest.h"
#include "workers/discord/sign_in.h"
#include "workers/discord/status.h"

namespace openclaw::discord {

class Service final : public worker::Service,
                      SignIn::Listener,
                      Gateway::Listener,
                      Intake::Listener {
  public:
    // Errors: invalid, when the settings or the token cannot be right.
    static Result<std::unique_ptr<worker::Service>> make(worker::Context& context);

    void start() override;
    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_room() override;
    void drain(Milliseconds within) override;
    worker::Vitals vitals() const override;

  private:
    Service(worker::Context& context, Settings settings, Secret token,
            std::unique_ptr<net::WsClient> sockets);

    void on_outbound(const wire::Outbound& outbound, const Fds& fds, const std::string& trace);
    void refuse_target(const wire::Outbound& outbound, std::string sentence,
                       const std::string& trace);
    void on_in_flight_file(const Fds& fds);
    void on_delivery_ack(const wire::DeliveryAck& ack);
    void on_typing(const wire::Typing& typing, const std::string& trace);
    void on_reaction(const wire::Reaction& reaction);
    void on_question(worker::Question question);
    void act(worker::Question question);
    Evidence evidence() const;
    void on_refused_token(const Answer& answer);
    void finish_draining();

    std::uint32_t granted_intents(const Granted& granted);
    void on_signed_in(const Identity& me, const Granted& granted) override;
    void on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) override;

    void on_dispatch(const Gateway::Dispatch& dispatch) override;
    void on_session(const Session& session, bool lost) override;
    void on_live(bool resumed) override;
    void on_heartbeat_acknowledged() override;
    void on_interrupted(const CloseMeaning& why, std::string_view reason, int in_a_row,
                        Milliseconds next_try) override;
    void on_waiting(Milliseconds pause) override;
    void on_identify(const IdentifyBudget& budget, std::uint64_t attempt) override;
    void on_identified(const IdentifyBudget& budget) override;
    void on_reduced() override;
    void on_refused(const CloseMeaning& why) override;

    void on_message(json::View message, std::int64_t place, UnknownChannel unknown);
    void take_with_files(Translation message, std::int64_t place);
    void on_reacted(std::string_view type, json::View data, std::int64_t place,
                    UnknownChannel unknown);
    void on_deleted(json::View data);
    void tell(wire::ChannelEvent event);
    void on_interaction(json::View data, std::int64_t place);
    void on_known_channel(const ChannelLookups::Waiting& waiting);
    void close_gap_if_read();
    void show_connection();

    void on_place(std::int64_t place) override;
    void on_recorded(Snowflake channel, Snowflake message) override;
    void on_traced(const std::string& event_id, const std::string& trace) override;
    void on_pressure(bool is_full) override;
    void on_overdue(bool is_overdue) override;

    worker::Context& context_;
    Settings settings_;
    LoopAlarms alarms_;
    worker::LinkUplink uplink_;
    const Clock& clock_;
    Status status_;
    Remembered remembered_;
    Identity me_;
    World world_;
    BotGuard bots_;
    ChatEvents chat_events_;
    Intake intake_;
    ipc::InFlight in_flight_;
    net::LinkDialer dialer_;
    worker::FloodWaits floods_;
    Rest api_;
    HttpsCdn cdn_;
    Downloads downloads_;
    Errands errands_;
    Typing typing_;
    Previews previews_;
    OpenInteractions interactions_;
    DirectChannels directs_;
    UploadGate uploads_;
    Deliveries deliveries_;
    Commands commands_;
    Checkup checkup_;
    Directory directory_;
    ChannelLookups lookups_;
    History history_;
    SignIn sign_in_;
    std::unique_ptr<net::WsClient> sockets_;
    GatewaySocket socket_;
    Gateway gateway_;
    std::unique_ptr<Alarm> last_moment_; // of a drain
    bool gave_up_ = false;
    bool drained_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace openclaw::discord
