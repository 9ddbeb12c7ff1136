#include "supervisor/rpc/channel_abilities.h"

#include "common/config/channels/all.h"
#include "supervisor/rpc/channel_report.h"

#include <array>

namespace openclaw::rpc {

namespace {

struct AbilityParts {
    WorkerDesk& desk;
    HealthSnapshot& health;
    flow::Questions& questions;
    const Clock& clock;
};

void write_word_list(json::Writer& out, std::string_view name,
                     std::span<const std::string_view> words, std::string_view first = {}) {
    out.key(name).begin_array();
    if (!first.empty()) out.value(first);
    for (const auto word : words)
        if (!word.empty()) out.value(word);
    out.end_array();
}

void write_abilities(json::Writer& out, const config::Abilities& can) {
    out.key("support").begin_object();
    write_word_list(out, "chatTypes", can.chat_types);
    out.member("polls", can.polls)
        .member("reactions", can.reactions)
        .member("edit", can.edit)
        .member("unsend", can.unsend)
        .member("reply", can.reply)
        .member("threads", can.threads)
        .member("media", can.media)
        .member("nativeCommands", can.native_commands)
        .member("blockStreaming", can.block_streaming)
        .end_object();
    write_word_list(out, "actions", can.actions, "send");
    out.key("directory")
        .begin_object()
        .member("peers", can.peers)
        .member("groups", can.groups)
        .member("members", can.members)
        .end_object();
}

void write_line(json::Writer& out, const ChannelLine& line) {
    out.begin_object()
        .member("channel", line.facts.channel)
        .member("label", line.facts.label)
        .member("accountId", line.facts.account)
        .member("isDefault", line.facts.is_default);
    if (const auto* row = config::find_channel_row(line.facts.channel))
        write_abilities(out, row->abilities);
    out.member("status", connection_words(line));
    if (line.probed) write_probe(out.key("probe"), *line.probed);
    out.end_object();
}

std::vector<ChannelFacts> accounts_meant(const AbilityParts& parts, std::string_view channel,
                                         std::string_view account) {
    auto all = parts.health.sources().channels();
    std::erase_if(all, [&](const ChannelFacts& one) {
        return (!channel.empty() && one.channel != channel) ||
               (!account.empty() && one.account != account);
    });
    return all;
}

void tell_abilities(const Reply& reply, const AbilityParts& parts,
                    const std::vector<ChannelFacts>& accounts, Probes probes) {
    json::Writer out;
    out.begin_object().member("ts", parts.clock.unix_ms()).key("accounts").begin_array();
    for (auto& line : channel_lines(accounts, parts.desk.views(false), parts.health.judging())) {
        const auto found = probes.find(line.facts.channel + ":" + line.facts.account);
        if (found != probes.end()) line.probed = std::move(found->second);
        write_line(out, line);
    }
    reply.ok(out.end_array().end_object().text());
}

void abilities(Call& call, const AbilityParts& parts) {
    const std::string channel = text_in(call.params, "channel");
    const std::string account = text_in(call.params, "accountId");
    auto meant = accounts_meant(parts, channel, account);
    if (meant.empty() && !channel.empty())
        return call.reply.fail(invalid_request("channel " + channel +
                                               " has no such account; `openclaw channels add " +
                                               channel + "` makes one"));
    if (!call.params["probe"].boolean()) return tell_abilities(call.reply, parts, meant, {});
    probe_accounts(meant, text_in(call.params, "target"), probe_time(call.params), parts.questions,
                   parts.clock, [reply = call.reply, parts, channel, account](Probes probes) {
                       tell_abilities(reply, parts, accounts_meant(parts, channel, account),
                                      std::move(probes));
                   });
}

constexpr std::array ability_params = {text("channel", 1), text("accountId", 1), text("target", 1),
                                       flag("probe"), integer("timeoutMs", 0)};

} // namespace

void add_channel_abilities(MethodTable& table, WorkerDesk& desk, HealthSnapshot& health,
                           flow::Questions& questions, const Clock& clock) {
    const AbilityParts parts{desk, health, questions, clock};
    table.add({.name = "channels.capabilities",
               .scope = policy::scope::read,
               .params = ability_params,
               .handler = [parts](Call& call) { abilities(call, parts); }});
}

} // namespace openclaw::rpc
