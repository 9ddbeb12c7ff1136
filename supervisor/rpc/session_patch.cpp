#include "supervisor/rpc/session_patch.h"

#include "supervisor/policy/scopes.h"
#include "supervisor/rpc/models.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::array<std::string_view, 4> permission_modes = {"read-only", "guarded", "workspace",
                                                              "full"};
constexpr std::array<std::string_view, 2> faces = {"chat", "dashboard"};
constexpr std::array<std::string_view, 6> attentions = {"hand", "key",  "alert",
                                                        "flag", "lock", "hourglass"};
constexpr std::array<std::string_view, 4> usages = {"off", "tokens", "full", "on"};
constexpr std::array<std::string_view, 2> send_policies = {"allow", "deny"};
constexpr std::array<std::string_view, 2> activations = {"mention", "always"};

constexpr Field nullable_text(std::string_view name, std::int64_t min = 1,
                              std::int64_t max = 16'384) {
    return {.name = name, .kind = Kind::string, .min = min, .max = max, .nullable = true};
}

constexpr Field nullable_word(std::string_view name, std::span<const std::string_view> words) {
    return {.name = name, .kind = Kind::string, .one_of = words, .nullable = true};
}

#define PATCH_FIELDS                                                                               \
    nullable_text("label", 1, 512), nullable_text("icon", 0, 64), nullable_text("color", 0, 64),   \
        nullable_text("category", 1, 512),                                                         \
        Field{.name = "boardFace", .kind = Kind::string, .one_of = faces},                         \
        nullable_text("statusNote", 0, 120), nullable_word("attention", attentions),               \
        integer("ttlMinutes", 1, 120), flag("archived"), flag("pinned"), flag("unread"),           \
        nullable_text("contextWindow"), nullable_text("thinkingLevel"), anything("fastMode"),      \
        Field{.name = "toolOverrides", .kind = Kind::object, .nullable = true},                    \
        nullable_text("verboseLevel"), nullable_text("traceLevel"),                                \
        nullable_text("reasoningLevel"), nullable_word("responseUsage", usages),                   \
        nullable_text("elevatedLevel"), nullable_text("execHost"), nullable_text("execSecurity"),  \
        nullable_text("execAsk"), nullable_text("execNode"),                                       \
        nullable_word("permissionMode", permission_modes), nullable_text("model"),                 \
        nullable_text("completionOwnerSessionKey"), anything("inheritedToolPolicyVersion"),        \
        anything("inheritedToolAllow"), anything("inheritedToolDeny"),                             \
        nullable_word("sendPolicy", send_policies), nullable_word("groupActivation", activations)

constexpr std::array patch_fields = {PATCH_FIELDS};

constexpr std::array patch_params = {
    required_text("key"),
    text("agentId", 1),
    text("expectedSessionId", 1),
    text("expectedLifecycleRevision", 1),
    nullable_word("expectedPermissionMode", permission_modes),
    Field{.name = "expectedToolOverrides", .kind = Kind::object, .nullable = true},
    Field{.name = "expectedMarkedUnreadAt", .kind = Kind::number, .nullable = true},
    PATCH_FIELDS,
};

// operator.write is enough for these.
constexpr std::array<std::string_view, 21> ordinary = {"key",
                                                       "agentId",
                                                       "expectedSessionId",
                                                       "expectedLifecycleRevision",
                                                       "label",
                                                       "icon",
                                                       "color",
                                                       "category",
                                                       "boardFace",
                                                       "statusNote",
                                                       "attention",
                                                       "ttlMinutes",
                                                       "archived",
                                                       "pinned",
                                                       "unread",
                                                       "model",
                                                       "fastMode",
                                                       "thinkingLevel",
                                                       "expectedMarkedUnreadAt",
                                                       "expectedPermissionMode",
                                                       "expectedToolOverrides"};

using Text = std::string ledger::SessionSettings::*;

