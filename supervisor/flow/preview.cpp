#include "supervisor/flow/preview.h"

namespace openclaw::flow {

namespace {

constexpr std::size_t enough_bytes = 30; // BEHAVIOUR.md A4: first shown with at least 30 characters
constexpr Milliseconds quiet_time{700};  // an answer that is ready sooner needs no preview
constexpr Milliseconds between_updates{300}; // the worker keeps the platform's own, slower pace

} // namespace

Preview::Preview(Rooms& rooms, Deliveries& deliveries, ledger::OutboxRow row)
    : rooms_(rooms)
    , deliveries_(deliveries)
    , row_(std::move(row))
    , begun_(rooms.loop.clock().now())
    , pause_(rooms.loop) {
    // The run came again after a restart and its preview stands in the chat already.
    if (deliveries_.is_known(row_.action_id)) stage_ = Stage::showing;
}

Preview::~Preview() {
    *alive_ = false;
}

void Preview::grow(std::string_view text) {
    text_ = text;
    if (pause_.is_active()) return; // shown when the pause ends
    const auto age = std::chrono::duration_cast<Milliseconds>(rooms_.loop.clock().now() - begun_);
    const auto pause = stage_ == Stage::quiet ? quiet_time - age : Milliseconds(0);
    if (pause.count() > 0) return pause_.start(pause, [this] { show(); });
    show();
}

void Preview::restart() {
    text_.clear();
}

void Preview::show() {
    if (text_.size() < enough_bytes || stage_ == Stage::recording) return;
    if (stage_ == Stage::quiet) return record_row();
    deliveries_.show(row_.action_id, text_);
    const std::size_t shown = text_.size();
    pause_.start(between_updates, [this, shown] {
        if (text_.size() != shown) show();
    });
}

void Preview::record_row() {
    stage_ = Stage::recording;
    rooms_.ledger.store->commit(ledger::writes(deliveries_.owe(row_)),
                                [this, alive = alive_, &deliveries = deliveries_,
                                 action_id = row_.action_id](Result<void> kept) {
                                    if (kept)
                                        deliveries.release_preview(action_id);
                                    else
                                        deliveries.forget(action_id);
                                    if (!*alive) return;
                                    stage_ = kept ? Stage::showing : Stage::quiet;
                                    if (kept) show();
                                });
}

} // namespace openclaw::flow
