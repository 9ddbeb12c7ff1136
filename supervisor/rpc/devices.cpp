#include "supervisor/rpc/devices.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/rpc/device_row.h"
#include "supervisor/rpc/qr_picture.h"

#include <array>

namespace openclaw::rpc {

namespace {

void list(Call& call, const DeviceDesk& desk) {
    json::Writer out;
    out.begin_object().key("pending").begin_array();
    for (const auto* request : desk.book().waiting())
        write_request_row(out, *request);
    out.end_array().key("paired").begin_array();
    for (const auto* device : desk.book().all())
        write_device_row(out, *device, desk.is_connected(device->id));
    call.reply.ok(out.end_array().end_object().text());
}

// Nobody gives away what he does not have.
std::optional<WireError> refuse_grant(const Peer& peer, const std::vector<std::string>& needed) {
    for (const auto& scope : needed)
        if (!peer.may(scope)) return missing_scope(scope);
    return std::nullopt;
}

void approve(Call& call, DeviceDesk& desk) {
    const std::string id = text_in(call.params, "requestId");
    if (const auto* request = desk.book().request(id))
        if (const auto refused = refuse_grant(call.peer, desk.scopes_to_approve(*request)))
            return call.reply.fail(*refused);
    desk.approve(id, [reply = call.reply, id, &desk](Result<std::string> device_id) {
        if (!device_id) return reply.fail(device_id.error());
        const auto* device = desk.book().find(*device_id);
        if (device == nullptr) return reply.fail(invalid_request("unknown deviceId"));
        json::Writer out;
        out.begin_object().member("requestId", id).key("device");
        write_approved_row(out, *device);
        reply.ok(out.end_object().text());
    });
}

void reject(Call& call, DeviceDesk& desk) {
    const std::string id = text_in(call.params, "requestId");
    desk.reject(id, [reply = call.reply, id](Result<std::string> device_id) {
        if (!device_id) return reply.fail(device_id.error());
        json::Writer out;
        out.begin_object().member("requestId", id).member("deviceId", *device_id);
        reply.ok(out.end_object().text());
    });
}

void remove(Call& call, DeviceDesk& desk) {
    const std::string id = text_in(call.params, "deviceId");
    desk.remove(id, [reply = call.reply, id](Result<void> gone) {
        if (!gone) return reply.fail(gone.error());
        reply.ok(json::Writer().begin_object().member("deviceId", id).end_object().text());
    });
}

void rename(Call& call, DeviceDesk& desk) {
    const std::string id = text_in(call.params, "deviceId"), label = text_in(call.params, "label");
    desk.rename(id, label, [reply = call.reply, id, label](Result<void> kept) {
        if (!kept) return reply.fail(kept.error());
        json::Writer out;
        out.begin_object().member("deviceId", id).member("label", label);
        reply.ok(out.end_object().text());
    });
}

// The new value is told to nobody but the device itself, over a connection that showed the old one.
bool is_own_token(const Peer& peer, const std::string& device_id, const std::string& role) {
    return peer.device_id == device_id && peer.auth_method == "device-token" &&
           policy::word(peer.role) == role;
}

std::string rotated_json(const std::string& device_id, const GrantedToken& token, bool is_own) {
    json::Writer out;
    out.begin_object().member("deviceId", device_id).member("role", token.role);
    if (is_own) out.member("token", token.value.reveal());
    write_words(out, "scopes", token.scopes);
    out.member("rotatedAtMs", token.issued_at_ms);
    out.member("tokenDelivery", is_own ? "in-band" : "withheld-cross-device");
    return out.end_object().take();
}

void rotate(Call& call, DeviceDesk& desk) {
    const std::string id = text_in(call.params, "deviceId"), role = text_in(call.params, "role");
    std::optional<std::vector<std::string>> scopes;
    if (call.params["scopes"].is_array()) {
        scopes.emplace();
        call.params["scopes"].each_element(
            [&](json::View scope) { return scopes->emplace_back(scope.text()), true; });
    }
    const auto* device = desk.book().find(id);
    const auto* token = device == nullptr ? nullptr : device->token_of(role);
    if (token != nullptr)
        if (const auto refused = refuse_grant(call.peer, scopes.value_or(token->scopes)))
            return call.reply.fail(*refused);
    const bool is_own = is_own_token(call.peer, id, role);
    desk.rotate(id, role, std::move(scopes),
                [reply = call.reply, id, is_own](Result<GrantedToken> made) {
                    if (!made) return reply.fail(made.error());
                    reply.ok(rotated_json(id, *made, is_own));
                });
}

void revoke(Call& call, DeviceDesk& desk, const Clock& clock) {
    const std::string id = text_in(call.params, "deviceId"), role = text_in(call.params, "role");
    desk.revoke(id, role, [reply = call.reply, id, role, &clock](Result<void> gone) {
        if (!gone) return reply.fail(gone.error());
        json::Writer out;
        out.begin_object().member("deviceId", id).member("role", role);
        reply.ok(out.member("revokedAtMs", clock.unix_ms()).end_object().text());
    });
}

// Setup codes.

struct SetupUrl {
    std::string url, source;
};

// http(s) is what browsers say for the same place.
std::optional<std::string> socket_url(std::string_view url) {
    for (const auto& [scheme, socket] :
         {std::pair<std::string_view, std::string_view>{"ws://", "ws://"},
          {"wss://", "wss://"},
          {"http://", "ws://"},
          {"https://", "wss://"}})
        if (url.starts_with(scheme) && url.size() > scheme.size() &&
            url.find_first_of(" @\"\\<>") == url.npos)
            return std::string(socket).append(url.substr(scheme.size()));
    return std::nullopt;
}

Result<SetupUrl> setup_url(json::View params, const SetupRoute& route) {
    if (const auto given = params["publicUrl"].text(); !given.empty()) {
        const auto url = socket_url(given);
        if (!url)
            return fail(Code::invalid, "publicUrl must be a ws://, wss:// or https:// address");
        return SetupUrl{*url, "request.publicUrl"};
    }
    if (route.url.empty())
        return fail(Code::invalid, "Gateway is only bound to loopback. Set gateway.bind=lan, or "
                                   "gateway.publicOrigin, or name an address with publicUrl.");
    return SetupUrl{route.url, route.url_source};
}

struct SetupQuestion {
    SetupUrl where;
    std::string access, auth_mode;
    bool with_picture = true;
};

std::string setup_json(const NewSetupCode& made, const SetupQuestion& asked) {
    const auto& [where, access, auth_mode, with_picture] = asked;
    json::Writer code;
    code.begin_object().member("url", where.url);
    code.member("bootstrapToken", made.bootstrap_token.reveal());
    code.member("expiresAtMs", made.expires_at_ms).end_object();
    const std::string& text = code.text();
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    json::Writer out;
    out.begin_object().member("setupId", made.setup_id);
    const std::string setup_code = to_base64url(bytes);
    out.member("expiresAtMs", made.expires_at_ms).member("setupCode", setup_code);
    if (with_picture)
        if (const auto picture = qr_data_url(setup_code)) out.member("qrDataUrl", *picture);
    out.member("gatewayUrl", where.url).member("auth", auth_mode);
    out.member("urlSource", where.source).member("access", access);
    return out.end_object().take();
}

void make_setup_code(Call& call, DeviceDesk& desk, const SetupRoute& route) {
    const auto where = setup_url(call.params, route);
    if (!where) return call.reply.fail(where.error());
    SetupQuestion asked{.where = *where,
                        .access = std::string(call.params["bootstrapProfile"].text("full")),
                        .auth_mode = route.auth_mode,
                        .with_picture = call.params["includeQr"].boolean(true)};
    desk.make_setup_code(asked.access, [reply = call.reply, asked](Result<NewSetupCode> made) {
        if (!made) return reply.fail(made.error());
        reply.ok(setup_json(*made, asked));
    });
}

void setup_status(Call& call, const DeviceDesk& desk) {
    const auto* code = desk.book().setup_code(call.params["setupId"].text());
    json::Writer out;
    out.begin_object();
    if (code != nullptr && code->used_at_ms > 0) {
        out.key("completion");
        write_completion(out, *code);
    }
    call.reply.ok(out.end_object().text());
}

void identity(Call& call, const DeviceDesk& desk) {
    json::Writer out;
    out.begin_object().member("deviceId", desk.identity().device_id());
    call.reply.ok(out.member("publicKey", desk.identity().public_key()).end_object().text());
}

constexpr std::array<std::string_view, 2> profiles = {"limited", "node"};
constexpr std::array request_params = {required_text("requestId")};
constexpr std::array device_params = {required_text("deviceId")};
constexpr std::array rename_params = {required_text("deviceId"),
                                      required_text("label", 0, max_device_label)};
constexpr std::array rotate_params = {required_text("deviceId"), required_text("role"),
                                      Field{.name = "scopes", .kind = Kind::string_list}};
constexpr std::array revoke_params = {required_text("deviceId"), required_text("role")};
constexpr std::array setup_params = {
    text("publicUrl", 1), flag("preferRemoteUrl"), flag("includeQr"),
    Field{.name = "bootstrapProfile", .kind = Kind::string, .one_of = profiles}, flag("joinUrl")};
constexpr std::array status_params = {required_text("setupId", 1, 128)};

} // namespace

void add_devices(MethodTable& table, DeviceDesk& desk, const SetupRoute& route) {
    const auto add = [&table](std::string_view name, std::span<const Field> params, Handler handler,
                              std::string_view scope = policy::scope::pairing) {
        table.add({.name = name, .scope = scope, .params = params, .handler = std::move(handler)});
    };
    add("device.pair.list", {}, [&desk](Call& call) { list(call, desk); });
    add("device.pair.approve", request_params, [&desk](Call& call) { approve(call, desk); });
    add("device.pair.reject", request_params, [&desk](Call& call) { reject(call, desk); });
    add("device.pair.remove", device_params, [&desk](Call& call) { remove(call, desk); });
    add("device.pair.rename", rename_params, [&desk](Call& call) { rename(call, desk); });
    add("device.token.rotate", rotate_params, [&desk](Call& call) { rotate(call, desk); });
    add("device.token.revoke", revoke_params,
        [&desk](Call& call) { revoke(call, desk, desk.clock()); });
    add(
        "device.pair.setupCode", setup_params,
        [&desk, &route](Call& call) { make_setup_code(call, desk, route); }, policy::scope::admin);
    add(
        "device.pair.setupStatus", status_params, [&desk](Call& call) { setup_status(call, desk); },
        policy::scope::admin);
    table.add({.name = "gateway.identity.get",
               .scope = policy::scope::read,
               .handler = [&desk](Call& call) { identity(call, desk); }});
}

} // namespace openclaw::rpc
