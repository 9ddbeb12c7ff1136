#include "supervisor/rpc/config_changes.h"

#include "common/config/json_schema.h"
#include "common/json/write.h"
#include "common/version.h"
#include "supervisor/rpc/stability.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::string_view it_waits =
    "it is written and not in force: a change of the configuration waits for a restart "
    "(gateway.reload.mode). Put both in force: openclaw gateway restart";

constexpr std::string_view hash_required = "config base hash required; re-run config.get and retry";

std::string issues_json(const std::vector<ConfigIssue>& issues) {
    json::Writer out;
    out.begin_object().key("issues").begin_array();
    for (const auto& issue : issues)
        out.begin_object().member("path", issue.path).member("message", issue.message).end_object();
    return out.end_array().end_object().take();
}

// The original's words, which clients show (METHODS.md config.set).
WireError refused(const ConfigRefusal& refusal) {
    if (!refusal.issues.empty()) {
        const auto& first = refusal.issues.front();
        return invalid_request(
            "invalid config: " + (first.path.empty() ? std::string("<root>") : first.path) + ": " +
                first.message,
            issues_json(refusal.issues));
    }
    if (refusal.error.code == Code::busy)
        return invalid_request("config changed since last load; re-run config.get and retry");
    return to_wire(refusal.error);
}

std::string changed_json(const ConfigChanged& changed, const ConfigParts& parts) {
    json::Writer out;
    out.begin_object().member("ok", true).member("path", parts.facts.config_path);
    out.member("hash", changed.hash).raw_member("config", changed.config_json_redacted);
    out.key("changedPaths").begin_array();
    for (const auto& path : changed.paths)
        out.value(path);
    out.end_array().member("reload", changed.reload);
    out.member("restartRequired", changed.is_left_for_a_restart);
    return out.end_object().take();
}

void write(Call& call, const ConfigParts& parts, ConfigChange::Kind kind) {
    const auto hash = call.params["baseHash"].text();
    if (hash.empty()) return call.reply.fail(invalid_request(std::string(hash_required)));
    ConfigChange change{.kind = kind,
                        .raw = std::string(call.params["raw"].text()),
                        .expected_hash = std::string(hash),
                        .may_wait = true};
    change_config(call.reply, std::move(change), parts,
                  [reply = call.reply, parts](const ConfigChanged& changed) {
                      reply.ok(changed_json(changed, parts));
                  });
}

// The schema

const std::string& whole_schema(const Clock& clock) {
    static std::string answer; // the tables do not change while the process lives
    if (answer.empty()) {
        json::Writer out;
        out.begin_object().raw_member("schema", config::json_schema());
        out.raw_member("uiHints", config::form_hints()).member("version", version);
        answer = out.member("generatedAt", iso_time(clock.unix_ms())).end_object().take();
    }
    return answer;
}

std::string label_hint(std::string_view label, bool is_secret) {
    json::Writer out;
    out.begin_object().member("label", label);
    if (is_secret) out.member("sensitive", true);
    return out.end_object().take();
}

std::string last_name(std::string_view path) {
    const auto dot = path.rfind('.');
    return std::string(dot == path.npos ? path : path.substr(dot + 1));
}

void look_up(Call& call) {
    const auto found = config::look_up_schema(call.params["path"].text());
    if (!found) return call.reply.fail(found.error());
    json::Writer out;
    out.begin_object().member("path", found->path).raw_member("schema", found->schema);
    out.member("reloadKind", config::word(found->reload));
    out.raw_member("hint", label_hint(last_name(found->path), found->is_secret));
    out.member("hintPath", found->path).key("children").begin_array();
    for (const auto& child : found->children) {
        out.begin_object().member("key", child.key).member("path", child.path);
        if (!child.type.empty()) out.member("type", child.type);
        out.member("required", false).member("hasChildren", child.has_children);
        out.member("reloadKind", config::word(child.reload));
        out.raw_member("hint", label_hint(child.key, child.is_secret));
        out.member("hintPath", child.path).end_object();
    }
    call.reply.ok(out.end_array().end_object().text());
}

constexpr std::int64_t max_raw = 8 << 20;
constexpr std::array set_params = {required_text("raw", 1, max_raw), text("baseHash", 1)};
constexpr std::array patch_params = {
    required_text("raw", 1, max_raw),
    text("baseHash", 1),
    text("sessionKey"),
    Field{.name = "deliveryContext", .kind = Kind::object},
    text("note"),
    integer("restartDelayMs", 0),
    Field{.name = "replacePaths", .kind = Kind::string_list},
};
constexpr std::array lookup_params = {required_text("path", 1, 1024)};

} // namespace

void change_config(const Reply& reply, ConfigChange change, const ConfigParts& parts,
                   OnChanged then) {
    const bool may_wait = change.may_wait;
    parts.change(std::move(change), [reply, parts, may_wait, then = std::move(then)](
                                        std::expected<ConfigChanged, ConfigRefusal> done) mutable {
        if (!done) return reply.fail(refused(done.error()));
        if (done->is_left_for_a_restart && !may_wait)
            reply.fail(Error{.code = Code::unavailable, .sentence = std::string(it_waits)});
        else
            then(*done);
        json::Writer event;
        event.begin_object().member("path", parts.facts.config_path).member("hash", done->hash);
        event.member("ts", parts.clock.unix_ms()).end_object();
        parts.events.send({.name = "config.changed", .payload = event.take()});
    });
}

void add_config_changes(MethodTable& table, ConfigParts parts) {
    struct Row {
        std::string_view name;
        std::span<const Field> params;
        ConfigChange::Kind kind;
    };

    static constexpr std::array<Row, 3> rows = {{
        {"config.set", set_params, ConfigChange::Kind::replace},
        {"config.apply", patch_params, ConfigChange::Kind::replace},
        {"config.patch", patch_params, ConfigChange::Kind::merge},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = policy::scope::admin,
                   .params = row.params,
                   .is_rationed = true,
                   .handler = [parts, kind = row.kind](Call& call) { write(call, parts, kind); }});
}

void add_config_schema(MethodTable& table, const Clock& clock) {
    table.add({.name = "config.schema",
               .scope = policy::scope::read,
               .handler = [&clock](Call& call) { call.reply.ok(whole_schema(clock)); }});
    table.add({.name = "config.schema.lookup",
               .scope = policy::scope::read,
               .params = lookup_params,
               .handler = look_up});
}

} // namespace openclaw::rpc
