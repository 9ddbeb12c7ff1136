// `openclaw doctor`: looks at everything, says what is wrong and how to help, and repairs what it
// may. Works with the configuration invalid and the gateway down.
//
//   doctor                    a person at a terminal is asked for each repair
//   doctor --non-interactive  (and without a terminal) only what nobody could miss
//   doctor --yes              changes of the configuration, too
//   doctor --fix              all of them, the service's unit included
//   doctor --lint, --json     writes nothing, whatever is found
#include "cli/commands.h"
#include "cli/doctor/repair.h"
#include "cli/doctor/view.h"
#include "cli/view/text_width.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>

namespace openclaw::cli {

namespace doctor {

namespace {

constexpr int exit_could_not_run = 2; // CLI.md 16
constexpr int most_rounds = 4;        // a repair may let the next one be seen

struct DoctorOptions {
    bool fix = false, yes = false, non_interactive = false, force = false, deep = false;
    bool lint = false, json = false, all = false, make_token = false;
    bool allow_exec = false, no_suggestions = false;
    std::string severity_min;
    std::vector<std::string> only, skip;

    bool repairs() const { return fix || yes || force || make_token; }

    bool narrows() const { return all || !severity_min.empty() || !only.empty() || !skip.empty(); }
};

std::optional<std::string> conflict(const DoctorOptions& options) {
    if (options.narrows() && !options.lint)
        return "--only, --skip, --all and --severity-min require --lint";
    if ((options.lint || options.json) && options.repairs())
        return std::string(options.lint ? "--lint" : "--json") +
               " only looks; leave out --fix, --repair, --yes, --force and "
               "--generate-gateway-token";
    return std::nullopt;
}

Severity threshold(const DoctorOptions& options) {
    if (options.severity_min == "info") return Severity::info;
    return options.severity_min == "error" ? Severity::error : Severity::warning;
}

// --- only looking

bool is_named(const std::vector<std::string>& names, std::string_view id) {
    return std::ranges::any_of(names, [&](const std::string& name) {
        const auto* check = find_check(name);
        return check != nullptr && check->id == id;
    });
}

std::optional<std::string> unknown_name(const DoctorOptions& options) {
    for (const auto* names : {&options.only, &options.skip})
        for (const auto& name : *names)
            if (find_check(name) == nullptr && !is_not_applicable(name)) return name;
    return std::nullopt;
}

std::vector<Check> chosen(const DoctorOptions& options) {
    std::vector<Check> checks;
    for (const auto& check : all_checks()) {
        const bool is_wanted = options.only.empty() || is_named(options.only, check.id);
        if (is_wanted && !is_named(options.skip, check.id)) checks.push_back(check);
    }
    return checks;
}

int report_unknown_check(const Context& context, bool json, const std::string& name) {
    std::string known;
    for (const auto& check : all_checks())
        known += (known.empty() ? "" : ", ") + std::string(check.id);
    report(context, json, cli_error("There is no check \"" + name + "\". There are: " + known));
    return exit_could_not_run;
}

// With --all the original's checks for parts that are not here are named, once each.
void name_what_is_not_here(Report& report) {
    for (const auto id : not_applicable())
        report.add({.check = id,
                    .severity = Severity::info,
                    .place = {},
                    .message = "not applicable: this gateway has no such part"});
}

int lint(const Context& context, const DoctorOptions& options) {
    if (const auto name = unknown_name(options))
        return report_unknown_check(context, options.json, *name);
    const auto checks = chosen(options);
    auto found = judge(look(context, {.deep = options.deep}), checks);
    if (options.all) name_what_is_not_here(found);
    const bool ok = !found.has(threshold(options));
    const Counts counts{.run = checks.size(), .skipped = all_checks().size() - checks.size()};
    if (!options.severity_min.empty())
        std::erase_if(found.findings, [&](const Finding& finding) {
            return finding.severity < threshold(options);
        });
    if (options.json)
        context.console.line(lint_json(found, counts, ok));
    else
        context.console.out(lint_view(found, counts.run, context.console.look()));
    return ok ? exit_ok : exit_failure;
}

int tell_json(const Context& context, const DoctorOptions& options) {
    const auto found = judge(look(context, {.deep = options.deep}), all_checks());
    print_json(context.console, report_json(found, {.run = all_checks().size()}));
    return exit_ok;
}

// --- repairing

bool says_yes(const Context& context, const Repair& repair) {
    context.console.out("│  " + repair.question + "? [Y/n] ");
    std::string answer;
    if (!std::getline(std::cin, answer)) return context.console.line(""), false;
    return answer.empty() || answer.front() == 'y' || answer.front() == 'Y';
}

class Posture {
  public:
    Posture(const Context& context, const DoctorOptions& options)
        : context_(context)
        , asks_(context.console.is_terminal() && isatty(STDIN_FILENO) == 1 && !options.yes &&
                !options.fix && !options.non_interactive) {
        most_ = options.fix ? Consent::service : options.yes ? Consent::recommended : Consent::safe;
    }

