#include "workers/telegram/intake.h"

#include "common/ipc/text.h"
#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds overdue_after = std::chrono::seconds(10);
constexpr Milliseconds overdue_at_most = std::chrono::minutes(5);

} // namespace

Intake::Intake(AlarmMaker& alarms, worker::Uplink& uplink, std::uint32_t credits)
    : uplink_(uplink)
    , credits_(credits)
    , alarm_(alarms.make([this] { on_overdue(); })) {}

void Intake::offer(const std::vector<json::View>& updates, const Identity& me) {
    for (const auto& update : updates) {
        auto translation = translate(update, me);
        if (translation.kind == Translation::Kind::migration)
            listener_->on_migration(translation.old_chat, translation.new_chat);
        if (translation.kind != Translation::Kind::message) continue;
        if (credits_ > 0) --credits_;
        send(translation);
        auto event_id = translation.inbound.event_id();
        open_.insert_or_assign(std::move(event_id), std::move(translation));
    }
    if (!open_.empty()) alarm_->set(overdue_after);
}

void Intake::acknowledge(const std::string& event_id) {
    is_told_again_ = false;
    if (open_.erase(event_id) == 0) return; // of a message sent twice
    ++credits_;
    if (!open_.empty()) return;
    alarm_->clear();
    if (rounds_overdue_ > 0) listener_->on_batch_overdue(false);
    rounds_overdue_ = 0;
    listener_->on_batch_settled();
}

void Intake::send(const Translation& translation) {
    wire::Frame frame;
    *frame.mutable_inbound() = translation.inbound;
    auto blob = ipc::put_text(*frame.mutable_inbound()->mutable_text(), translation.text);
    if (!blob) return log::warn("telegram.message_kept_back", {{"reason", blob.error().sentence}});
    uplink_.send(std::move(frame), std::move(*blob));
}

void Intake::on_overdue() {
    ++rounds_overdue_;
    log::warn("telegram.ack_overdue", {{"messages", open_.size()}, {"round", rounds_overdue_}});
    listener_->on_batch_overdue(true);
    if (uplink_.has_room() && !std::exchange(is_told_again_, true))
        for (const auto& [event_id, translation] : open_)
            send(translation);
    alarm_->set(std::min(overdue_after * (1 << std::min(rounds_overdue_, 6)), overdue_at_most));
}

} // namespace openclaw::telegram
