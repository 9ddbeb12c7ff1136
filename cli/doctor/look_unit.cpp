#include "cli/doctor/facts.h"
#include "cli/service/file.h"
#include "common/base/names.h"

#include <unistd.h>

#include <filesystem>

namespace openclaw::cli::doctor {

namespace {

std::string executable(const std::vector<std::string>& command) {
    return command.empty() ? std::string() : command.front();
}

bool has_word(const std::vector<std::string>& command, std::string_view wanted) {
    for (const auto& word : command)
        if (word == wanted) return true;
    return false;
}

// What `gateway install` would write with the choices that were made for this unit.
std::string plan_again(const Context& context, const UnitPlace& place, const std::string& text) {
    const UnitFile unit(text);
    const auto command = unit.command();
    const auto planned =
        unit_text({.kind = place.kind,
                   .program = executable(command),
                   .profile = context.paths.profile,
                   .state_directory = context.paths.state_directory,
                   .port = unit.pinned_port(),
                   .allow_unconfigured = has_word(command, "--allow-unconfigured")});
    return planned.value_or(std::string());
}

bool runs_a_gateway(const std::string& text) {
    const auto command = UnitFile(text).command();
    return !command.empty() && executable(command).contains(names::cli) &&
           has_word(command, "gateway");
}

std::vector<std::string> other_units(const UnitPlace& place) {
    std::vector<std::string> found;
    for (const auto& folder :
         {std::filesystem::path(place.folder).string(), std::string("/etc/systemd/system"),
          std::string("/etc/systemd/user")}) {
        std::error_code unreadable;
        for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
            const auto path = entry.path().string();
            if (path != place.file && path.ends_with(".service") && runs_a_gateway(text_of(path)))
                found.push_back(path);
        }
    }
    return found;
}

void read_unit(UnitFacts& facts, const Context& context) {
    const auto& from =
        facts.state && !facts.state->fragment.empty() ? facts.state->fragment : facts.place.file;
    facts.text = text_of(from);
    if (facts.text.empty()) return;
    facts.planned = plan_again(context, facts.place, facts.text);
    facts.program_exists = access(executable(UnitFile(facts.text).command()).c_str(), X_OK) == 0;
    if (facts.state)
        for (const auto& drop_in : facts.state->drop_ins)
            facts.drop_ins += text_of(drop_in) + "\n";
}

} // namespace

UnitFacts look_at_unit(const Context& context, const LookOptions& options) {
    UnitFacts facts;
    const auto installed = find_installed(context.paths, context.environment);
    const auto kind = geteuid() == 0 ? UnitKind::system : UnitKind::user;
    facts.place =
        installed ? installed->place : unit_place(kind, context.paths, context.environment);
    const auto there = ServiceManager(UnitKind::user).is_there();
    facts.has_manager = installed || there || ServiceManager(UnitKind::system).is_there();
    if (!facts.has_manager) facts.why_no_manager = there.error().sentence;
    if (installed) facts.state = installed->state;
    facts.is_external =
        forbids_service_verbs(context.environment).has_value() ||
        config::variable(context.environment, "OPENCLAW_SERVICE_REPAIR_POLICY") == "external";
    read_unit(facts, context);
    if (installed && facts.place.kind == UnitKind::user) facts.lingers = lingers();
    if (options.deep) facts.other_units = other_units(facts.place);
    return facts;
}

} // namespace openclaw::cli::doctor
