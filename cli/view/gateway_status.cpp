#include "cli/view/gateway_status.h"

#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "cli/view/workers.h"
#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

namespace openclaw::cli {

namespace {

std::string probe_url(const Survey& survey) {
    return "ws://127.0.0.1:" + std::to_string(survey.config.port.number);
}

std::string dashboard_url(const Survey& survey) {
    return "http://127.0.0.1:" + std::to_string(survey.config.port.number) + "/";
}

std::string_view probe_note(const Survey& survey) {
    return survey.config.bind == "loopback"
               ? "Loopback-only gateway; only local clients can connect."
               : "Reachable from other machines; clients need the token.";
}

std::string service_line(const ServiceFacts& service) {
    if (!service.has_manager)
        return "Service: no supported service manager detected (diagnostic only, not the probe "
               "target)";
    if (service.unit_file.empty()) return "Service: systemd " + service.unit + " (not installed)";
    const std::string line =
        "Service: systemd " + std::string(service.is_of_user ? "user " : "system ") + service.unit +
        " (" + (service.known.empty() ? "installed: " + service.unit_file : service.known) + ")";
    if (!service.is_of_user || service.lingers) return line;
    return line + "\nLingering: off, so the gateway ends with your last session. Turn it on with: "
                  "loginctl enable-linger";
}

std::string_view gateway_version(const Survey& survey) {
    return survey.of("status")["runtimeVersion"].text();
}

std::int64_t gateway_pid(const Survey& survey) {
    return survey.of("workers.list")["supervisor"]["pid"].integer();
}

std::string runtime_line(const Survey& survey, const Look& look) {
    if (!survey.is_reachable())
        return "Runtime: " + look.paint(Ink::bad, "not running") +
               (survey.port_is_open ? " (somebody else holds the port)" : "");
    const auto started = survey.of("workers.list")["supervisor"]["startedAtMs"].integer();
    return "Runtime: " + look.paint(Ink::good, "running") + " (pid " +
           std::to_string(gateway_pid(survey)) +
           (started > 0 ? ", since " + age(started, look.now_ms) : "") + ")";
}

std::string port_words(const Survey& survey) {
    const std::string port = "127.0.0.1:" + std::to_string(survey.config.port.number);
    return survey.port_is_open ? "Listening: " + port : "Listening: nobody on " + port;
}

std::string config_lines(const Survey& survey, const Look& look) {
    const std::string path = short_path(survey.config.file, look);
    std::string out =
        "Config (cli): " + path + (survey.config.exists ? "" : " (missing, defaults apply)") + "\n";
    for (const auto& problem : survey.config.problems)
        out += look.paint(Ink::bad, "  × " + problem) + "\n";
    return out;
}

void add_service(json::Writer& out, const Survey& survey) {
    const auto& service = survey.service;
    const bool is_loaded = !service.unit_file.empty();
    out.key("service").begin_object();
    out.member("label", service.has_manager ? "systemd" : "no supported service manager detected")
        .member("loaded", is_loaded);
    out.key("loadState")
        .begin_object()
        .member("status", is_loaded ? "loaded" : "not-loaded")
        .end_object();
    out.member("loadedText", "installed")
        .member("notLoadedText", "not installed")
        .member("targetRole", "diagnostic-only");
    out.key("command").null().key("runtime").begin_object();
    out.member("status", survey.is_reachable() ? "running"
                         : service.has_manager ? "stopped"
                                               : "unknown");
    if (gateway_pid(survey) > 0) out.member("pid", gateway_pid(survey));
    if (!service.has_manager) out.member("inspectionReason", "service-manager-unavailable");
    out.end_object().end_object();
}

void add_gateway(json::Writer& out, const Survey& survey) {
    out.key("gateway")
        .begin_object()
        .member("bindMode", survey.config.bind)
        .member("bindHost", survey.config.bind_host);
    out.member("port", survey.config.port.number)
        .member("portSource", survey.config.port.source)
        .member("probeUrl", probe_url(survey));
    out.key("controlUiLinks")
        .begin_object()
        .member("httpUrl", dashboard_url(survey))
        .member("wsUrl", probe_url(survey))
        .end_object();
    out.member("probeNote", probe_note(survey))
        .member("version", gateway_version(survey))
        .end_object();
    out.key("port")
        .begin_object()
        .member("port", survey.config.port.number)
        .member("status", survey.port_is_open ? "busy" : "free")
        .end_object();
}

void add_rpc(json::Writer& out, const Survey& survey) {
    out.key("rpc")
        .begin_object()
        .member("ok", survey.is_reachable())
        .member("kind", "read")
        .member("url", survey.target_name);
    out.member("capability",
               survey.is_reachable() && survey.is_control_socket ? "admin-capable" : "unknown");
    out.member("latencyMs", survey.latency_ms);
    if (survey.unreachable)
        out.member("error", first_line(survey.unreachable->message))
            .key("connectFailure")
            .begin_object()
            .member("kind", survey.unreachable->code)
            .end_object();
    else
        out.member("version", gateway_version(survey));
    out.end_object();
}

} // namespace

std::string gateway_status_view(const Survey& survey, const Look& look, std::string_view program) {
    std::string out = service_line(survey.service) + "\n";
    const auto log_file = survey.of("logs.tail")["file"].text();
    if (!log_file.empty()) out += "File logs: " + short_path(printable(log_file), look) + "\n";
    out += "\n" + config_lines(survey, look) + "\n";
    out += "Gateway: bind=" + survey.config.bind + " (" + survey.config.bind_host +
           "), port=" + std::to_string(survey.config.port.number) + " (" +
           std::string(survey.config.port.source) + ")\n";
    out += "Probe target: " + survey.target_name + " (" + survey.target_source +
           ")\nDashboard: " + dashboard_url(survey) + "\n";
    out += "Probe note: " + std::string(probe_note(survey)) +
           "\n\nCLI version: " + std::string(version) + " (" + short_path(program, look) + ")\n";
    if (!gateway_version(survey).empty())
        out += "Gateway version: " + printable(gateway_version(survey)) + "\n";
    out += "\n" + runtime_line(survey, look) + "\n";
    if (survey.of("workers.list"))
        out += "Workers: " + workers_summary(survey.of("workers.list")) + "\n";
    if (survey.is_reachable())
        out += "Connectivity probe: " + look.paint(Ink::good, "ok") + " (" +
               duration(survey.latency_ms) +
               ")\nCapability: " + (survey.is_control_socket ? "admin-capable" : "unknown") + "\n";
    return out + "\n" + port_words(survey) + "\nTroubles: run openclaw status\n";
}

std::string gateway_status_failure(const Survey& survey, const Look& look) {
    if (survey.is_reachable()) return {};
    return look.paint(Ink::bad, "Connectivity probe: failed") + "\n" + survey.unreachable->message;
}

std::string gateway_status_json(const Survey& survey, std::string_view program) {
    json::Writer out;
    out.begin_object()
        .key("cli")
        .begin_object()
        .member("version", version)
        .member("entrypoint", program)
        .end_object();
    const auto log_file = survey.of("logs.tail")["file"];
    if (log_file.is_string()) out.member("logFile", log_file.text());
    add_service(out, survey);
    out.key("config")
        .begin_object()
        .key("cli")
        .begin_object()
        .member("path", survey.config.file)
        .member("exists", survey.config.exists);
    out.member("valid", survey.config.problems.empty()).end_object().end_object();
    add_gateway(out, survey);
    add_rpc(out, survey);
    const auto workers = survey.of("workers.list")["workers"];
    return out.raw_member("workers", workers.is_array() ? workers.dump() : "[]")
        .end_object()
        .take();
}

} // namespace openclaw::cli
