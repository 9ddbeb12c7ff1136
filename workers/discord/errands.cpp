#include "workers/discord/errands.h"

#include "common/log/log.h"

#include <algorithm>
#include <array>
#include <vector>

namespace openclaw::discord {

namespace {

// Pauses before the second, third and fourth try.
constexpr std::array<Milliseconds, 3> errand_pauses = {
    std::chrono::seconds(1), std::chrono::seconds(4), std::chrono::seconds(15)};
constexpr std::size_t most_reactions = 500;

} // namespace

std::string path_segment(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "-._~"; // and letters and digits
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_letter || plain.contains(c)) {
            out += c;
            continue;
        }
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 0xf];
    }
    return out;
}

Errands::Errands(const Clock& clock, AlarmMaker& alarms, Api& api)
    : clock_(clock)
    , api_(api)
    , alarm_(alarms.make([this] { on_alarm(); })) {}

void Errands::delete_message(const std::string& channel, const std::string& message_id) {
    begin("DELETE", "/channels/" + channel + "/messages/" + message_id);
}

void Errands::react(const std::string& channel, const std::string& message_id,
                    const std::string& emoji) {
    const auto message = channel + "/" + message_id;
    const auto path = [&](const std::string& one) {
        return "/channels/" + channel + "/messages/" + message_id + "/reactions/" +
               path_segment(one) + "/@me";
    };
    if (const auto before = reactions_.extract(message); before && before.mapped() != emoji)
        begin("DELETE", path(before.mapped()));
    if (emoji.empty()) return;
    if (reactions_.size() >= most_reactions) reactions_.clear(); // then nothing is taken back
    reactions_[message] = emoji;
    begin("PUT", path(emoji));
}

void Errands::begin(std::string method, std::string path) {
    if (errands_.size() >= most_errands) return;
    const auto id = ++last_id_;
    errands_[id] = {.method = std::move(method), .path = std::move(path)};
    call(id);
}

void Errands::call(Id id) {
    auto& errand = errands_.at(id);
    ++errand.tries;
    errand.retry_at = Instant::max();
    api_.call({.method = errand.method,
               .path = errand.path,
               .priority = Priority::cosmetic,
               .idempotent = true},
              [this, id](const Answer& answer) { on_answer(id, answer); });
}

void Errands::on_answer(Id id, const Answer& answer) {
    const auto found = errands_.find(id);
    auto& errand = found->second;
    const auto tries = static_cast<std::size_t>(errand.tries);
    if (!may_pass(answer.trouble) || tries > errand_pauses.size()) {
        if (!answer.ok())
            log::debug("discord.errand_given_up",
                       {{"method", errand.method}, {"reason", answer.description}});
        errands_.erase(found);
        return;
    }
    errand.retry_at = clock_.now() + std::max(errand_pauses[tries - 1],
                                              answer.retry_after.value_or(Milliseconds(0)));
    plan();
}

void Errands::on_alarm() {
    std::vector<Id> due;
    for (const auto& [id, errand] : errands_)
        if (errand.retry_at <= clock_.now()) due.push_back(id);
    for (const auto id : due)
        call(id);
    plan();
}

void Errands::plan() {
    auto next = Instant::max();
    for (const auto& [id, errand] : errands_)
        next = std::min(next, errand.retry_at);
    if (next == Instant::max()) return alarm_->clear();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - clock_.now()), Milliseconds(1)));
}

} // namespace openclaw::discord
