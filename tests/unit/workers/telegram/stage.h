// The real worker process between a supervisor and a Bot API server, both in the hands of a test.
//
// The supervisor is this process's end of the worker's link; the server is tests/fakes/telegram, a
// Node program on loopback with a control API. Everything waits for an event with a deadline.
#pragma once

#include "common/ipc/link.h"
#include "common/json/read.h"
#include "common/json/write.h"
#include "common/loop/child_watch.h"
#include "common/loop/loop.h"
#include "common/loop/timer.h"
#include "common/net/https_client.h"
#include "tests/unit/workers/egress/in_process.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::telegram::stage {

inline constexpr auto bot_token = "123456:FAKE-TOKEN-abcdefghijklmnopqrstuvwxyz01";

// A child of this test; killed with it.
class Child {
  public:
    Child(Loop& loop, const std::vector<std::string>& command, std::optional<int> fd_three,
          std::optional<int> fd_out);
    ~Child();

    const std::optional<ExitStatus>& ended() const { return ended_; }

    void signal(int number) { watch_->signal(number); }

  private:
    std::optional<ExitStatus> ended_;
    std::unique_ptr<ChildWatch> watch_;
};

bool has_node();

class Stage : public ipc::LinkHandler {
  public:
    Stage();
    ~Stage() override;

    // --- the server ---
    // {} when the server says no.
    std::string control(const std::string& route,
                        const std::string& body = "{}"); // "POST /message"
    std::string calls(const std::string& query);         // the list, as JSON
    std::size_t count(const std::string& query);
    json::Document call_at(const std::string& query, std::size_t index);

    // --- the supervisor ---
    void begin(const std::string& token = bot_token, const std::string& more_settings = "",
               std::map<std::string, std::string> state = {});
    // Until the bot has polled once.
    void begin_connected(const std::string& more_settings = "");

    void send(wire::Frame& frame) { REQUIRE_SENT(link_->send(frame)); }

    void acknowledge(const std::string& event_id);
    void acknowledge_delivery(const wire::Delivery& report);
    void hand_over_file();
    void answer(const std::string& text, const std::string& action_id = "a1",
                const std::string& chat = "5001");
    void stream(const std::string& text, const std::string& action_id = "a1",
                const std::string& chat = "5001");

    void kill(int signal) { worker_->signal(signal); }

    void drain();
    void end_worker(); // and wait for its end

    void until(const std::string& what, const std::function<bool()>& is_true,
               Milliseconds within = std::chrono::seconds(15));
    void for_a_while(Milliseconds how_long);

    std::vector<wire::Frame> frames; // all that the worker said
    std::vector<std::string> event_ids() const;
    std::vector<std::string> deliveries() const;                       // "SENT 0/1", "preview"
    const wire::Delivery* delivery(wire::Delivery::State state) const; // of an answer
    std::string preview_id() const;                                    // once it is shown
    std::string status() const; // of the last ChannelStatus: "CONNECTED", "DEGRADED conflict"
    std::string state_of(const std::string& key) const;

    // The worker has ended, and everything it said has been read.
    bool is_over() const { return link_closed_ && worker_->ended().has_value(); }

    const std::optional<ExitStatus>& ended() const { return worker_->ended(); }

    std::string api_root() const { return server_url_; }

    std::uint32_t credits = 32;
    bool acknowledges = true; // every Inbound and every part, as soon as it comes

  private:
    std::string heard() const;
    static void REQUIRE_SENT(const Result<void>& sent);
    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_closed(const ipc::LinkEnd& end) override;
    void configure();
    std::string http(const std::string& method, const std::string& path, const std::string& body);

    Loop loop_;
    egress::test::InProcess egress_;
    net::HttpClient http_;
    std::unique_ptr<Child> server_;
    std::string server_url_;
    std::unique_ptr<Child> worker_;
    std::unique_ptr<ipc::Link> link_;
    UniqueFd in_flight_file_;
    bool link_closed_ = false;
    std::string settings_;
    std::string token_;
    std::map<std::string, std::string> state_;
};

} // namespace openclaw::telegram::stage
