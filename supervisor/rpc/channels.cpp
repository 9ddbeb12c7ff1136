#include "supervisor/rpc/channels.h"

#include "supervisor/rpc/channel_report.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

// The accounts of each channel, in order: [channel, first, last).
template <class Visit>
void each_channel(const std::vector<ChannelLine>& lines, Visit visit) {
    for (std::size_t first = 0; first < lines.size();) {
        std::size_t last = first;
        while (last < lines.size() && lines[last].facts.channel == lines[first].facts.channel)
            ++last;
        visit(lines[first].facts.channel, first, last);
        first = last;
    }
}

void write_accounts(json::Writer& out, const std::vector<ChannelLine>& lines) {
    out.key("channelAccounts").begin_object();
    each_channel(lines, [&](const std::string& channel, std::size_t first, std::size_t last) {
        out.key(channel).begin_array();
        for (std::size_t i = first; i < last; ++i)
            write_account(out, lines[i]);
        out.end_array();
    });
    out.end_object().key("channelDefaultAccountId").begin_object();
    each_channel(lines, [&](const std::string& channel, std::size_t first, std::size_t last) {
        std::size_t chosen = first;
        for (std::size_t i = first; i < last; ++i)
            if (lines[i].facts.is_default) chosen = i;
        out.member(channel, lines[chosen].facts.account);
    });
    out.end_object();
}

void write_issue(json::Writer& out, const ChannelLine& line, std::string_view kind,
                 const std::string& message) {
    out.begin_object()
        .member("channel", line.facts.channel)
        .member("accountId", line.facts.account)
        .member("kind", kind);
    out.member("message", line.facts.label + " " + line.facts.account + ": " + message)
        .end_object();
}

void write_issues(json::Writer& out, const std::vector<ChannelLine>& lines) {
    out.key("statusIssues").begin_array();
    for (const auto& line : lines) {
        if (!line.facts.enabled) continue;
        if (const auto error = line.last_error(); !error.empty())
            write_issue(out, line, line.facts.problem.empty() ? "runtime" : "config", error);
        if (!line.probed) continue;
        if (!line.probed->report)
            write_issue(out, line, "probe", line.probed->report.error().sentence);
        else
            for (const auto& warning : line.probed->report->warnings)
                write_issue(out, line, "permissions", warning);
    }
    out.end_array();
}

struct ChannelParts {
    WorkerDesk& desk;
    HealthSnapshot& health;
    flow::Questions& questions;
    const Clock& clock;
};

std::vector<ChannelFacts> accounts_of(const ChannelParts& parts, const std::string& channel) {
    auto facts = parts.health.sources().channels();
    if (!channel.empty())
        std::erase_if(facts,
                      [&](const ChannelFacts& account) { return account.channel != channel; });
    return facts;
}

void tell_status(const Reply& reply, const ChannelParts& parts, const std::string& wanted,
                 Probes probes) {
    auto lines =
        channel_lines(accounts_of(parts, wanted), parts.desk.views(false), parts.health.judging());
    for (auto& line : lines)
        if (const auto found = probes.find(line.facts.channel + ":" + line.facts.account);
            found != probes.end())
            line.probed = std::move(found->second);
    json::Writer out;
    out.begin_object().member("ts", parts.clock.unix_ms());
    write_channel_summary(out, lines);
    for (const auto* empty : {"channelDetailLabels", "channelSystemImages"})
        out.key(empty).begin_object().end_object();
    out.key("channelMeta").begin_array();
    each_channel(lines, [&](const std::string& channel, std::size_t first, std::size_t) {
        out.begin_object()
            .member("id", channel)
            .member("label", lines[first].facts.label)
            .member("detailLabel", lines[first].facts.label)
            .end_object();
    });
    out.end_array().raw_member("eventLoop", parts.health.gauge().to_json());
    write_accounts(out, lines);
    write_issues(out, lines);
    reply.ok(out.end_object().text());
}

void status(Call& call, const ChannelParts& parts) {
    const std::string channel = text_in(call.params, "channel");
    if (!call.params["probe"].boolean()) return tell_status(call.reply, parts, channel, {});
    probe_accounts(accounts_of(parts, channel), {}, probe_time(call.params), parts.questions,
                   parts.clock, [reply = call.reply, parts, channel](Probes probes) {
                       tell_status(reply, parts, channel, std::move(probes));
                   });
}

// The worker ids meant by {channel, accountId?}: without an account, every account of the channel.
std::vector<std::string> meant(json::View params, const std::vector<ChannelFacts>& facts) {
    std::vector<std::string> ids;
    const auto channel = params["channel"].text(), account = params["accountId"].text();
    for (const auto& known : facts)
        if (known.channel == channel && (account.empty() || known.account == account))
            ids.push_back(known.channel + ":" + known.account);
    return ids;
}

using Hand = Result<void> (WorkerDesk::*)(const std::string&);

void act(Call& call, WorkerDesk& desk, HealthSnapshot& health, Hand hand, std::string_view method,
         bool starts) {
    const auto ids = meant(call.params, health.sources().channels());
    if (ids.empty())
        return call.reply.fail(invalid_request("invalid " + std::string(method) + " channel"));
    for (const auto& id : ids)
        if (const auto done = (desk.*hand)(id); !done) return call.reply.fail(done.error());
    const std::string account(
        call.params["accountId"].text(ids.front().substr(ids.front().find(':') + 1)));
    json::Writer out;
    out.begin_object()
        .member("channel", call.params["channel"].text())
        .member("accountId", account);
    call.reply.ok(out.member(starts ? "started" : "stopped", true).end_object().text());
}

constexpr std::array status_params = {flag("probe"), integer("timeoutMs", 0), text("channel")};
constexpr std::array hand_params = {required_text("channel"), text("accountId", 1)};

} // namespace

void add_channels(MethodTable& table, WorkerDesk& desk, HealthSnapshot& health,
                  flow::Questions& questions, const Clock& clock) {
    const ChannelParts parts{desk, health, questions, clock};
    table.add({.name = "channels.status",
               .scope = policy::scope::read,
               .params = status_params,
               .handler = [parts](Call& call) { status(call, parts); }});
    table.add({.name = "channels.start",
               .scope = policy::scope::admin,
               .params = hand_params,
               .handler = [&](Call& call) {
                   act(call, desk, health, &WorkerDesk::start, "channels.start", true);
               }});
    table.add({.name = "channels.stop",
               .scope = policy::scope::admin,
               .params = hand_params,
               .handler = [&](Call& call) {
                   act(call, desk, health, &WorkerDesk::stop, "channels.stop", false);
               }});
}

} // namespace openclaw::rpc
