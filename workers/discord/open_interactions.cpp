#include "workers/discord/open_interactions.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "workers/discord/message_body.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr Milliseconds token_life = std::chrono::minutes(14); // of 15: time to say so
constexpr Milliseconds kept_after{20};
constexpr int most_acknowledging_tries = 3;
constexpr Milliseconds acknowledged_within = std::chrono::seconds(3); // then nobody listens

} // namespace

OpenInteractions::OpenInteractions(const Clock& clock, AlarmMaker& alarms, Api& api, Keep keep)
    : clock_(clock)
    , api_(api)
    , keep_(std::move(keep))
    , alarm_(alarms.make([this] { on_alarm(); }))
    , keep_alarm_(alarms.make([this] { keep_now(); })) {}

OpenInteractions::~OpenInteractions() = default;

void OpenInteractions::acknowledge(const Interaction& interaction, const std::string& event_id,
                                   Done done) {
    if (!event_id.empty() && open_.size() < most_open) {
        open_.try_emplace(
            event_id,
            Open{.interaction = interaction, .trace = {}, .until = clock_.now() + token_life});
        plan();
        changed();
    }
    say_it_came(interaction, event_id, 1, std::move(done));
}

// A word whose answer was lost is said again: the second is answered with "acknowledged already".
void OpenInteractions::say_it_came(const Interaction& interaction, const std::string& event_id,
                                   int tries, Done done) {
    api_.call(
        {.method = "POST",
         .path = "/interactions/" + interaction.id.text() + "/" + interaction.token + "/callback",
         .body = acknowledgement_body(interaction),
         .priority = Priority::answer,
         .deadline = acknowledged_within,
         .idempotent = true,
         .is_anonymous = true},
        [this, interaction, event_id, tries, done = std::move(done)](const Answer& answer) mutable {
            if (is_ambiguous(answer.trouble) && tries < most_acknowledging_tries)
                return say_it_came(interaction, event_id, tries + 1, std::move(done));
            on_acknowledged(event_id, answer);
            if (done) done();
        });
}

void OpenInteractions::on_acknowledged(const std::string& event_id, const Answer& answer) {
    const auto found = open_.find(event_id);
    // Not known counts as taken: a follow-up to what was not is refused, and goes to the channel.
    const bool is_taken =
        answer.ok() || answer.trouble == Trouble::answered || is_ambiguous(answer.trouble);
    if (!is_taken)
        log::warn("discord.interaction_not_acknowledged", {{"reason", answer.description}});
    if (found == open_.end()) return;
    found->second.is_decided = true;
    if (is_taken)
        found->second.is_acknowledged = true;
    else
        found->second.until = clock_.now(); // the answer goes to the channel
    for (auto& go_on : std::exchange(found->second.waiting, {}))
        go_on();
}

bool OpenInteractions::wait_for_acknowledgement(const std::string& trace, Task go_on) {
    auto* open = by_trace(trace);
    if (open == nullptr || open->is_decided) return false;
    open->waiting.push_back(std::move(go_on));
    return true;
}

void OpenInteractions::on_traced(const std::string& event_id, const std::string& trace) {
    const auto found = open_.find(event_id);
    if (found == open_.end()) return;
    found->second.trace = trace;
    traces_[trace] = event_id;
    changed();
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
    return Reply{.path = follow_up_path(*open),
                 .is_ephemeral = open->interaction.is_ephemeral,
                 .largest_upload = open->interaction.largest_upload};
}

std::string OpenInteractions::follow_up_path(const Open& open) const {
    return "/webhooks/" + application_.text() + "/" + open.interaction.token;
}

void OpenInteractions::answered(const std::string& trace) {
    auto* open = by_trace(trace);
    if (open == nullptr) return;
    open->is_answered = true;
    changed();
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
    changed();
}

// Several in a burst are one write; a crash before it costs no more than a public answer.
void OpenInteractions::changed() {
    if (keep_) keep_alarm_->set(kept_after);
}

// "<application>", and "<event> <id> <token> <type> <ephemeral> <answered> <until, unix ms>
// <trace>", a line each: the newest.
void OpenInteractions::keep_now() {
    std::vector<std::pair<std::int64_t, std::string>> lines;
    for (const auto& [event_id, open] : open_) {
        const auto left = std::chrono::duration_cast<Milliseconds>(open.until - clock_.now());
        const auto until = clock_.unix_ms() + left.count();
        const auto& it = open.interaction;
        lines.emplace_back(until, event_id + " " + it.id.text() + " " + it.token + " " +
                                      std::to_string(std::to_underlying(it.type)) + " " +
                                      (it.is_ephemeral ? "1" : "0") + " " +
                                      (open.is_answered ? "1" : "0") + " " + std::to_string(until) +
                                      " " + open.trace);
    }
    std::ranges::sort(lines, std::greater());
    if (lines.size() > most_kept) lines.resize(most_kept);
    std::string text = lines.empty() ? std::string() : application_.text() + "\n";
    for (const auto& [until, line] : lines)
        text += line + "\n";
    if (text != std::exchange(kept_, text)) keep_(std::move(text));
}

void OpenInteractions::restore(std::string_view text) {
    for (const auto line : split(text, '\n'))
        read_line(line);
    plan();
}

void OpenInteractions::read_line(std::string_view line) {
    const auto words = split(line, ' ');
    if (words.size() == 1) application_ = Snowflake::parse(line).value_or(application_);
    if (words.size() != 8) return;
    const auto id = Snowflake::parse(words[1]);
    const auto type = Snowflake::parse(words[3]), until = Snowflake::parse(words[6]); // numbers
    if (!id || !type || !until) return;
    const auto left = static_cast<std::int64_t>(until->value) - clock_.unix_ms();
    if (left <= 0 || left > token_life.count()) return;
    const std::string event_id(words[0]), trace(words[7]);
    open_[event_id] = {.interaction = {.id = *id,
                                       .token = std::string(words[2]),
                                       .type = static_cast<InteractionType>(type->value),
                                       .is_ephemeral = words[4] == "1"},
                       .trace = trace,
                       .until = clock_.now() + Milliseconds(left),
                       .is_decided = true,
                       .is_acknowledged = true, // or the replay of its event will tell
                       .is_answered = words[5] == "1"};
    if (!trace.empty()) traces_[trace] = event_id;
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