    bool asks() const { return asks_; }

    // Nobody is asked twice, in whatever round the repair comes up again.
    bool allows(const Repair& repair) {
        if (!asks_) return repair.consent <= most_;
        const auto known = answers_.find(repair.question);
        if (known != answers_.end()) return known->second;
        return answers_[repair.question] = says_yes(context_, repair);
    }

  private:
    const Context& context_;
    bool asks_;
    Consent most_ = Consent::safe;
    std::map<std::string, bool> answers_;
};

std::vector<Repair> allowed(const Report& report, Posture& posture) {
    std::vector<Repair> repairs;
    for (const auto& finding : report.findings)
        if (finding.repair && posture.allows(*finding.repair)) repairs.push_back(*finding.repair);
    return repairs;
}

void say_done(const Context& context, const Repaired& repaired, std::string_view side) {
    const auto& look = context.console.look();
    for (const auto& line : repaired.done)
        context.console.line(std::string(side) + look.paint(Ink::good, "✓ " + printable(line)));
    for (const auto& line : repaired.failed)
        context.console.line(std::string(side) + look.paint(Ink::bad, "✗ " + printable(line)));
}

bool may_restart(const Facts& facts) {
    return !facts.config.config || facts.config.config->commands.restart;
}

struct Treated {
    Facts facts;
    Report report;
    Repaired repaired;
};

// What one round cannot repair, a later one does not either: only what is new is tried again.
Treated treat(const Context& context, const DoctorOptions& options, Facts facts, Report report,
              Posture& posture) {
    Treated treated;
    for (int round = 0; round < most_rounds; ++round) {
        const auto repairs = allowed(report, posture);
        if (repairs.empty()) break;
        const auto repaired = make_repairs(context, facts.unit.place, repairs);
        treated.repaired.add(repaired);
        facts = look(context, {.deep = options.deep});
        report = judge(facts, all_checks());
        if (!repaired.failed.empty()) break;
    }
    treated.facts = std::move(facts);
    treated.report = std::move(report);
    return treated;
}

int exit_code(const Treated& treated) {
    const bool is_valid =
        treated.facts.config.issues.empty() && treated.facts.config.unreadable.empty();
    return treated.repaired.failed.empty() && is_valid ? exit_ok : exit_failure;
}

int examine(const Context& context, const DoctorOptions& options) {
    const auto& console = context.console;
    const Shape shape{.has_boxes = console.is_terminal()};
    const std::string side = shape.has_boxes ? "│  " : "";
    console.out(heading(console.look(), shape));
    auto facts = look(context, {.deep = options.deep});
    auto found = judge(facts, all_checks());
    console.out(areas_view(found, console.look(), shape));
    Posture posture(context, options);
    auto treated = treat(context, options, std::move(facts), std::move(found), posture);
    auto& repaired = treated.repaired;
    if (repaired.config_changed) {
        const auto told = tell_gateway(treated.facts.state.owner, may_restart(treated.facts));
        if (!told.empty()) repaired.done.push_back(told);
    }
    say_done(context, repaired, side);
    if (!repaired.done.empty() || !repaired.failed.empty())
        console.line(shape.has_boxes ? "│" : "");
    console.out(ending(treated.report, console.look(), shape, options.fix));
    return exit_code(treated);
}

// Only the token, and never over one that is there.
int make_token(const Context& context) {
    const auto facts = look(context, {});
    Report found;
    check_auth(facts, found);
    std::vector<Repair> repairs;
    for (const auto& finding : found.findings)
        if (finding.repair && finding.repair->kind == Repair::Kind::make_token)
            repairs.push_back(*finding.repair);
    if (!facts.config.config)
        return report(context, false,
                      cli_error("The configuration is invalid, so no token can be stored in it.\n"
                                "Try: openclaw doctor --fix"));
    if (repairs.empty())
        return context.console.line("A secret is set already; nothing was changed."), exit_ok;
    auto repaired = make_repairs(context, facts.unit.place, repairs);
    if (const auto told = repaired.config_changed
                              ? tell_gateway(facts.state.owner, may_restart(facts))
                              : std::string();
        !told.empty())
        repaired.done.push_back(told);
    say_done(context, repaired, "");
    return repaired.failed.empty() ? exit_ok : exit_failure;
}

int run_doctor(const Context& context, const DoctorOptions& options) {
    if (const auto wrong = conflict(options))
        return report(context, options.json, cli_error(*wrong));
    if (options.allow_exec && !options.json)
        context.console.note("note: --allow-exec has nothing to allow: secrets come from the "
                             "environment and from files here, never from a program");
    if (options.lint) return lint(context, options);
    if (options.json) return tell_json(context, options);
    if (options.make_token) return make_token(context);
    return examine(context, options);
}

void add_postures(Command& command, DoctorOptions& options) {
    command.flag("--fix,--repair", options.fix, "make all repairs, without asking");
    command.flag("--yes", options.yes, "make the usual repairs without asking; not the service's");
    command.flag("--non-interactive", options.non_interactive,
                 "ask nothing, make only repairs that nobody could miss");
    command.flag("--force", options.force, "with --fix; accepted, nothing here needs it");
    command.flag("--deep", options.deep, "look for other gateways' units as well");
    command.flag("--generate-gateway-token", options.make_token,
                 "make a gateway token when there is none, and nothing else");
    command.flag("--allow-exec", options.allow_exec, "accepted; secrets never come from a program");
    command.flag("--no-workspace-suggestions", options.no_suggestions, "accepted; there are none");
}

void add_command(Command& root, const Context& context) {
    auto options = std::make_shared<DoctorOptions>();
    auto command = root.add("doctor", "Looks at configuration, state, service, gateway and "
                                      "machine; says what is wrong, and repairs it.");
    add_postures(command, *options);
    command.flag("--lint", options->lint, "only look; exit 1 when something is found");
    command.option("--only", options->only, "with --lint: this check alone (again for more)");
    command.option("--skip", options->skip, "with --lint: all but this check (again for more)");
    command.flag("--all", options->all,
                 "with --lint: name the original's checks that do not apply, too");
    command.choice("--severity-min", options->severity_min, {"info", "warning", "error"},
                   "with --lint: what counts (warning), and what is shown (everything)");
    add_json_option(command, options->json);
    command.example("openclaw doctor");
    command.example("openclaw doctor --fix");
    command.example("openclaw doctor --lint --json");
    command.action([&context, options] { return run_doctor(context, *options); });
}

} // namespace

} // namespace doctor

void add_doctor(Command& root, const Context& context) {
    doctor::add_command(root, context);
}

} // namespace openclaw::cli
