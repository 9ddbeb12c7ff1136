// discord/delivering.h — one answer on its way to a channel, from Outbound to its last Delivery.
//
// Steps, in the order they happen, for each part:
//
//   dispatch: Delivery{DISPATCHING} → one call → on_answer → Delivery{SENT} → acknowledge → next
//   part
//
// A new message is noted in the in-flight file in the moment it leaves, and its id when the answer
// comes. Its nonce is the same in every try and life and Discord enforces it for some minutes, so a
// repeat gives the message that is there; after that the channel's last messages are looked through
// for the nonce first. So nothing here ends in UNKNOWN but a follow-up or a new post, which have no
// nonce. An interaction that is over is answered in the channel, a person in the direct channel
// that is opened, a forum with a post, an archived thread is opened once. Files go with the first
// part (upload.h); where they are refused, the part goes without them and says so. Everything ends
// in exactly one finish().
#pragma once

#include "common/base/backoff.h"
#include "common/ipc/in_flight.h"
#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/discord/api.h"
#include "workers/discord/chat.h"
#include "workers/discord/direct_channels.h"
#include "workers/discord/errands.h"
#include "workers/discord/open_interactions.h"
#include "workers/discord/outlet.h"
#include "workers/discord/previews.h"
#include "workers/discord/settings.h"
#include "workers/discord/upload_gate.h"
#include "workers/discord/world.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::discord {

struct Answering { // what is to be delivered: Outbound as our own value
    std::string action_id;
    std::uint32_t attempt = 1;
    Destination to;
    std::string markdown;
    std::string reply_to_message_id{};
    std::uint32_t first_part = 0;
    std::string stream_message_id{};
    std::int64_t expires_at_ms = 0; // 0: never
    bool is_notice = false;
    std::string trace{};
    AttachedFiles files{};
};

class Delivering {
  public:
    struct Owner {
        virtual ~Owner() = default;
        virtual void on_message(const std::string& channel) = 0; // the first part is there
        virtual void on_finished(Delivering& one) = 0;           // the last call; may destroy it
    };

    struct Links { // all outlive it
        const Clock& clock;
        AlarmMaker& alarms;
        Api& api;
        ipc::InFlight& in_flight;
        worker::Uplink& uplink;
        Previews& previews;
        Errands& errands;
        OpenInteractions& interactions;
        DirectChannels& directs;
        UploadGate& uploads;
        const World& world;
        const Settings& settings;
    };

    Delivering(Links links, Owner& owner, Answering answering);
    ~Delivering();
    Delivering(const Delivering&) = delete;
    Delivering& operator=(const Delivering&) = delete;

    void begin();
    void acknowledge(std::uint32_t part);
    void on_room(); // the uplink can take frames again

    const std::string& action_id() const { return it_.action_id; }

    std::size_t file_bytes() const { return bytes_of(it_.files); }

  private:
    enum class State {
        waiting_for_preview, // an edit of it is on its way
        waiting_for_room,
        waiting_for_acknowledgement, // of the command it answers
        opening_channel,
        looking_back,
        waiting_for_upload, // others' files are on their way
        calling,
        pausing,
        waiting_for_ack,
        finished
    };

    void on_preview(const std::string& message_id);
    void dispatch();
    void open_channel();
    void on_channel(const Answer& answer);
    bool is_person(const Answer& answer);
    bool must_look_back() const;
    void look_back();
    void on_history(const Answer& answer);
    void call();
    bool take_upload_turn();
    void wait_for_upload_turn();
    void end_upload_turn();
    void enclose_files(Call& call) const;
    void go_without_files(const Answer& answer);
    std::size_t largest_file();
    Outlet outlet();
    Message message() const;
    void on_answer(const Answer& answer);
    void judge(const Answer& answer);
    void on_sent(const std::string& message_id);
    void remove_preview();
    void open_thread(const Answer& answer);
    void pause(Milliseconds how_long, const Answer& answer);
    void on_alarm();
    void fail(std::string_view code, std::string_view why, bool permanent);
    void fail(const Answer& answer);
    void unknown(std::string_view code, std::string_view why);
    void expire();
    void finish(wire::Delivery& last);

    std::string nonce() const { return nonce_of(to_.settings.account, it_.action_id, part_); }

    bool is_expired() const;
    wire::Delivery report(wire::Delivery::State state) const;
    void send(wire::Delivery delivery);

    Links to_;
    Owner& owner_;
    Answering it_;
    Instant
        expires_at_; // on the clock that does not jump, and stands still while the machine sleeps
    State state_ = State::waiting_for_preview;
    std::vector<Part> parts_;
    std::uint32_t part_ = 0;
    Outlet outlet_; // of the call on its way
    Api::Id call_ = 0;
    std::size_t uploading_ = 0; // bytes of the turn that is ours
    std::string preview_;       // the message that shows it; empty: none
    bool has_looked_back_ = false;
    bool is_forum_ = false;
    bool has_opened_channel_ = false;
    bool has_opened_thread_ = false;
    bool may_stand_ = false;              // a try of this part ended without an answer
    Instant first_left_ = Instant::max(); // the first try of this part
    Backoff backoff_{Milliseconds(500), std::chrono::seconds(30)};
    std::unique_ptr<Alarm> alarm_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace openclaw::discord
