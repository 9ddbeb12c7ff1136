#include "supervisor/rpc/cron_job.h"

#include "common/base/strings.h"
#include "common/json/write.h"

#include <array>
#include <functional>

namespace openclaw::rpc {

namespace {

constexpr std::array<std::string_view, 2> wake_modes = {"next-heartbeat", "now"};

constexpr std::array add_params = {
    required_text("name"),
    text("declarationKey", 1, 200),
    text("displayName", 1, 200),
    Field{.name = "owner", .kind = Kind::object},
    Field{.name = "agentId", .kind = Kind::string, .min = 1, .nullable = true},
    Field{.name = "sessionKey", .kind = Kind::string, .min = 1, .max = 512, .nullable = true},
    text("description"),
    flag("enabled"),
    flag("deleteAfterRun"),
    Field{.name = "schedule", .kind = Kind::object, .required = true},
    Field{.name = "pacing", .kind = Kind::object},
    Field{.name = "trigger", .kind = Kind::object},
    required_text("sessionTarget"),
    Field{.name = "wakeMode", .kind = Kind::string, .required = true, .one_of = wake_modes},
    Field{.name = "payload", .kind = Kind::object, .required = true},
    anything("delivery"),
    anything("failureAlert"),
};

// What belongs to each kind of schedule, payload and delivery.
constexpr std::array at_fields = {required_text("kind"), required_text("at")};
constexpr std::array every_fields = {
    required_text("kind"),
    Field{.name = "everyMs", .kind = Kind::integer, .required = true, .min = 1},
    integer("anchorMs", 0)};
constexpr std::array cron_fields = {required_text("kind"), required_text("expr"), text("tz"),
                                    integer("staggerMs", 0)};
constexpr std::array event_fields = {required_text("kind"), required_text("text"),
                                     Field{.name = "toolsAllow", .kind = Kind::string_list},
                                     flag("toolsAllowIsDefault")};
constexpr std::array turn_fields = {required_text("kind"),
                                    required_text("message"),
                                    text("model"),
                                    Field{.name = "fallbacks", .kind = Kind::string_list},
                                    text("thinking"),
                                    Field{.name = "timeoutSeconds", .kind = Kind::number},
                                    flag("allowUnsafeExternalContent"),
                                    flag("lightContext"),
                                    Field{.name = "toolsAllow", .kind = Kind::string_list},
                                    flag("toolsAllowIsDefault")};
constexpr std::array delivery_fields = {required_text("mode"),
                                        text("channel"),
                                        anything("threadId"),
                                        text("accountId"),
                                        flag("bestEffort"),
                                        anything("failureDestination"),
                                        anything("completionDestination"),
                                        text("to")};

struct Kinds {
    std::string_view member;        // of the spec
    std::string_view discriminator; // in it

    struct Row {
        std::string_view word;
        std::span<const Field> fields; // empty: known, and not in this build
    };

    std::span<const Row> rows;
};

constexpr std::array<Kinds::Row, 5> schedules = {{{"at", at_fields},
                                                  {"every", every_fields},
                                                  {"cron", cron_fields},
                                                  {"on-exit", {}},
                                                  {"stream", {}}}};
constexpr std::array<Kinds::Row, 4> payloads = {
    {{"systemEvent", event_fields}, {"agentTurn", turn_fields}, {"command", {}}, {"script", {}}}};
constexpr std::array<Kinds::Row, 3> deliveries = {
    {{"none", delivery_fields}, {"announce", delivery_fields}, {"webhook", {}}}};
constexpr std::array<Kinds, 3> kinds = {{{"schedule", "kind", schedules},
                                         {"payload", "kind", payloads},
                                         {"delivery", "mode", deliveries}}};

std::optional<std::string> kind_complaint(const Kinds& kind, json::View value) {
    const std::string at = "at /" + std::string(kind.member);
    const auto word = value[kind.discriminator].text();
    for (const auto& row : kind.rows) {
        if (row.word != word) continue;
        if (row.fields.empty())
            return at + "/" + std::string(kind.discriminator) + ": \"" + std::string(word) +
                   "\" is not something this build can do";
        auto wrong = complaint(value, row.fields);
        if (wrong) wrong = at + ": " + *wrong;
        return wrong;
    }
    return at + "/" + std::string(kind.discriminator) +
           ": must be equal to one of the allowed values";
}

// Member by member; null takes one away.
std::string merged(const std::string& before, json::View patch) {
    CronSpec members;
    if (const auto document = json::Document::parse(before))
        document->root().each_member([&](std::string_view name, json::View value) {
            members.insert_or_assign(std::string(name), value.dump());
            return true;
        });
    const auto kind = patch["kind"];
    if (kind && members.contains("kind") && members["kind"] != kind.dump()) members.clear();
    patch.each_member([&](std::string_view name, json::View value) {
        if (value.is_null())
            members.erase(std::string(name));
        else
            members.insert_or_assign(std::string(name), value.dump());
        return true;
    });
    return cron_spec_json(members);
}

std::string fingerprint(std::string_view text) {
    // FNV-1a, twice with different beginnings: it tells versions apart, it keeps nothing secret.
    std::uint64_t low = 0xcbf29ce484222325ULL, high = 0x84222325cbf29ce4ULL;
    for (const char c : text) {
        low = (low ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        high = (high ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(low >> (8 * i));
        bytes[i + 8] = static_cast<std::uint8_t>(high >> (8 * i));
    }
    return to_hex(bytes);
}

} // namespace

std::span<const Field> cron_add_params() {
    return add_params;
}

CronSpec cron_spec_from(json::View params) {
    CronSpec spec;
    params.each_member([&](std::string_view name, json::View value) {
        if (!value.is_null()) spec.insert_or_assign(std::string(name), value.dump());
        return true;
    });
    spec.try_emplace("enabled", "true");
    return spec;
}

CronSpec cron_spec_of(const ledger::CronJob& job) {
    const auto document = json::Document::parse(job.spec_json);
    return document ? cron_spec_from(document->root()) : CronSpec{};
}

void patch_cron_spec(CronSpec& spec, json::View patch) {
    patch.each_member([&](std::string_view name, json::View value) {
        if (value.is_null()) {
            if (const auto at = spec.find(name); at != spec.end()) spec.erase(at);
            return true;
        }
        std::string& member = spec[std::string(name)];
        const bool is_partial = name == "payload" || name == "delivery";
        member = is_partial ? merged(member, value) : value.dump();
        return true;
    });
}

std::string cron_spec_json(const CronSpec& spec) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, value] : spec)
        out.raw_member(name, value);
    return out.end_object().take();
}

