#include "workers/discord/commands.h"

#include "common/ipc/in_flight.h"
#include "common/json/write.h"
#include "common/log/log.h"

#include <algorithm>
#include <array>

namespace openclaw::discord {

namespace {

constexpr int most_command_tries = 8;
constexpr int chat_input = 1; // Application Command Type

struct Offer {
    std::string_view name;
    std::string_view description; // 1 to 100 characters
};

constexpr auto offers = std::to_array<Offer>({
    {"new", "Start a new session."},
    {"reset", "Reset this session."},
    {"stop", "Stop the current run."},
    {"status", "Show current status."},
    {"whoami", "Show your sender id."},
    {"help", "Show available commands."},
});

} // namespace

// In servers and in direct conversations, for everybody: who may use them is the supervisor's to
// say.
std::string commands_body(const Settings& settings) {
    json::Writer out;
    out.begin_array();
    if (settings.registers_commands)
        for (const auto& offer : offers) {
            out.begin_object()
                .member("name", offer.name)
                .member("type", chat_input)
                .member("description", offer.description);
            out.key("integration_types").begin_array().value(0).value(1).end_array();
            out.key("contexts").begin_array().value(0).value(1).value(2).end_array();
            out.key("default_member_permissions").null();
            out.end_object();
        }
    return out.end_array().take();
}

Commands::Commands(AlarmMaker& alarms, Api& api, Remembered& remembered, const Settings& settings)
    : api_(api)
    , remembered_(remembered)
    , body_(commands_body(settings))
    , alarm_(alarms.make([this] { call(); })) {}

void Commands::register_if_changed(Snowflake application) {
    application_ = application;
    const auto wanted = application.text() + "/" + std::to_string(ipc::action_hash(body_));
    if (remembered_.commands() != wanted) call();
}

void Commands::call() {
    api_.call({.method = "PUT",
               .path = "/applications/" + application_.text() + "/commands",
               .body = body_,
               .idempotent = true},
              [this](const Answer& answer) { on_answer(answer); });
}

void Commands::on_answer(const Answer& answer) {
    if (answer.ok())
        return remembered_.set_commands(application_.text() + "/" +
                                        std::to_string(ipc::action_hash(body_)));
    if (!may_pass(answer.trouble) || backoff_.failures() >= most_command_tries)
        return log::warn("discord.commands_not_set", {{"reason", answer.description}});
    alarm_->set(std::max(backoff_.next(), answer.retry_after.value_or(Milliseconds(0))));
}

} // namespace openclaw::discord
