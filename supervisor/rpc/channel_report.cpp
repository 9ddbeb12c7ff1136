#include "supervisor/rpc/channel_report.h"

#include "supervisor/rpc/absent.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

bool is_first_of_channel(const std::vector<ChannelLine>& lines, std::size_t i) {
    return i == 0 || lines[i].facts.channel != lines[i - 1].facts.channel;
}

const ChannelLine& default_account(const std::vector<ChannelLine>& lines,
                                   std::string_view channel) {
    const ChannelLine* chosen = nullptr;
    for (const auto& line : lines)
        if (line.facts.channel == channel && (chosen == nullptr || line.facts.is_default))
            chosen = &line;
    return *chosen;
}

// What the platform says, or last said to the worker; nothing before it has said anything.
void write_probe_of(json::Writer& out, const ChannelLine& line) {
    if (line.probed) return write_probe(out.key("probe"), *line.probed);
    const auto error = line.last_error();
    if (!line.is_connected() && error.empty()) return;
    out.key("probe").begin_object().member("ok", line.is_connected());
    if (!error.empty()) out.member("error", error);
    std::string_view name = line.facts.identity;
    if (name.starts_with('@')) name.remove_prefix(1);
    if (!name.empty())
        out.key("bot")
            .begin_object()
            .member("username", name)
            .member("id", line.facts.identity_id)
            .end_object();
    out.end_object();
}

std::string_view lifecycle(const ChannelLine& line) {
    if (!line.facts.enabled) return "disabled";
    if (!line.facts.configured || !line.facts.problem.empty()) return "not-configured";
    return line.worker ? process::name(line.worker->state) : "stopped";
}

} // namespace

std::string connection_words(const ChannelLine& line) {
    if (line.is_connected())
        return line.facts.identity.empty() ? "connected"
                                           : "connected (" + line.facts.identity + ")";
    if (const auto error = line.last_error(); !error.empty()) return "failed: " + error;
    if (!line.facts.enabled) return "disabled";
    return line.is_running() ? "connecting" : std::string(lifecycle(line));
}

bool ChannelLine::is_running() const {
    return worker && worker->pid != 0;
}

bool ChannelLine::is_connected() const {
    return verdict.level == policy::Level::ok;
}

std::string ChannelLine::last_error() const {
    if (!facts.problem.empty()) return facts.problem;
    if (is_connected()) // it works, but for what it says with a code
        return facts.error_code.empty() ? std::string() : facts.detail;
    if (facts.connection == "degraded" || facts.connection == "needs_operator") return facts.detail;
    if (verdict.ailment == policy::Ailment::silence ||
        verdict.ailment == policy::Ailment::unresponsive)
        return verdict.reason;
    if (!worker || worker->state == process::State::starting) return {};
    const bool is_in_trouble = worker->state == process::State::backoff ||
                               worker->state == process::State::failed || worker->needs_operator;
    return is_in_trouble ? worker->reason : std::string();
}

std::vector<ChannelLine> channel_lines(const std::vector<ChannelFacts>& facts,
                                       const std::vector<process::WorkerView>& workers,
                                       const Judging& by) {
    std::vector<ChannelLine> lines;
    for (const auto& account : facts) {
        ChannelLine line{.facts = account, .worker = std::nullopt, .verdict = {}};
        const auto worker = std::ranges::find_if(workers, [&](const process::WorkerView& view) {
            return view.kind == account.channel && view.account == account.account;
        });
        if (worker != workers.end()) line.worker = *worker;
        line.verdict = judge_account(account, line.worker ? &*line.worker : nullptr, by);
        line.contact_ms = by.on_wall(
            std::max(account.last_contact, line.worker ? line.worker->last_upstream : Instant{}));
        lines.push_back(std::move(line));
    }
    return lines;
}

namespace {

void write_account_members(json::Writer& out, const ChannelLine& line) {
    const ChannelFacts& facts = line.facts;
    const process::WorkerView none;
    const process::WorkerView& worker = line.worker ? *line.worker : none;
    out.member("accountId", facts.account);
    if (!facts.name.empty()) out.member("name", facts.name);
    out.member("enabled", facts.enabled)
        .member("configured", facts.configured)
        .member("linked", facts.configured);
    out.member("running", line.is_running())
        .member("connected", line.is_connected())
        .member("lifecycle", lifecycle(line));
    write_or_null(out, "lastStartAt", worker.started_ms);
    write_or_null(out, "lastStopAt", worker.deaths.empty() ? 0 : worker.deaths.front().at_ms);
    const auto error = line.last_error();
    if (error.empty())
        out.key("lastError").null();
    else
        out.member("lastError", error).member("stateReason", error);
    if (!facts.error_code.empty()) out.member("errorCode", facts.error_code);
    out.member("restartPending", worker.state == process::State::backoff)
        .member("reconnectAttempts", worker.attempt);
    write_or_null(out, "lastInboundAt", facts.last_inbound_ms);
    write_or_null(out, "lastOutboundAt", facts.last_outbound_ms);
    write_or_null(out, "lastProbeAt",
                  std::max(line.contact_ms, line.probed ? line.probed->at_ms : 0));
    out.member("tokenSource", facts.token_source)
        .member("tokenStatus", facts.configured ? "available" : "missing");
    out.key("health");
    write_verdict(out, line.verdict);
    out.member("owed", facts.owed)
        .member("workerId", worker.id)
        .member("manualStop", worker.is_stopped_by_operator);
    write_probe_of(out, line);
}

// All accounts of a channel that has several; the channel's own members are its default's.
void write_siblings(json::Writer& out, const std::vector<ChannelLine>& lines,
                    std::string_view channel) {
    if (std::ranges::count(lines, channel, [](const auto& one) -> std::string_view {
            return one.facts.channel;
        }) < 2)
        return;
    out.key("accounts").begin_object();
    for (const auto& line : lines) {
        if (line.facts.channel != channel) continue;
        out.key(line.facts.account);
        write_account(out, line);
    }
    out.end_object();
}

} // namespace

void write_account(json::Writer& out, const ChannelLine& line) {
    out.begin_object();
    write_account_members(out, line);
    out.end_object();
}

void write_channel_summary(json::Writer& out, const std::vector<ChannelLine>& lines) {
    out.key("channelOrder").begin_array();
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (is_first_of_channel(lines, i)) out.value(lines[i].facts.channel);
    out.end_array().key("channelLabels").begin_object();
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (is_first_of_channel(lines, i)) out.member(lines[i].facts.channel, lines[i].facts.label);
    out.end_object().key("channels").begin_object();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!is_first_of_channel(lines, i)) continue;
        out.key(lines[i].facts.channel).begin_object();
        write_account_members(out, default_account(lines, lines[i].facts.channel));
        write_siblings(out, lines, lines[i].facts.channel);
        out.end_object();
    }
    out.end_object();
}

std::vector<std::string> channel_sentences(const std::vector<ChannelLine>& lines) {
    std::vector<std::string> sentences;
    for (const auto& line : lines) {
        const std::string account = line.facts.is_default ? "" : " (" + line.facts.account + ")";
        sentences.push_back(line.facts.label + account + ": " + connection_words(line));
    }
    return sentences;
}

} // namespace openclaw::rpc
