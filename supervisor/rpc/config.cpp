#include "supervisor/rpc/config.h"

#include "common/json/write.h"

namespace openclaw::rpc {

namespace {

void write_issues(json::Writer& out, std::span<const ConfigIssue> issues) {
    out.key("issues").begin_array();
    for (const auto& issue : issues)
        out.begin_object().member("path", issue.path).member("message", issue.message).end_object();
    out.end_array();
}

std::string to_json(const ConfigSnapshot& config) {
    const std::string_view tree =
        config.parsed_json_redacted.empty() ? std::string_view("{}") : config.parsed_json_redacted;
    json::Writer out;
    out.begin_object().member("path", config.path);
    for (const auto* empty : {"includedPaths", "includeProvenance"})
        out.key(empty).begin_array().end_array();
    out.member("agentRosterIncludeOwned", false)
        .member("bindingsIncludeOwned", false)
        .member("exists", config.exists);
    out.member("raw", config.raw_redacted).member("valid", config.valid);
    // One file without includes or migrations: what was written, resolved and put in force are the
    // same tree.
    for (const auto* view : {"parsed", "sourceConfig", "resolved", "runtimeConfig", "config"})
        out.raw_member(view, tree);
    out.member("hash", config.hash)
        .member("configRevisionHash", config.hash)
        .member("appliedConfigHash", config.applied_hash);
    write_issues(out, config.issues);
    for (const auto* empty : {"warnings", "legacyIssues"})
        out.key(empty).begin_array().end_array();
    return out.end_object().take();
}

} // namespace

void add_config(MethodTable& table, ReadConfig read) {
    table.add(
        {.name = "config.get",
         .scope = policy::scope::read,
         .unknown = Unknown::refused,
         .handler = [read = std::move(read)](Call& call) { call.reply.ok(to_json(read())); }});
}

} // namespace openclaw::rpc
