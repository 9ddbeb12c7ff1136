#include "cli/service/outcome.h"

#include "cli/view/text_width.h"
#include "common/base/unique_fd.h"
#include "common/json/write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

namespace openclaw::cli {

namespace {

void write_list(json::Writer& out, std::string_view name, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    out.key(name).begin_array();
    for (const auto& line : lines)
        out.value(line);
    out.end_array();
}

std::string as_json(const ServiceOutcome& outcome) {
    json::Writer out;
    out.begin_object().member("action", outcome.action).member("ok", outcome.ok);
    if (!outcome.result.empty()) out.member("result", outcome.result);
    out.member(outcome.ok ? "message" : "error", outcome.message);
    write_list(out, "hints", outcome.hints);
    write_list(out, "warnings", outcome.warnings);
    if (outcome.place) {
        out.key("service").begin_object().member("label", "systemd");
        out.member("scope", outcome.place->kind == UnitKind::user ? "user" : "system")
            .member("unit", outcome.place->unit)
            .member("file", outcome.place->file);
        if (outcome.pid > 0) out.member("pid", outcome.pid);
        out.end_object();
    }
    return out.end_object().take();
}

std::string utc_time() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

} // namespace

ServiceOutcome refused(std::string_view action, std::string why, std::vector<std::string> hints) {
    return {.action = action,
            .ok = false,
            .result = {},
            .message = std::move(why),
            .hints = std::move(hints),
            .warnings = {}};
}

int tell(const Context& context, bool json, const ServiceOutcome& outcome) {
    const auto& console = context.console;
    const int code = outcome.exit_code >= 0 ? outcome.exit_code
                     : outcome.ok           ? exit_ok
                                            : exit_failure;
    if (json) return print_json(console, as_json(outcome)), code;
    const auto& look = console.error_look();
    if (outcome.ok)
        console.line(printable(outcome.message));
    else
        console.note(look.paint(Ink::bad, printable(outcome.message)));
    for (const auto& warning : outcome.warnings)
        console.note(look.paint(Ink::warning, "! " + printable(warning)));
    for (const auto& hint : outcome.hints)
        console.note("  " + printable(hint));
    return code;
}

std::string service_label(const UnitPlace& place) {
    return std::string("systemd ") + (place.kind == UnitKind::user ? "user" : "system") + ": " +
           place.unit;
}

void note_lifecycle(const Context& context, std::string_view action, std::string_view mode,
                    std::int64_t pid) {
    const std::string folder = context.paths.in_state("logs");
    mkdir(folder.c_str(), 0700); // not there with its parent: then nobody has a state to note
    const UniqueFd file(open((folder + "/gateway-restart.log").c_str(),
                             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return;
    const std::string line =
        "[" + utc_time() + "] openclaw gateway lifecycle source=cli action=" + std::string(action) +
        " mode=" + std::string(mode) + " pid=" + std::to_string(pid) +
        " interactive=" + (isatty(STDIN_FILENO) == 1 ? "1" : "0") + "\n";
    (void)!write(file.get(), line.data(), line.size());
}

} // namespace openclaw::cli
