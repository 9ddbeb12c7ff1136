#include "cli/view/log_line.h"

#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

// The original keeps a subsystem as JSON text in "0" and the message in the last numbered member.
std::string original_message(json::View root) {
    std::string message;
    for (const auto* key : {"0", "1", "2"})
        if (root[key].is_string() && !root[key].text().starts_with('{')) message = root[key].text();
    return message;
}

std::string original_subsystem(json::View root) {
    const auto parsed = json::Document::parse(root["0"].text());
    return parsed ? std::string(parsed->root()["subsystem"].text()) : std::string();
}

// "worker.exited" belongs to the subsystem "worker".
std::string subsystem_of(json::View root) {
    const auto event = root["event"].text();
    return event.empty() ? original_subsystem(root) : std::string(event.substr(0, event.find('.')));
}

Ink ink_for_level(std::string_view level) {
    if (level == "error" || level == "fatal") return Ink::bad;
    if (level == "warn") return Ink::warning;
    return level == "debug" || level == "trace" ? Ink::muted : Ink::good;
}

} // namespace

LogRecord read_log_line(std::string_view line) {
    const auto document = json::Document::parse(line);
    const auto root = document ? document->root() : json::View();
    if (!root.is_object())
        return {
            .time = {}, .level = {}, .subsystem = {}, .message = std::string(line), .worker = {}};
    LogRecord record{.time = std::string(root["time"].text(root["_meta"]["date"].text())),
                     .level =
                         to_lower(root["level"].text(root["_meta"]["logLevelName"].text("info"))),
                     .subsystem = subsystem_of(root),
                     .message = std::string(root["message"].text()),
                     .worker = std::string(root["fields"]["worker"].text(root["worker"].text())),
                     .is_record = true};
    if (record.message.empty()) record.message = original_message(root);
    return record;
}

std::string log_line_view(const LogRecord& record, const Look& look) {
    if (!record.is_record) return printable(record.message);
    return look.paint(Ink::muted, printable(record.time)) + " " +
           look.paint(ink_for_level(record.level), printable(record.level)) + " " +
           (record.subsystem.empty() ? "" : printable(record.subsystem) + " ") +
           printable(record.message);
}

std::string log_line_json(const LogRecord& record, std::string_view raw) {
    json::Writer out;
    if (!record.is_record)
        return out.begin_object().member("type", "raw").member("raw", raw).end_object().take();
    out.begin_object()
        .member("type", "log")
        .member("time", record.time)
        .member("level", record.level);
    out.member("subsystem", record.subsystem).member("message", record.message);
    if (!record.worker.empty()) out.member("worker", record.worker);
    return out.member("raw", raw).end_object().take();
}

} // namespace openclaw::cli
