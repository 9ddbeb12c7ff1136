#include "cli/context.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

std::string envelope(const CallError& error) {
    json::Writer out;
    out.begin_object().member("ok", false).key("error").begin_object();
    out.member("type", name(error.type)).member("message", error.message);
    if (!error.code.empty()) out.member("code", error.code);
    if (error.type == CallError::Type::request) out.member("retryable", error.retryable);
    if (error.retry_after_ms) out.member("retryAfterMs", *error.retry_after_ms);
    if (!error.details_json.empty()) out.raw_member("details", error.details_json);
    return out.end_object().end_object().take();
}

// The first line in red: what is wrong. The rest as it is: what to do about it.
std::string block(const CallError& error, const Look& look) {
    std::string text;
    for (const auto line : split(error.message, '\n'))
        text += (text.empty() ? look.paint(Ink::bad, printable(line)) : "\n" + printable(line));
    if (error.retry_after_ms)
        text += "\nTry again in " + std::to_string((*error.retry_after_ms + 999) / 1000) + "s.";
    return text;
}

} // namespace

void add_json_option(Command& command, bool& json) {
    command.flag("--json", json, "print exactly one JSON document");
}

void add_connection_options(Command& command, ConnectionOptions& options,
                            const std::string& token) {
    command.option("--url", options.url,
                   "gateway to ask, as a WebSocket address (needs --token or --password)");
    command.number("--port", options.port, {1, 65535},
                   "ask the gateway on this port of this machine");
    command.option(token, options.token,
                   "gateway token (visible in the process list; prefer OPENCLAW_GATEWAY_TOKEN)");
    command.option(
        "--password", options.password,
        "gateway password (visible in the process list; prefer OPENCLAW_GATEWAY_PASSWORD)");
    command.number("--timeout", options.timeout_ms, {1, 86'400'000},
                   "milliseconds to wait for an answer (" + std::to_string(options.timeout_ms) +
                       ")");
    add_json_option(command, options.json);
}

int report(const Context& context, bool json, const CallError& error) {
    if (json)
        print_json(context.console, envelope(error));
    else
        context.console.note(block(error, context.console.error_look()));
    return exit_failure;
}

void print_json(const Console& console, std::string_view json) {
    console.line(json::pretty(json));
}

void print_json(const Console& console, json::View value) {
    print_json(console, value.dump());
}

} // namespace openclaw::cli
