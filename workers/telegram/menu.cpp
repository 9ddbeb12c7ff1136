#include "workers/telegram/menu.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "common/text/characters.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace openclaw::telegram {

namespace {

constexpr std::size_t longest_menu_name = 32;    // Bot API, BotCommand
constexpr std::size_t longest_description = 256; // the same
constexpr std::size_t most_commands = 100;       // Bot API, setMyCommands
constexpr int most_menu_tries = 8;

// TELEGRAM.md 2: an empty scope is the default one.
constexpr auto scopes = std::to_array<std::string_view>({"", R"({"type":"all_group_chats"})"});

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_menu_name &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

void add(std::vector<MenuCommand>& commands, MenuCommand command) {
    command.name = to_lower(command.name);
    if (command.name.starts_with('/')) command.name.erase(0, 1);
    std::ranges::replace(command.name, '-', '_');
    command.description.resize(utf16_prefix(command.description, longest_description));
    if (command.description.empty()) command.description = command.name;
    const bool known =
        std::ranges::find(commands, command.name, &MenuCommand::name) != commands.end();
    if (is_name(command.name) && !known && commands.size() < most_commands)
        commands.push_back(std::move(command));
}

// FNV-1a, 64 bits: tells "the same list as last time", nothing more.
std::string fingerprint(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::array<char, 20> out{};
    std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(hash));
    return out.data();
}

} // namespace

std::vector<MenuCommand> menu_commands(const Settings& settings) {
    std::vector<MenuCommand> commands;
    if (!settings.show_commands) return commands;
    commands = {{"new", "Start a new session."},
                {"reset", "Reset this session."},
                {"stop", "Stop the current run."},
                {"status", "Show current status."},
                {"help", "Show available commands."}};
    for (const auto& command : settings.custom_commands)
        add(commands, command);
    return commands;
}

Menu::Menu(AlarmMaker& alarms, Api& api, Remembered& remembered, std::vector<MenuCommand> commands)
    : api_(api)
    , remembered_(remembered)
    , commands_(std::move(commands))
    , wanted_(digest())
    , alarm_(alarms.make([this] { call_next(); })) {}

void Menu::register_if_changed() {
    if (remembered_.menu() != wanted_) call_next();
}

void Menu::call_next() {
    api_.call({.method = commands_.empty() ? "deleteMyCommands" : "setMyCommands",
               .body = body(),
               .deadline = control_deadline,
               .idempotent = true},
              [this](const Answer& answer) { on_answer(answer); });
}

void Menu::on_answer(const Answer& answer) {
    if (answer.ok()) {
        if (++scope_ < scopes.size()) return call_next();
        return remembered_.set_menu(wanted_);
    }
    if (answer.description.contains("BOT_COMMANDS_TOO_MUCH") && !is_shortened_) {
        is_shortened_ = true; // TELEGRAM.md 2: a fifth less, once
        commands_.resize(commands_.size() - commands_.size() / 5);
        return call_next();
    }
    const bool may_pass = answer.trouble == Trouble::rate || answer.trouble == Trouble::not_sent ||
                          is_ambiguous(answer.trouble);
    if (!may_pass || backoff_.failures() >= most_menu_tries)
        return log::warn("telegram.menu_not_set", {{"reason", answer.description}});
    alarm_->set(std::max(backoff_.next(), answer.retry_after.value_or(Milliseconds(0))));
}

std::string Menu::body() const {
    json::Writer body;
    body.begin_object();
    if (!commands_.empty()) {
        body.key("commands").begin_array();
        for (const auto& [name, description] : commands_)
            body.begin_object()
                .member("command", name)
                .member("description", description)
                .end_object();
        body.end_array();
    }
    if (!scopes[scope_].empty()) body.raw_member("scope", scopes[scope_]);
    body.end_object();
    return body.take();
}

std::string Menu::digest() const {
    return fingerprint(body());
}

} // namespace openclaw::telegram
