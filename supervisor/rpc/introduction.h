// rpc/introduction.h — what `connect` says of a client, read once. A look at the question: lives
// while that does.
#pragma once

#include "supervisor/auth/token.h"
#include "supervisor/ledger/devices.h"
#include "supervisor/rpc/handshake.h"
#include "supervisor/rpc/refusal.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// What `connect` says, read once.
struct Introduction {
    explicit Introduction(const HandshakeQuestion& question)
        : asked(question)
        , params(question.params)
        , client_id(params["client"]["id"].text())
        , mode(params["client"]["mode"].text())
        , role(params["role"].text("operator"))
        , device(params["device"])
        , auth(params["auth"])
        , shown{.token = text_in("token"),
                .password = text_in("password"),
                .device_token = text_in("deviceToken"),
                .bootstrap_token = text_in("bootstrapToken")} {
        params["scopes"].each_element(
            [&](json::View scope) { return scopes.emplace_back(scope.text()), true; });
    }

    std::optional<std::string_view> text_in(std::string_view field) const {
        const auto text = auth[field].text();
        return text.empty() ? std::nullopt : std::optional(text);
    }

    bool is(std::string_view id, std::string_view with_mode) const {
        return client_id == id && mode == with_mode;
    }

    bool has_device() const { return device.is_object(); }

    bool is_control_ui() const { return client_id == "openclaw-control-ui"; }

    bool is_web_page() const {
        return is_control_ui() || client_id == "webchat" || client_id == "webchat-ui";
    }

    bool has_shared_secret() const { return shown.token || shown.password; }

    // PROTOCOL.md 5.2: a setup code counts when nothing else is shown.
    bool has_setup_code_only() const {
        return shown.bootstrap_token && !has_shared_secret() && !shown.device_token;
    }

    RefusedClient seen() const { return {is_control_ui(), has_device()}; }

    const ledger::Device* known_device() const {
        if (!has_device() || asked.devices == nullptr) return nullptr;
        return asked.devices->find(device["id"].text());
    }

    // "token" or "password": the words of the mode's secret.
    std::string_view secret() const {
        return asked.gate.mode == auth::Mode::password ? "password" : "token";
    }

    std::string client_text(std::string_view field) const {
        return std::string(params["client"][field].text());
    }

    const HandshakeQuestion& asked;
    json::View params;
    std::string_view client_id, mode, role;
    json::View device, auth;
    auth::Shown shown;
    std::vector<std::string> scopes; // asked for, in the order of the signature
};

} // namespace openclaw::rpc
