#include "workers/discord/remembered.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr Milliseconds write_after = std::chrono::seconds(1); // DISCORD.md 3.8: at most 10 a second

std::string kept_value(const std::map<std::string, std::string>& state, const std::string& key) {
    const auto found = state.find(key);
    return found == state.end() ? std::string() : found->second;
}

std::optional<Session> read_session(const std::string& text) {
    const auto document = json::Document::parse(text);
    if (!document || document->root()["id"].text().empty()) return std::nullopt;
    const auto root = document->root();
    return Session{.id = std::string(root["id"].text()),
                   .resume_url = std::string(root["url"].text()),
                   .identity = std::string(root["identity"].text())};
}

// The most recent first.
Remembered::Channels sorted(const std::unordered_map<std::uint64_t, Snowflake>& messages) {
    Remembered::Channels all;
    all.reserve(messages.size());
    for (const auto& [channel, message] : messages)
        all.emplace_back(Snowflake{channel}, message);
    std::ranges::sort(all, std::greater(), [](const auto& entry) { return entry.second; });
    return all;
}

wire::Frame entry(const std::string& key, const std::string& value) {
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(key);
    entry.set_value(value);
    return frame;
}

} // namespace

Remembered::Remembered(AlarmMaker& alarms, worker::Uplink& uplink,
                       const std::map<std::string, std::string>& state)
    : uplink_(uplink)
    , session_(read_session(kept_value(state, "session")))
    , budget_(kept_value(state, "identifies"))
    , commands_(kept_value(state, "commands"))
    , refusals_(kept_value(state, "refusals"))
    , interactions_(kept_value(state, "interactions"))
    , alarm_(alarms.make([this] { flush(); })) {
    const auto place = kept_value(state, "place");
    std::from_chars(place.data(), place.data() + place.size(), place_);
    read_seen(kept_value(state, "seen"), seen_);
    read_seen(kept_value(state, "gap"), gap_);
}

// "<bot> <channel>:<message> …"
void Remembered::read_seen(const std::string& text, Newest& into) {
    const auto pieces = split(text, ' ');
    if (const auto bot = Snowflake::parse(pieces.front())) bot_ = *bot;
    for (const auto piece : pieces) {
        const auto colon = piece.find(':');
        if (colon == std::string_view::npos) continue;
        const auto channel = Snowflake::parse(piece.substr(0, colon));
        const auto message = Snowflake::parse(piece.substr(colon + 1));
        if (channel && message) into[channel->value] = *message;
    }
}

std::string Remembered::text_of(const Newest& messages) const {
    std::string out = bot_.text();
    auto newest = sorted(messages);
    if (newest.size() > most_channels) newest.resize(most_channels);
    for (const auto& [channel, message] : newest)
        out += " " + channel.text() + ":" + message.text();
    return out;
}

void Remembered::set_session(const Session& session, std::int64_t place) {
    session_ = session;
    json::Writer value;
    value.begin_object()
        .member("id", session.id)
        .member("url", session.resume_url)
        .member("identity", session.identity)
        .end_object();
    write("session", value.text());
    place_ = place;
    place_unwritten_ = true;
    flush(); // the place of the old session would be one of the future in this one
}

void Remembered::set_place(std::int64_t place) {
    if (place == place_) return;
    place_ = place;
    place_unwritten_ = true;
    write_later();
}

wire::Frame Remembered::set_budget(const IdentifyBudget& budget) {
    budget_ = budget.text();
    return entry("identifies", budget_);
}

void Remembered::set_commands(std::string commands) {
    commands_ = std::move(commands);
    write("commands", commands_);
}

void Remembered::set_refusals(std::string refusals) {
    refusals_ = std::move(refusals);
    refusals_unwritten_ = true;
    write_later();
}

void Remembered::set_interactions(const std::string& text) {
    write("interactions", text);
}

void Remembered::use_bot(Snowflake bot) {
    if (bot == bot_) return;
    bot_ = bot;
    seen_.clear();
    gap_.clear();
}

void Remembered::saw(Snowflake channel, Snowflake message) {
    auto& newest = seen_[channel.value];
    if (message <= newest) return;
    newest = message;
    seen_unwritten_ = true;
    write_later();
    if (seen_.size() <= 2 * most_channels) return;
    auto all = channels();
    all.resize(most_channels);
    seen_.clear();
    for (const auto& [kept, last] : all)
        seen_[kept.value] = last;
}

Remembered::Channels Remembered::channels() const {
    return sorted(seen_);
}

Remembered::Channels Remembered::gap() const {
    return sorted(gap_);
}

void Remembered::open_gap() {
    for (const auto& [channel, message] : seen_)
        gap_.try_emplace(channel, message);
    write("gap", text_of(gap_));
}

void Remembered::close_gap() {
    if (gap_.empty()) return;
    gap_.clear();
    write("gap", {});
}

void Remembered::write_later() {
    if (!std::exchange(will_write_, true)) alarm_->set(write_after);
}

void Remembered::flush() {
    alarm_->clear();
    will_write_ = false;
    if (std::exchange(seen_unwritten_, false)) write("seen", text_of(seen_));
    if (std::exchange(refusals_unwritten_, false)) write("refusals", refusals_);
    if (std::exchange(place_unwritten_, false)) write("place", std::to_string(place_));
}

void Remembered::write(const std::string& key, const std::string& value) {
    uplink_.send(entry(key, value));
}

} // namespace openclaw::discord
