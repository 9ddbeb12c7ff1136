// Configuration: can it be used, is it closed to others, is it written in today's words?
#include "cli/doctor/checks.h"
#include "common/config/path.h"
#include "common/json/read.h"

#include <algorithm>

namespace openclaw::cli::doctor {

namespace {

constexpr std::string_view unknown_key = "Unrecognized key: "; // common/config/fields.cpp
constexpr std::size_t most_inactive_named = 6;

Repair set_mode_local() {
    return {.kind = Repair::Kind::set_config,
            .consent = Consent::recommended,
            .question = "Set gateway.mode to local",
            .path = "gateway.mode",
            .value = R"("local")"};
}

// A key of a list's element has no place in a patch of the configuration (RFC 7386).
bool can_be_patched(const std::string& path) {
    const auto steps = config::parse_path(path);
    return steps && std::ranges::none_of(
                        *steps, [](const config::Step& step) { return step.index.has_value(); });
}

std::optional<Repair> drop(const config::Issue& issue) {
    if (!issue.message.starts_with(unknown_key) || issue.place.file) return std::nullopt;
    const auto quoted = json::Document::parse("[" + issue.message.substr(unknown_key.size()) + "]");
    if (!quoted) return std::nullopt;
    const auto path = config::join_path(issue.path, quoted->root().at(0).text());
    if (!can_be_patched(path)) return std::nullopt;
    return Repair{.kind = Repair::Kind::drop_key,
                  .consent = Consent::recommended,
                  .question = "Remove " + path + " from the configuration (a backup is kept)",
                  .path = path};
}

void report_issue(const Facts& facts, const config::Issue& issue, Report& report) {
    const std::string file = issue.place.file ? *issue.place.file : facts.shown(facts.config_file);
    report.add(
        {.check = "gateway-config",
         .severity = Severity::error,
         .place = issue.path.empty() ? file : issue.path,
         .message = issue.message,
         .fix = issue.remedy.empty()
                    ? "correct " + file +
                          (issue.place.line > 0 ? ", line " + std::to_string(issue.place.line) : "")
                    : issue.remedy,
         .repair = drop(issue),
         .line = issue.place.line});
}

void report_unparsed(const Facts& facts, Report& report) {
    const auto& backup = facts.config.good_backup;
    Finding finding{.check = "gateway-config",
                    .severity = Severity::error,
                    .place = facts.shown(facts.config_file),
                    .message = "it cannot be read as JSON5"};
    if (!facts.config.issues.empty()) {
        finding.message = facts.config.issues.front().message;
        finding.line = facts.config.issues.front().place.line;
    }
    finding.fix = "correct line " + std::to_string(finding.line);
    if (!backup.empty()) {
        finding.fix += ", or go back to " + facts.shown(backup);
        finding.repair =
            Repair{.kind = Repair::Kind::restore,
                   .consent = Consent::recommended,
                   .question = "Go back to " + facts.shown(backup) + " (the damaged file is kept)",
                   .path = backup};
    }
    report.add(std::move(finding));
}

void check_mode(const Facts& facts, Report& report) {
    const auto& mode = facts.config.config->gateway.mode;
    if (!mode)
        report.add({.check = "gateway-config",
                    .severity = Severity::error,
                    .place = "gateway.mode",
                    .message = "it is not set: the gateway does not start",
                    .fix = "openclaw config set gateway.mode local",
                    .repair = set_mode_local()});
    else if (*mode == config::Gateway::Mode::remote)
        report.add(
            {.check = "gateway-config",
             .severity = Severity::info,
             .place = "gateway.mode",
             .message = "it is remote: no gateway runs here, commands go to "
                        "gateway.remote.url",
             .fix = "for a gateway of this machine: openclaw config set gateway.mode local"});
}

void check_open_file(const FileFacts& file, const Facts& facts, Report& report) {
    if (!file.is_ours)
        return report.add({.check = "config-file",
                           .severity = Severity::error,
                           .place = facts.shown(file.path),
                           .message = "it belongs to another user",
                           .fix = "chown it to the gateway's account"});
    if (!file.is_open()) return;
    report.add(
        {.check = "config-file",
         .severity = Severity::warning,
         .place = facts.shown(file.path),
         .message = "other users of this machine may read it, and it may hold secrets",
         .fix = "chmod 600 " + file.path,
         .repair = Repair{.kind = Repair::Kind::set_mode,
                          .consent = Consent::safe,
                          .question = "Close " + facts.shown(file.path) + " to others (mode 0600)",
                          .path = file.path,
                          .mode = 0600}});
}

} // namespace

void check_config(const Facts& facts, Report& report) {
    const auto& config = facts.config;
    const auto file = facts.shown(facts.config_file);
    if (!config.file.exists)
        return report.add({.check = "gateway-config",
                           .severity = Severity::error,
                           .place = file,
                           .message = "there is no configuration: the gateway starts only with "
                                      "--allow-unconfigured",
                           .fix = "openclaw config set gateway.mode local",
                           .repair = set_mode_local()});
    if (!config.unreadable.empty())
        return report.add({.check = "gateway-config",
                           .severity = Severity::error,
                           .place = file,
                           .message = config.unreadable,
                           .fix = "it must be a file that the gateway's account can read"});
    if (!config.parses) return report_unparsed(facts, report);
    for (const auto& issue : config.issues)
        report_issue(facts, issue, report);
    if (!config.config) return;
    check_mode(facts, report);
    report.remark("gateway-config", file + " is valid");
}

void check_config_file(const Facts& facts, Report& report) {
    const auto& file = facts.config.file;
    if (!file.exists) return;
    if (file.is_link)
        report.add({.check = "config-file",
                    .severity = Severity::info,
                    .place = facts.shown(file.path),
                    .message = "it is a symbolic link: changes cannot be written through it",
                    .fix = "keep the file itself here, or change the file it points to"});
    else
        check_open_file(file, facts, report);
    for (const auto& included : facts.config.included)
        check_open_file(included, facts, report);
}

void check_legacy_keys(const Facts& facts, Report& report) {
    const bool can_rewrite = !facts.config.has_comments && !facts.config.file.is_link;
    for (const auto& note : facts.config.legacy) {
        Finding finding{.check = "legacy-keys",
                        .severity = Severity::info,
                        .place = facts.shown(facts.config_file),
                        .message = note.sentence,
                        .fix = can_rewrite ? "openclaw doctor --fix writes the newer names"
                                           : "write the newer name by hand: rewriting the file "
                                             "would lose its comments",
                        .line = note.place.line};
        if (can_rewrite)
            finding.repair = Repair{.kind = Repair::Kind::rename_keys,
                                    .consent = Consent::recommended,
                                    .question = "Write the newer names of settings (a backup is "
                                                "kept)",
                                    .path = facts.config_file};
        report.add(std::move(finding));
    }
}

void check_config_warnings(const Facts& facts, Report& report) {
    if (!facts.config.config) return;
    const auto is_told = [&](const config::Issue& warning) {
        return std::ranges::any_of(facts.config.legacy, [&](const config::Note& note) {
            return note.sentence == warning.message;
        });
    };
    for (const auto& warning : facts.config.config->warnings)
        if (!is_told(warning))
            report.add(
                {.check = "config-warnings",
                 .severity = Severity::warning,
                 .place = warning.path.empty() ? facts.shown(facts.config_file) : warning.path,
                 .message = warning.message,
                 .fix = warning.remedy.empty() ? "openclaw config validate" : warning.remedy,
                 .line = warning.place.line});
    using Reload = config::Gateway::Reload;
    const auto reload = facts.config.config->gateway.reload;
    if (reload == Reload::hot || reload == Reload::restart)
        report.add({.check = "config-warnings",
                    .severity = Severity::info,
                    .place = "gateway.reload.mode",
                    .message = "the original has retired this mode; it is understood here",
                    .fix = "openclaw config set gateway.reload.mode hybrid"});
    const auto& inactive = facts.config.config->inactive;
    if (inactive.empty()) return;
    std::string names;
    for (std::size_t i = 0; i < std::min(inactive.size(), most_inactive_named); ++i)
        names += (names.empty() ? "" : ", ") + inactive[i].path;
    report.add({.check = "config-warnings",
                .severity = Severity::info,
                .place = facts.shown(facts.config_file),
                .message = std::to_string(inactive.size()) +
                           " settings are understood and have no effect in this build: " + names +
                           (inactive.size() > most_inactive_named ? ", …" : ""),
                .fix = "nothing to do: they stay for the original"});
}

} // namespace openclaw::cli::doctor
