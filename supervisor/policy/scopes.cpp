#include "supervisor/policy/scopes.h"

#include <algorithm>
#include <array>

namespace openclaw::policy {

namespace {

struct Family {
    std::string_view event; // a whole name, or the beginning of one up to "."
    std::string_view scope; // empty: every authenticated client
};

// PROTOCOL.md 8 and 11.2. What is in no row is closed.
constexpr std::array<Family, 33> families = {{
    {"tick", ""},
    {"health", ""},
    {"presence", ""},
    {"shutdown", ""},
    {"heartbeat", ""},
    {"connect.challenge", ""},
    {"session.approval", scope::approvals}, // before the rest of its family
    {"session.", scope::read},
    {"sessions.", scope::read},
    {"chat", scope::read},
    {"chat.", scope::read},
    {"agent", scope::read},
    {"agents.", scope::read},
    {"channels.", scope::read},
    {"config.changed", scope::read},
    {"controlUi.", scope::read},
    {"cron", scope::read},
    {"logs.", scope::read},
    {"models.", scope::read},
    {"node.hostStats", scope::read},
    {"node.presence", scope::read},
    {"plugins.changed", scope::read},
    {"skills.changed", scope::read},
    {"task", scope::read},
    {"update.available", scope::read},
    {"users.", scope::read},
    {"workers.", scope::read},
    {"exec.approval.", scope::approvals},
    {"plugin.approval.", scope::approvals},
    {"plugin.", scope::write},
    {"question.", scope::questions},
    {"device.pair.", scope::pairing},
    {"node.pair.", scope::pairing},
}};

bool is_operator_scope(std::string_view name) {
    return name.starts_with("operator.");
}

bool covers(const Family& family, std::string_view event) {
    return family.event.ends_with('.') ? event.starts_with(family.event) : event == family.event;
}

} // namespace

const Scopes& operator_scopes() {
    static const Scopes all = {std::string(scope::read),      std::string(scope::write),
                               std::string(scope::admin),     std::string(scope::approvals),
                               std::string(scope::questions), std::string(scope::pairing),
                               std::string(scope::talk),      std::string(scope::talk_secrets)};
    return all;
}

bool implies(std::string_view held, std::string_view needed) {
    if (held == needed) return true;
    if (held == scope::admin) return is_operator_scope(needed);
    return held == scope::write && (needed == scope::read || needed == scope::talk);
}

bool allows(std::span<const std::string> held, std::string_view needed) {
    return std::ranges::any_of(held, [&](const std::string& one) { return implies(one, needed); });
}

Scopes missing(std::span<const std::string> held, std::span<const std::string> needed) {
    Scopes lacking;
    for (const std::string& one : needed)
        if (!allows(held, one)) lacking.push_back(one);
    return lacking;
}

Scopes intersect(std::span<const std::string> requested, std::span<const std::string> allowed) {
    Scopes granted;
    for (const std::string& one : requested)
        if (allows(allowed, one) && std::ranges::find(granted, one) == granted.end())
            granted.push_back(one);
    return granted;
}

std::optional<Role> role_from(std::string_view text) {
    if (text == "operator") return Role::operator_role;
    if (text == "node") return Role::node;
    return std::nullopt;
}

std::string_view word(Role role) {
    return role == Role::node ? "node" : "operator";
}

bool may_see(std::string_view event, Role role, std::span<const std::string> held) {
    const auto found =
        std::ranges::find_if(families, [&](const Family& family) { return covers(family, event); });
    if (found == families.end()) return false;
    if (found->scope.empty()) return true;
    return role == Role::operator_role && allows(held, found->scope);
}

} // namespace openclaw::policy
