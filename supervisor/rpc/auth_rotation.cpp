#include "supervisor/rpc/auth_rotation.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"

namespace openclaw::rpc {

namespace {

constexpr std::size_t token_bytes = 24; // as a token that is made at the start

std::string merge_patch(const std::string& token) {
    json::Writer patch;
    patch.begin_object().key("gateway").begin_object().key("auth").begin_object();
    patch.member("token", token);
    return patch.end_object().end_object().end_object().take();
}

// The new token is said once, to who asked; the file has it from then on, and those who came in
// with the old one are sent away.
void rotate(Call& call, const ConfigParts& parts) {
    if (parts.facts.auth_mode != "token")
        return call.reply.fail(invalid_request("gateway.auth.mode is \"" + parts.facts.auth_mode +
                                               "\": there is no token to change"));
    const std::string token = random_hex(token_bytes);
    change_config(call.reply, {.kind = ConfigChange::Kind::merge, .raw = merge_patch(token)}, parts,
                  [reply = call.reply, token, parts](const ConfigChanged& changed) {
                      log::info("auth.token_rotated", {{"path", parts.facts.config_path}});
                      json::Writer out;
                      out.begin_object().member("ok", true).member("token", token);
                      out.member("hash", changed.hash).member("path", parts.facts.config_path);
                      reply.ok(out.end_object().text());
                  });
}

} // namespace

void add_auth_rotation(MethodTable& table, ConfigParts parts) {
    table.add({.name = "gateway.auth.rotate",
               .scope = policy::scope::admin,
               .is_rationed = true,
               .handler = [parts](Call& call) { rotate(call, parts); }});
}

} // namespace openclaw::rpc