std::optional<std::string> cron_complaint(const CronSpec& spec) {
    const auto whole = json::Document::parse(cron_spec_json(spec));
    if (!whole) return "must be object";
    if (auto wrong = complaint(whole->root(), add_params)) return wrong;
    for (const auto& kind : kinds)
        if (const auto value = whole->root()[kind.member])
            if (auto wrong = kind_complaint(kind, value)) return wrong;
    for (const auto* beyond : {"trigger", "pacing"})
        if (spec.contains(std::string_view(beyond)))
            return "at /" + std::string(beyond) + ": is not something this build can do";
    return std::nullopt;
}

CronOrder cron_order(const ledger::CronJob& job) {
    CronOrder order;
    const auto spec = json::Document::parse(job.spec_json);
    if (!spec) return order;
    const auto root = spec->root();
    const auto payload = root["payload"], delivery = root["delivery"];
    order.name = root["name"].text();
    order.agent_id = root["agentId"].text();
    order.session_target = root["sessionTarget"].text();
    order.session_key = root["sessionKey"].text();
    order.payload_kind = payload["kind"].text();
    order.message = payload["message"].text(payload["text"].text());
    order.model = payload["model"].text();
    order.timeout_seconds = static_cast<std::int64_t>(payload["timeoutSeconds"].number());
    order.delivery_mode = delivery["mode"].text("none");
    order.delivery_channel = delivery["channel"].text();
    order.delivery_to = delivery["to"].text();
    order.delivery_account = delivery["accountId"].text();
    const auto thread = delivery["threadId"];
    order.delivery_thread =
        thread.is_integer() ? std::to_string(thread.integer()) : std::string(thread.text());
    order.enabled = root["enabled"].boolean(true);
    order.delete_after_run = root["deleteAfterRun"].boolean();
    order.schedule_kind = root["schedule"]["kind"].text();
    return order;
}

std::string cron_revision(const ledger::CronJob& job) {
    return "fnv:v1:" + fingerprint(job.spec_json);
}

std::string cron_job_json(const ledger::CronJob& job, std::int64_t running_since_ms) {
    json::Writer out;
    out.begin_object().member("id", job.id);
    for (const auto& [name, value] : cron_spec_of(job))
        out.raw_member(name, value);
    out.member("createdAtMs", job.created_at_ms).member("updatedAtMs", job.updated_at_ms);
    out.member("configRevision", cron_revision(job));
    const auto state = json::Document::parse(job.state_json);
    out.key("state").begin_object();
    if (state)
        state->root().each_member([&](std::string_view name, json::View value) {
            out.raw_member(name, value.dump());
            return true;
        });
    if (running_since_ms > 0) out.member("runningAtMs", running_since_ms);
    out.end_object();
    if (state) {
        const auto root = state->root();
        if (root["lastRunAtMs"]) out.member("lastRunAtMs", root["lastRunAtMs"].integer());
        if (root["lastRunStatus"]) out.member("lastRunStatus", root["lastRunStatus"].text());
    }
    return out.end_object().take();
}

} // namespace openclaw::rpc