constexpr std::array<std::pair<std::string_view, Text>, 6> kept_texts = {{
    {"icon", &ledger::SessionSettings::icon},
    {"color", &ledger::SessionSettings::color},
    {"category", &ledger::SessionSettings::category},
    {"boardFace", &ledger::SessionSettings::board_face},
    {"statusNote", &ledger::SessionSettings::status_note},
    {"attention", &ledger::SessionSettings::attention},
}};

using Mark = std::int64_t ledger::SessionSettings::*;

constexpr std::array<std::pair<std::string_view, Mark>, 3> kept_marks = {{
    {"archived", &ledger::SessionSettings::archived_at_ms},
    {"pinned", &ledger::SessionSettings::pinned_at_ms},
    {"unread", &ledger::SessionSettings::marked_unread_at_ms},
}};

// Taking an override back, or choosing what is so anyway, is always possible.
bool changes_nothing(std::string_view field, json::View value) {
    if (value.is_null()) return true;
    if (field == "thinkingLevel" || field == "responseUsage") return value.text() == "off";
    if (field == "fastMode") return value.type() == json::Type::boolean && !value.boolean();
    return false;
}

bool is_kept(std::string_view field) {
    const auto has_name = [&](const auto& row) { return row.first == field; };
    return field == "label" || field == "model" || field == "ttlMinutes" || field == "key" ||
           field == "agentId" || field.starts_with("expected") ||
           std::ranges::any_of(kept_texts, has_name) || std::ranges::any_of(kept_marks, has_name);
}

std::optional<WireError> unsupported(json::View patch) {
    std::optional<WireError> refused;
    patch.each_member([&](std::string_view name, json::View value) {
        if (is_kept(name) || changes_nothing(name, value)) return true;
        refused = invalid_request("sessions.patch: " + std::string(name) +
                                  " is not something this build can change");
        return false;
    });
    return refused;
}

void keep_texts(ledger::Session& session, json::View patch, std::int64_t now_ms) {
    if (const auto label = patch["label"]) session.label = label.text();
    for (const auto& [name, member] : kept_texts)
        if (const auto value = patch[name]) session.settings.*member = value.text();
    if (patch["statusNote"]) {
        const auto minutes = patch["ttlMinutes"].integer();
        session.settings.status_note_until_ms = minutes > 0 ? now_ms + minutes * 60'000 : 0;
    }
}

void keep_marks(ledger::Session& session, json::View patch, std::int64_t now_ms) {
    for (const auto& [name, member] : kept_marks)
        if (const auto value = patch[name]) session.settings.*member = value.boolean() ? now_ms : 0;
    const auto unread = patch["unread"];
    if (unread && !unread.boolean()) session.settings.last_read_at_ms = now_ms;
}

} // namespace

std::span<const Field> session_patch_params() {
    return patch_params;
}

std::span<const Field> session_patch_fields() {
    return patch_fields;
}

std::string_view session_patch_scope(json::View patch) {
    bool is_ordinary = true;
    patch.each_member([&](std::string_view name, json::View) {
        is_ordinary = std::ranges::find(ordinary, name) != ordinary.end();
        return is_ordinary;
    });
    return is_ordinary ? policy::scope::write : policy::scope::admin;
}

PatchOutcome apply_patch(ledger::Session& session, json::View patch, const GatewayFacts& facts,
                         std::int64_t now_ms) {
    PatchOutcome outcome{.refused = unsupported(patch)};
    if (outcome.refused) return outcome;
    if (const auto model = patch["model"]) {
        if (!model.is_null() && !is_known_model(model.text(), facts)) {
            outcome.refused = unknown_model(model.text());
            return outcome;
        }
        outcome.model_changed = session.settings.model != model.text();
        session.settings.model = model.text();
    }
    keep_texts(session, patch, now_ms);
    keep_marks(session, patch, now_ms);
    return outcome;
}

} // namespace openclaw::rpc
