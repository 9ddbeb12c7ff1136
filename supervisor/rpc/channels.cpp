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

void write_issues(json::Writer& out, const std::vector<ChannelLine>& lines) {
    out.key("statusIssues").begin_array();
    for (const auto& line : lines) {
        const auto error = line.last_error();
        if (error.empty() || !line.facts.enabled) continue;
        out.begin_object()
            .member("channel", line.facts.channel)
            .member("accountId", line.facts.account);
        out.member("kind", line.facts.problem.empty() ? "runtime" : "config");
        out.member("message", line.facts.label + " " + line.facts.account + ": " + error)
            .end_object();
    }
    out.end_array();
}

void status(Call& call, WorkerDesk& desk, HealthSnapshot& health, const Clock& clock) {
    auto facts = health.sources().channels();
    if (const auto wanted = call.params["channel"].text(); !wanted.empty())
        std::erase_if(facts,
                      [&](const ChannelFacts& account) { return account.channel != wanted; });
    const auto lines = channel_lines(facts, desk.views(false), health.judging());
    json::Writer out;
    out.begin_object().member("ts", clock.unix_ms());
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
    out.end_array().raw_member("eventLoop", health.gauge().to_json());
    write_accounts(out, lines);
    write_issues(out, lines);
    call.reply.ok(out.end_object().text());
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
                  const Clock& clock) {
    table.add({.name = "channels.status",
               .scope = policy::scope::read,
               .params = status_params,
               .handler = [&](Call& call) { status(call, desk, health, clock); }});
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
