#include "cli/view/devices.h"

#include "cli/commands.h"
#include "cli/view/text_width.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct DeviceOptions {
    ConnectionOptions connection;
    std::string id; // of a request or a device
    std::string name, role;
    std::vector<std::string> scopes;
    bool without_scopes = false, latest = false, yes = false, pending = false;
};

json::Writer object(std::string_view name, const std::string& text) {
    json::Writer params;
    params.begin_object().member(name, text);
    return params;
}

// Prints what was done; with --json the answer itself.
int finish(const Context& context, const DeviceOptions& options, const CallResult<Answer>& answer,
           const std::string& sentence) {
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json) return print_json(context.console, answer->payload()), exit_ok;
    return context.console.line(sentence), exit_ok;
}

int list(const Context& context, const DeviceOptions& options) {
    const auto answer = ask(context, options.connection, "device.pair.list");
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json) return print_json(context.console, answer->payload()), exit_ok;
    return context.console.out(devices_view(answer->payload(), context.console.look())), exit_ok;
}

// Without an id nobody is let in: the newest request is shown, with the command that does it.
int preview(const Context& context, const DeviceOptions& options) {
    const auto answer = ask(context, options.connection, "device.pair.list");
    if (!answer) return report(context, options.connection.json, answer.error());
    const auto newest = answer->payload()["pending"].at(0);
    if (!newest)
        return report(context, options.connection.json,
                      cli_error("No pending device pairing requests to approve"));
    if (options.connection.json)
        print_json(context.console, newest);
    else
        context.console.out(device_request_view(newest, context.console.look()));
    return exit_failure;
}

int approve(const Context& context, const DeviceOptions& options) {
    if (options.id.empty() || options.latest) return preview(context, options);
    const auto answer = ask(context, options.connection, "device.pair.approve",
                            object("requestId", options.id).end_object().text());
    const std::string device =
        answer ? printable(answer->payload()["device"]["deviceId"].text()) : "";
    return finish(context, options, answer, "Approved device " + device + ".");
}

int reject(const Context& context, const DeviceOptions& options) {
    const auto answer = ask(context, options.connection, "device.pair.reject",
                            object("requestId", options.id).end_object().text());
    return finish(context, options, answer, "Rejected request " + printable(options.id) + ".");
}

int remove(const Context& context, const DeviceOptions& options) {
    const auto answer = ask(context, options.connection, "device.pair.remove",
                            object("deviceId", options.id).end_object().text());
    return finish(context, options, answer, "Removed device " + printable(options.id) + ".");
}

// Everybody who waits, and with --pending nobody else.
CallResult<std::size_t> clear_all(RpcClient& client, const DeviceOptions& options) {
    const auto timeout = options.connection.timeout();
    const auto listed = client.call("device.pair.list", "{}", timeout);
    if (!listed) return std::unexpected(listed.error());
    std::vector<std::pair<std::string_view, std::string>> calls;
    listed->payload()["pending"].each_element([&](json::View request) {
        const std::string id(request["requestId"].text());
        return calls.emplace_back("device.pair.reject",
                                  object("requestId", id).end_object().text()),
               true;
    });
    if (!options.pending)
        listed->payload()["paired"].each_element([&](json::View device) {
            const std::string id(device["deviceId"].text());
            return calls.emplace_back("device.pair.remove",
                                      object("deviceId", id).end_object().text()),
                   true;
        });
    for (const auto& [method, params] : calls)
        if (auto answer = client.call(method, params, timeout); !answer)
            return std::unexpected(answer.error());
    return calls.size();
}

int clear(const Context& context, const DeviceOptions& options) {
    if (!options.yes)
        return report(context, options.connection.json,
                      cli_error("This removes devices for good. Say --yes to do it."));
    auto client = open_gateway(context, options.connection);
    if (!client) return report(context, options.connection.json, client.error());
    const auto count = clear_all(*client, options);
    if (!count) return report(context, options.connection.json, count.error());
    json::Writer out;
    out.begin_object().member("cleared", *count).end_object();
    if (options.connection.json) return print_json(context.console, out.text()), exit_ok;
    context.console.line("Cleared " + std::to_string(*count) + " device pairing entries.");
    return exit_ok;
}

