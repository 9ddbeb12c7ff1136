#include "workers/telegram/remembered.h"

#include "common/json/read.h"
#include "common/json/write.h"

#include <utility>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds write_after = std::chrono::seconds(5);

std::string value_of(const std::map<std::string, std::string>& state, const std::string& key) {
    const auto found = state.find(key);
    return found == state.end() ? std::string() : found->second;
}

} // namespace

Remembered::Remembered(AlarmMaker& alarms, worker::Uplink& uplink,
                       const std::map<std::string, std::string>& state)
    : uplink_(uplink)
    , menu_(value_of(state, "menu"))
    , alarm_(alarms.make([this] { flush(); })) {
    const auto poll = json::Document::parse(value_of(state, "poll"));
    if (!poll || !poll->root()["offset"].is_integer()) return;
    offset_ = poll->root()["offset"].integer();
    bot_id_ = poll->root()["bot_id"].integer();
}

std::optional<std::int64_t> Remembered::offset_of(std::int64_t bot_id) const {
    return bot_id == bot_id_ ? offset_ : std::nullopt;
}

void Remembered::set_offset(std::int64_t bot_id, std::int64_t offset) {
    if (offset_ == offset && bot_id_ == bot_id) return;
    offset_ = offset;
    bot_id_ = bot_id;
    if (!std::exchange(unwritten_, true)) alarm_->set(write_after);
}

void Remembered::set_menu(std::string menu) {
    menu_ = std::move(menu);
    write("menu", menu_);
}

void Remembered::flush() {
    alarm_->clear();
    if (!std::exchange(unwritten_, false) || !offset_) return;
    json::Writer value;
    value.begin_object().member("offset", *offset_).member("bot_id", bot_id_).end_object();
    write("poll", value.text());
}

void Remembered::write(const std::string& key, const std::string& value) {
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(key);
    entry.set_value(value);
    uplink_.send(std::move(frame));
}

} // namespace openclaw::telegram
