#include "supervisor/rpc/channel_directory.h"

#include "supervisor/rpc/account_meant.h"

#include <array>

namespace openclaw::rpc {

namespace {

void write_if_any(json::Writer& out, std::string_view name, const std::string& value) {
    if (!value.empty()) out.member(name, value);
}

void write_directory_entry(json::Writer& out, const flow::DirectoryRow& row) {
    out.begin_object().member("id", row.id).member("kind", row.kind);
    write_if_any(out, "name", row.name);
    write_if_any(out, "handle", row.handle);
    write_if_any(out, "parentId", row.parent_id);
    write_if_any(out, "parentName", row.parent_name);
    out.end_object();
}

std::string directory_json(const ChannelFacts& account, std::string_view kind,
                           const flow::DirectoryReport& report) {
    json::Writer out;
    out.begin_object()
        .member("channel", account.channel)
        .member("accountId", account.account)
        .member("kind", kind);
    out.member("live", report.is_live).key("entries").begin_array();
    for (const auto& row : report.rows)
        write_directory_entry(out, row);
    out.end_array().member("more", report.has_more);
    write_if_any(out, "note", report.note);
    return out.end_object().take();
}

// The bot itself, as its platform has introduced it.
void tell_self(const Reply& reply, const ChannelFacts& account) {
    if (account.identity.empty() && account.identity_id.empty())
        return reply.fail(unavailable(account.channel + ":" + account.account +
                                      " has not met its platform yet; `openclaw channels status "
                                      "--probe` tells why"));
    std::string_view handle = account.identity;
    if (handle.starts_with('@')) handle.remove_prefix(1);
    flow::DirectoryReport report{.is_live = true};
    report.rows.push_back(
        {.id = account.identity_id, .handle = std::string(handle), .kind = "bot"});
    reply.ok(directory_json(account, "self", report));
}

flow::DirectoryQuestion::Kind kind_of(std::string_view word) {
    using Kind = flow::DirectoryQuestion::Kind;
    if (word == "peers") return Kind::peers;
    return word == "groups" ? Kind::groups : Kind::members;
}

void look_up_directory(Call& call, HealthSnapshot& health, flow::Questions& questions) {
    const auto params = call.params;
    const auto account = account_meant(params, health.sources().channels());
    if (!account)
        return call.reply.fail(
            invalid_request("channels.directory needs a channel with such an account"));
    const std::string kind = text_in(params, "kind");
    if (kind == "self") return tell_self(call.reply, *account);
    if (kind == "members" && params["groupId"].text().empty())
        return call.reply.fail(invalid_request("the members of which group? groupId is missing"));
    const flow::DirectoryQuestion question{
        .kind = kind_of(kind),
        .group_id = text_in(params, "groupId"),
        .query = text_in(params, "query"),
        .limit = static_cast<std::size_t>(params["limit"].integer(50))};
    questions.look_up(
        {.channel = account->channel, .account = account->account}, question,
        [reply = call.reply, account = *account, kind](Result<flow::DirectoryReport> report) {
            if (!report) return reply.fail(report.error());
            reply.ok(directory_json(account, kind, *report));
        });
}

constexpr std::array<std::string_view, 4> directory_kinds = {"self", "peers", "groups", "members"};
constexpr std::array directory_params = {
    Field{.name = "kind", .kind = Kind::string, .required = true, .one_of = directory_kinds},
    text("channel", 1),
    text("accountId", 1),
    text("groupId", 1),
    text("query", 0, 256),
    integer("limit", 1, 500),
};

} // namespace

void add_channel_directory(MethodTable& table, HealthSnapshot& health, flow::Questions& questions) {
    table.add({.name = "channels.directory",
               .scope = policy::scope::read,
               .params = directory_params,
               .handler = [&](Call& call) { look_up_directory(call, health, questions); }});
}

} // namespace openclaw::rpc
