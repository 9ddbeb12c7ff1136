// `openclaw agent -m TEXT`: one turn with the agent. On a terminal the answer grows as it is
// written; elsewhere it is printed when it is whole.
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/view/reply.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

constexpr Milliseconds beyond_the_run{
    30'000}; // the gateway ends the run itself at its timeout; wait for it to say so
constexpr Milliseconds abort_within{2'000};

struct AgentOptions {
    ConnectionOptions connection;
    std::string message, session_key, session_id, agent, to, channel, thinking, model;
    std::int64_t timeout_s = 600;
    bool deliver = false;
};

std::string agent_params(const AgentOptions& options, const std::string& run_id) {
    json::Writer params;
    params.begin_object().member("message", options.message);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) params.member(name, value);
    };
    add("sessionKey", options.session_key);
    add("sessionId", options.session_id);
    add("agentId", options.agent.empty() && options.session_key.empty() && options.to.empty()
                       ? "main"
                       : options.agent);
    add("to", options.to);
    add("channel", options.channel);
    add("thinking", options.thinking);
    add("model", options.model);
    params.member("deliver", options.deliver)
        .member("timeout", options.timeout_s)
        .member("idempotencyKey", run_id);
    return params.end_object().take();
}

class Turn {
  public:
    Turn(const Context& context, const AgentOptions& options)
        : context_(context)
        , options_(options)
        , run_id_(uuid_v4())
        , streams_(context.console.is_terminal() && !options.connection.json) {}

    int run() {
        auto client = open_gateway(context_, options_.connection);
        if (!client) return report(context_, options_.connection.json, client.error());
        if (auto ready = ask_for_events(*client); !ready)
            return report(context_, options_.connection.json, ready.error());
        catch_interrupts();
        auto outcome = take_turn(*client);
        if (interrupted_by() != 0) return stop(*client);
        return outcome ? show(*outcome) : fail(outcome.error());
    }

  private:
    // On the control socket events begin after a connect; over a WebSocket they have begun.
    CallResult<void> ask_for_events(RpcClient& client) {
        if (!streams_) return {};
        client.on_event([this](std::string_view event, json::View payload) {
            context_.console.out(
                printable_lines(reply_.grow(text_so_far(event, payload, run_id_))));
        });
        if (!options_.connection.url.empty() || options_.connection.port != 0) return {};
        if (auto hello = client.connect({}, {}, options_.connection.timeout());
            !hello && hello.error().type == CallError::Type::transport)
            return std::unexpected(hello.error());
        return {};
    }

    CallResult<Answer> take_turn(RpcClient& client) {
        auto id =
            client.send("agent", agent_params(options_, run_id_), options_.connection.timeout());
        if (!id) return std::unexpected(id.error());
        auto accepted = client.wait(*id, options_.connection.timeout());
        if (!accepted || !accepted->is_accepted()) return accepted;
        session_key_ = accepted->payload()["sessionKey"].text();
        return client.wait(*id, std::chrono::seconds(options_.timeout_s) + beyond_the_run);
    }

    int show(const Answer& outcome) {
        if (options_.connection.json)
            return print_json(context_.console, outcome.payload()), exit_ok;
        const std::string text = final_text(outcome.payload());
        const std::string rest = reply_.finish(text);
        context_.console.out(context_.console.is_terminal() ? printable_lines(rest) : rest);
        if (text.empty() && !reply_.has_text())
            context_.console.note("The run ended without an answer.");
        return exit_ok;
    }

    // A failed run keeps its id, so that `explain` can tell its story.
    int fail(const CallError& error) {
        if (reply_.has_text()) context_.console.out("\n");
        if (!options_.connection.json) {
            auto told = error;
            if (error.type == CallError::Type::request)
                told.message += "\nIts story: openclaw explain " + run_id_;
            return report(context_, false, told);
        }
        json::Writer out;
        out.begin_object()
            .member("ok", false)
            .member("runId", run_id_)
            .member("origin", "gateway")
            .key("error")
            .begin_object();
        out.member("type", name(error.type))
            .member("message", error.message)
            .member("code", error.code)
            .end_object()
            .end_object();
        return print_json(context_.console, out.text()), exit_failure;
    }

    // The operator has heard enough: the run is stopped too, not only its display.
    int stop(RpcClient& client) {
        const int signal_number = interrupted_by();
        json::Writer params;
        params.begin_object()
            .member("sessionKey", session_key_)
            .member("runId", run_id_)
            .end_object();
        if (!session_key_.empty()) (void)client.send("chat.abort", params.text(), abort_within);
        context_.console.note(reply_.has_text() ? "\nStopped." : "Stopped.");
        return 128 + signal_number;
    }

    const Context& context_;
    const AgentOptions& options_;
    const std::string run_id_; // the idempotency key is the run's id (PROTOCOL.md 12.1)
    const bool streams_;
    std::string session_key_;
    GrowingReply reply_;
};

} // namespace

void add_agent(Command& root, const Context& context) {
    auto options = std::make_shared<AgentOptions>();
    auto command = root.add("agent", "Gives the agent one message and prints its answer.");
    command.option("--message,-m", options->message, "what to say");
    command.option("--session-key", options->session_key,
                   "conversation, for example agent:main:main");
    command.option("--session-id", options->session_id, "conversation, by its transcript's id");
    command.option("--agent", options->agent, "which agent (main)");
    command.option("--to", options->to, "conversation with this sender");
    command.option("--channel", options->channel, "channel that --to belongs to");
    command.option("--thinking", options->thinking,
                   "how much to think, where the model can choose");
    command.option("--model", options->model, "model for this turn");
    command.flag("--deliver", options->deliver,
                 "send the answer to the conversation's channel as well");
    command.number("--timeout", options->timeout_s, {1, 172'800}, "seconds the run may take (600)");
    command.option("--url", options->connection.url,
                   "gateway to ask, as a WebSocket address (needs --token or --password)");
    command.number("--port", options->connection.port, {1, 65535},
                   "ask the gateway on this port of this machine");
    command.option("--token", options->connection.token, "gateway token");
    command.option("--password", options->connection.password, "gateway password");
    add_json_option(command, options->connection.json);
    command.example("openclaw agent -m \"hello\"")
        .example("openclaw agent -m \"and in French?\" --session-key agent:main:main --json");
    command.action([&context, options] {
        if (options->message.empty())
            return report(context, options->connection.json,
                          cli_error("say something: openclaw agent -m \"hello\""));
        return Turn(context, *options).run();
    });
}

} // namespace openclaw::cli
