#include "workers/discord/open_interactions.h"

#include "common/log/log.h"
#include "workers/discord/message_body.h"

#include <algorithm>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr Milliseconds token_life = std::chrono::minutes(14);         // of 15: time to say so
constexpr Milliseconds acknowledged_within = std::chrono::seconds(3); // then nobody listens

} // namespace

OpenInteractions::OpenInteractions(const Clock& clock, AlarmMaker& alarms, Api& api)
    : clock_(clock)
    , api_(api)
    , alarm_(alarms.make([this] { on_alarm(); })) {}

OpenInteractions::~OpenInteractions() = default;

void OpenInteractions::acknowledge(const Interaction& interaction, const std::string& event_id) {
    if (!event_id.empty() && open_.size() < most_open) {
        open_.try_emplace(
            event_id,
            Open{.interaction = interaction, .trace = {}, .until = clock_.now() + token_life});
        plan();
    }
    api_.call(
        {.method = "POST",
         .path = "/interactions/" + interaction.id.text() + "/" + interaction.token + "/callback",
         .body = acknowledgement_body(interaction),
         .priority = Priority::answer,
         .deadline = acknowledged_within,
         .idempotent = true, // the second is answered with "acknowledged already"
         .is_anonymous = true},
        [this, event_id](const Answer& answer) { on_acknowledged(event_id, answer); });
}

void OpenInteractions::on_acknowledged(const std::string& event_id, const Answer& answer) {
    const auto found = open_.find(event_id);
    const bool is_taken = answer.ok() || answer.trouble == Trouble::answered;
    if (!is_taken)
        log::warn("discord.interaction_not_acknowledged", {{"reason", answer.description}});
    if (found == open_.end()) return;
    if (is_taken)
        found->second.is_acknowledged = true;
    else
        found->second.until = clock_.now(); // the answer goes to the channel
}

void OpenInteractions::on_traced(const std::string& event_id, const std::string& trace) {
    const auto found = open_.find(event_id);
    if (found == open_.end()) return;
    found->second.trace = trace;
    traces_[trace] = event_id;
}

OpenInteractions::Open* OpenInteractions::by_trace(const std::string& trace) {
    const auto event = traces_.find(trace);
    if (event == traces_.end()) return nullptr;
    const auto found = open_.find(event->second);
    return found == open_.end() ? nullptr : &found->second;
}

std::optional<OpenInteractions::Reply> OpenInteractions::reply_to(const std::string& trace) {
    const auto* open = by_trace(trace);
    if (open == nullptr || open->until <= clock_.now()) return std::nullopt;
    return Reply{.path = follow_up_path(*open), .is_ephemeral = open->interaction.is_ephemeral};
}

std::string OpenInteractions::follow_up_path(const Open& open) const {
    return "/webhooks/" + application_.text() + "/" + open.interaction.token;
}

void OpenInteractions::answered(const std::string& trace) {
    if (auto* open = by_trace(trace)) open->is_answered = true;
}

void OpenInteractions::is_over(const std::string& trace) {
    if (auto* open = by_trace(trace)) open->until = clock_.now();
}

void OpenInteractions::on_alarm() {
    const auto now = clock_.now();
    for (auto next = open_.begin(); next != open_.end();) {
        if (next->second.until > now) {
            ++next;
            continue;
        }
        const auto over = std::move(next->second);
        next = open_.erase(next);
        traces_.erase(over.trace);
        if (over.is_acknowledged && !over.is_answered) say_nothing_came(over);
    }
    plan();
}

// Only a command shows that it waits; a pressed button does not.
void OpenInteractions::say_nothing_came(const Open& open) {
    if (open.interaction.type == InteractionType::component) return;
    api_.call({.method = "POST",
               .path = follow_up_path(open),
               .body = create_body({.content = "No answer came in time. Please try again.",
                                    .is_ephemeral = open.interaction.is_ephemeral,
                                    .pings = Pings::nobody}),
               .is_anonymous = true},
              [](const Answer&) {});
}

void OpenInteractions::plan() {
    if (open_.empty()) return alarm_->clear();
    auto next = Instant::max();
    for (const auto& [event_id, open] : open_)
        next = std::min(next, open.until);
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(next - clock_.now()), Milliseconds(1)));
}

} // namespace openclaw::discord
