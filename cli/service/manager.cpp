#include "cli/service/manager.h"

#include "cli/service/run.h"
#include "common/base/first_line.h"
#include "common/base/strings.h"

#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <map>

namespace openclaw::cli {

namespace {

constexpr Milliseconds question_takes_at_most{2'000};
// A stop may use the whole drain budget of the unit (330 s, systemd/README.md).
constexpr Milliseconds order_takes_at_most{340'000};

std::string account_name() {
    const passwd* account = getpwuid(geteuid());
    return account == nullptr ? std::to_string(geteuid()) : account->pw_name;
}

std::string why(const Ended& ended) {
    const auto said = headline(ended.err.empty() ? ended.out : ended.err, 300);
    return said.empty() ? "exit " + std::to_string(ended.exit_code) : std::string(said);
}

std::map<std::string, std::string, std::less<>> properties(std::string_view text) {
    std::map<std::string, std::string, std::less<>> all;
    for (const auto line : split(text, '\n'))
        if (const auto equals = line.find('='); equals != std::string_view::npos)
            all.emplace(line.substr(0, equals), line.substr(equals + 1));
    return all;
}

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::vector<std::string> list_in(std::string_view text) {
    std::vector<std::string> all;
    for (const auto word : split(text, ' '))
        if (!word.empty()) all.emplace_back(word);
    return all;
}

} // namespace

std::vector<std::string> ServiceManager::words(std::vector<std::string> more) const {
    std::vector<std::string> all{"systemctl", "--no-pager", "--no-ask-password"};
    if (kind_ == UnitKind::user) all.emplace_back("--user");
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::string ServiceManager::command(std::string_view words) const {
    return (kind_ == UnitKind::user ? "systemctl --user " : "systemctl ") + std::string(words);
}

Result<void> ServiceManager::is_there() const {
    const auto ended = run_to_end(words({"show", "--property=Version"}), question_takes_at_most);
    if (!ended)
        return fail(Code::unavailable,
                    "no supported service manager here: " + ended.error().sentence);
    if (ended->exit_code != 0 || properties(ended->out)["Version"].empty())
        return fail(Code::unavailable,
                    std::string(kind_ == UnitKind::user
                                    ? "no systemd manager for this user answers: "
                                    : "systemd does not run this machine: ") +
                        why(*ended));
    return {};
}

std::vector<std::string> ServiceManager::hints(UnitKind kind) {
    std::vector<std::string> all{"Run it in the foreground: openclaw gateway run",
                                 "In a container, let its restart policy start `openclaw gateway "
                                 "run`",
                                 "The unit, to be installed elsewhere: openclaw gateway install "
                                 "--print"};
    if (kind == UnitKind::user)
        all.emplace_back("With systemd: log in as this user (XDG_RUNTIME_DIR and "
                         "DBUS_SESSION_BUS_ADDRESS are set then; Debian needs dbus-user-session), "
                         "or: loginctl enable-linger");
    return all;
}

Result<UnitState> ServiceManager::ask(const std::string& unit) const {
    const auto ended = TRY(run_to_end(
        words({"show", unit,
               "--property=LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,"
               "NeedDaemonReload,MainPID,Result,ExecMainStatus,TimeoutStopUSec"}),
        question_takes_at_most));
    if (ended.exit_code != 0) return fail(Code::unavailable, "systemctl show: " + why(ended));
    auto all = properties(ended.out);
    return UnitState{.load = all["LoadState"],
                     .active = all["ActiveState"],
                     .sub = all["SubState"],
                     .file_state = all["UnitFileState"],
                     .fragment = all["FragmentPath"],
                     .drop_ins = list_in(all["DropInPaths"]),
                     .needs_reload = all["NeedDaemonReload"] == "yes",
                     .main_pid = number_in(all["MainPID"]),
                     .result = all["Result"],
                     .exit_status = number_in(all["ExecMainStatus"]),
                     .stop_timeout = seconds_of(all["TimeoutStopUSec"])};
}

Result<void> ServiceManager::order(std::vector<std::string> more, const std::string& what) const {
    const auto ended = TRY(run_to_end(words(std::move(more)), order_takes_at_most));
    if (ended.exit_code == 0) return {};
    return fail(Code::unavailable, "systemd did not " + what + ": " + why(ended));
}

std::optional<bool> lingers() {
    const auto ended = run_to_end({"loginctl", "show-user", account_name(), "--property=Linger"},
                                  question_takes_at_most);
    if (ended && ended->exit_code == 0) {
        const auto answer = properties(ended->out)["Linger"];
        if (answer == "yes" || answer == "no") return answer == "yes";
    }
    // logind knows nobody without a session: its own note tells (loginctl(1), enable-linger).
    if (access("/var/lib/systemd/linger", F_OK) != 0) return std::nullopt;
    return access(("/var/lib/systemd/linger/" + account_name()).c_str(), F_OK) == 0;
}

Result<void> enable_lingering() {
    const auto ended = TRY(run_to_end({"loginctl", "enable-linger"}, question_takes_at_most));
    if (ended.exit_code == 0) return {};
    return fail(Code::denied, "loginctl enable-linger: " + why(ended));
}

} // namespace openclaw::cli
