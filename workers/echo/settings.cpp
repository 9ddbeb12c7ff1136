#include "workers/echo/settings.h"

#include "common/base/strings.h"
#include "common/json/read.h"

#include <algorithm>

namespace openclaw::echo {

namespace {

Result<Injection> read_injection(json::View from) {
    const std::int64_t count = from["count"].integer();
    if (count < 0) return fail(Code::invalid, "inject.count must not be negative");
    Injection injection;
    injection.count = static_cast<std::uint64_t>(count);
    injection.text = from["text"].text(injection.text);
    injection.chat = from["chat"].text(injection.chat);
    if (const auto file = from["file"]; file)
        injection.files.push_back(attached_file(file["name"].text(), file["mime"].text(),
                                                TRY(from_base64(file["base64"].text()))));
    return injection;
}

Result<std::optional<FaultPlan>> read_plan(json::View from) {
    const std::string_view kind = from["fault"].text();
    if (kind.empty()) return std::nullopt;
    FaultPlan plan;
    if (kind != "as_told") plan.fault = TRY(fault_from(kind));
    if (from["before_ready"].boolean()) plan.when = FaultPlan::When::before_ready;
    if (from["on_outbound"].boolean()) plan.when = FaultPlan::When::on_outbound;
    if (!plan.fault && plan.when != FaultPlan::When::on_outbound)
        return fail(Code::invalid, "fault \"as_told\" needs on_outbound: true");
    plan.after = Milliseconds(std::max<std::int64_t>(from["after_ms"].integer(), 0));
    return plan;
}

} // namespace

Result<Settings> read_settings(std::string_view text) {
    if (text.empty()) return Settings{};
    const auto document = TRY(json::Document::parse(text));
    Settings settings;
    settings.inject = TRY(read_injection(document.root()["inject"]));
    settings.plan = TRY(read_plan(document.root()));
    return settings;
}

} // namespace openclaw::echo
