// A channel worker whose parser has been taken over: it serves until somebody tells it, in the
// text of a message it is to send, which attack to make. "17 read /etc/passwd": the seventeenth.
//
// It is the real runtime with the row of Telegram or Discord, so it stands behind the real walls.
// The message counts as sent before the attack begins: a death must not have it sent again.
#include "common/config/channels/discord.h"
#include "common/config/channels/telegram.h"
#include "common/ipc/text.h"
#include "common/log/log.h"
#include "tests/redteam/attack.h"

#include <cstring>
#include <map>

namespace openclaw::redteam {

std::string judge(long outcome, std::string_view what) {
    if (outcome >= 0) return "REACHED: " + std::string(what);
    return std::string("refused: ") + strerrorname_np(errno);
}

void Scene::tell(const std::string& outcome) const {
    log::info("redteam.outcome", {{"n", number}, {"how", outcome}});
}

namespace {

struct Order {
    std::string number, attack, target;
};

// "17 read /etc/passwd"
Order parse(const std::string& text) {
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    return {.number = text.substr(0, first),
            .attack = text.substr(first + 1, second - first - 1),
            .target = second == std::string::npos ? "" : text.substr(second + 1)};
}

const Attack* find(const std::string& name) {
    for (const auto table : {file_attacks(), process_attacks(), network_attacks(), kernel_attacks(),
                             resource_attacks(), frame_attacks()})
        for (const Attack& attack : table)
            if (attack.name == name) return &attack;
    return nullptr;
}

class Hijacked final : public worker::Service {
  public:
    explicit Hijacked(worker::Context& context)
        : context_(context)
        , again_(context.loop()) {}

    void start() override {
        wire::Frame frame;
        frame.mutable_channel_status()->set_state(wire::ChannelStatus::CONNECTED);
        (void)context_.link().send(frame);
    }

    void on_frame(const wire::Frame& frame, Fds fds) override {
        if (frame.has_inbound_ack())
            log::info("redteam.acknowledged", {{"event", frame.inbound_ack().event_id()},
                                               {"duplicate", frame.inbound_ack().duplicate()}});
        if (frame.has_in_flight_file()) in_flight_file_ = std::move(fds);
        if (frame.has_outbound()) return on_outbound(frame.outbound(), fds);
        if (!frame.has_delivery_ack()) return;
        const auto order = orders_.find(frame.delivery_ack().action_id());
        if (order == orders_.end()) return;
        const Order next = order->second;
        orders_.erase(order);
        attack(next);
    }

    void drain(Milliseconds) override { context_.drained(); }

    worker::Vitals vitals() const override { return {}; }

  private:
    void on_outbound(const wire::Outbound& outbound, const Fds& fds) {
        orders_[outbound.action_id()] =
            parse(ipc::take_text(outbound.markdown(), fds).value_or(""));
        wire::Frame frame;
        auto& delivery = *frame.mutable_delivery();
        delivery.set_action_id(outbound.action_id());
        delivery.set_attempt(outbound.attempt());
        delivery.set_state(wire::Delivery::SENT);
        delivery.set_parts(1);
        delivery.set_message_id(outbound.action_id());
        (void)context_.link().send(frame);
    }

    void attack(const Order& order) {
        const Attack* attack = find(order.attack);
        const Scene scene{.context = context_, .number = order.number};
        const std::string outcome =
            attack == nullptr ? "no such attack" : attack->run(order.target, scene);
        if (outcome.empty()) return;
        scene.tell(outcome);
        // Behind a flood its own words may be among the lines that are dropped.
        again_.start(std::chrono::seconds(2), [scene, outcome] { scene.tell(outcome); });
    }

    worker::Context& context_;
    Timer again_;
    Fds in_flight_file_;                  // open, for the attack that looks for it
    std::map<std::string, Order> orders_; // by the action that brought it
};

} // namespace

} // namespace openclaw::redteam

// In whose place it was started says the name it was started by.
int main(int, char** argv) {
    using namespace openclaw;
    const std::string_view name = argv[0] == nullptr ? "" : argv[0];
    const bool is_discord = name.ends_with(config::discord_worker.program);
    const auto& row = is_discord ? config::discord_worker : config::telegram_worker;
    return worker::run(row, [](worker::Context& context) {
        return Result<std::unique_ptr<worker::Service>>(
            std::make_unique<redteam::Hijacked>(context));
    });
}