int refuse_nameless(const Context& context, const DeviceOptions& options) {
    return report(context, options.connection.json,
                  cli_error("Name the device with --device; openclaw devices list shows them."));
}

int rename(const Context& context, const DeviceOptions& options) {
    if (options.id.empty()) return refuse_nameless(context, options);
    auto params = object("deviceId", options.id);
    params.member("label", options.name).end_object();
    const auto answer = ask(context, options.connection, "device.pair.rename", params.text());
    return finish(context, options, answer, "Renamed device " + printable(options.id) + ".");
}

int rotate(const Context& context, const DeviceOptions& options) {
    if (options.id.empty()) return refuse_nameless(context, options);
    auto params = object("deviceId", options.id);
    params.member("role", options.role);
    if (!options.scopes.empty() || options.without_scopes) {
        params.key("scopes").begin_array();
        for (const auto& scope : options.scopes)
            params.value(scope);
        params.end_array();
    }
    params.end_object();
    const auto answer = ask(context, options.connection, "device.token.rotate", params.text());
    return finish(context, options, answer,
                  "Rotated the " + printable(options.role) + " token of device " +
                      printable(options.id) +
                      ". It gets the new one when it next shows the "
                      "gateway's secret.");
}

int revoke(const Context& context, const DeviceOptions& options) {
    if (options.id.empty()) return refuse_nameless(context, options);
    auto params = object("deviceId", options.id);
    params.member("role", options.role).end_object();
    const auto answer = ask(context, options.connection, "device.token.revoke", params.text());
    return finish(context, options, answer,
                  "Revoked the " + printable(options.role) + " token of device " +
                      printable(options.id) + ".");
}

using Run = int (*)(const Context&, const DeviceOptions&);

// A subcommand with its own options; `declare` adds what it takes besides the connection.
void add(Command& devices, const Context& context, const std::string& name,
         const std::string& summary, Run run,
         const std::function<void(Command&, DeviceOptions&)>& declare = {}) {
    auto options = std::make_shared<DeviceOptions>();
    auto command = devices.add(name, summary);
    if (declare) declare(command, *options);
    add_connection_options(command, options->connection);
    command.action([&context, options, run] { return run(context, *options); });
}

void take_device(Command& command, DeviceOptions& options) {
    command.option("--device", options.id, "the device's id");
}

void take_token(Command& command, DeviceOptions& options) {
    options.role = "operator";
    take_device(command, options);
    command.choice("--role", options.role, {"operator", "node"}, "whose token");
}

} // namespace

void add_devices(Command& root, const Context& context) {
    auto devices = root.add("devices", "Devices that hold a key: apps, dashboards, phones.");
    add(devices, context, "list", "Lists who waits and who was let in.", list);
    add(devices, context, "approve", "Lets a waiting device in.", approve,
        [](Command& command, DeviceOptions& options) {
            command.optional_argument("request", options.id, "the request's id");
            command.flag("--latest", options.latest, "show the newest request only");
            command.example("openclaw devices approve fabbdde2-9336-4cb2-b5a9-d249931fa469");
        });
    add(devices, context, "reject", "Sends a waiting device away.", reject,
        [](Command& command, DeviceOptions& options) {
            command.argument("request", options.id, "the request's id");
        });
    add(devices, context, "remove", "Forgets a device and cuts it off.", remove,
        [](Command& command, DeviceOptions& options) {
            command.argument("device", options.id, "the device's id");
        });
    add(devices, context, "clear", "Forgets every device.", clear,
        [](Command& command, DeviceOptions& options) {
            command.flag("--yes", options.yes, "do it");
            command.flag("--pending", options.pending, "only those who wait");
        });
    add(devices, context, "rename", "Gives a device a name.", rename,
        [](Command& command, DeviceOptions& options) {
            take_device(command, options);
            command.option("--name", options.name, "at most 64 characters");
        });
    add(devices, context, "rotate", "Gives a device a new token and cuts the old one off.", rotate,
        [](Command& command, DeviceOptions& options) {
            take_token(command, options);
            command.option("--scope", options.scopes, "what the new token may do; may repeat");
            command.flag("--no-scopes", options.without_scopes, "the new token may do nothing");
        });
    add(devices, context, "revoke", "Takes a device's token away and cuts it off.", revoke,
        take_token);
}

} // namespace openclaw::cli
