#include "cli/service/installation.h"

#include "cli/service/file.h"
#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace openclaw::cli {

namespace {

bool is_there(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

Result<void> write_synced(const std::string& path, const std::string& text) {
    const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd) return Failure(system_error(Code::unavailable, "cannot create " + path, errno));
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = write(fd.get(), text.data() + done, text.size() - done);
        if (written < 0)
            return Failure(system_error(Code::unavailable, "cannot write " + path, errno));
        done += static_cast<std::size_t>(written);
    }
    fchmod(fd.get(), 0644); // a unit is no secret, and systemd says so when it is hidden
    if (fsync(fd.get()) == 0) return {};
    return Failure(system_error(Code::unavailable, "cannot write " + path + " to the disk", errno));
}

Result<void> move_over(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    const int problem = errno;
    unlink(from.c_str());
    return Failure(system_error(Code::unavailable, "cannot replace " + to, problem));
}

} // namespace

UnitPlace unit_place(UnitKind kind, const config::Paths& paths,
                     const config::Environment& environment, const std::string& root) {
    UnitPlace place{.kind = kind, .unit = unit_name(paths.profile), .folder = {}, .file = {}};
    place.folder =
        kind == UnitKind::system
            ? root + "etc/systemd/system"
            : config::variable(environment, "XDG_CONFIG_HOME").value_or(paths.home + "/.config") +
                  "/systemd/user";
    place.file = place.folder + "/" + place.unit;
    return place;
}

std::optional<Installed> find_installed(const config::Paths& paths,
                                        const config::Environment& environment) {
    std::vector<UnitKind> kinds{UnitKind::user};
    if (geteuid() == 0) kinds.insert(kinds.begin(), UnitKind::system);
    for (const auto kind : kinds) {
        const ServiceManager manager(kind);
        const auto place = unit_place(kind, paths, environment);
        if (!manager.is_there()) continue;
        const auto state = manager.ask(place.unit);
        if (state && state->load != "not-found" && !state->load.empty())
            return Installed{.place = place, .state = *state};
    }
    return std::nullopt;
}

std::optional<Forbidden> forbids_service_verbs(const config::Environment& environment) {
    if (config::variable(environment, "OPENCLAW_SUPERVISOR_MODE") == "external")
        return Forbidden{.sentence = "the gateway is owned by an external supervisor "
                                     "(OPENCLAW_SUPERVISOR_MODE=external)",
                         .hints = {"Use that supervisor's own commands; openclaw gateway restart "
                                   "works here, too"}};
    if (config::flag(environment, "OPENCLAW_NIX_MODE").value_or(false))
        return Forbidden{.sentence = "services are declared elsewhere (OPENCLAW_NIX_MODE)",
                         .hints = {"Change the declaration instead"}};
    return std::nullopt;
}

std::optional<Forbidden> forbids_these_paths(const config::Paths& paths) {
    const std::string canonical = paths.home + "/" + std::string(names::state_directory) +
                                  (paths.profile.empty() ? "" : "-" + paths.profile);
    if (paths.state_directory == canonical &&
        paths.config_file == canonical + "/" + std::string(names::config_file))
        return std::nullopt;
    return Forbidden{
        .sentence = "service management skipped: non-default state dir or config path. The unit's "
                    "name follows the profile, so it would be another gateway's",
        .hints = {"Use a profile: openclaw --profile NAME gateway install",
                  "Or unset OPENCLAW_STATE_DIR and OPENCLAW_CONFIG_PATH",
                  "Or write the unit yourself, beginning with: openclaw gateway install --print"}};
}

std::optional<Forbidden> forbids_this_folder(const UnitPlace& place) {
    struct stat facts {};

    if (lstat(place.folder.c_str(), &facts) != 0) return std::nullopt;
    std::string why;
    if (S_ISLNK(facts.st_mode)) why = "is a symbolic link";
    if (why.empty() && facts.st_uid != geteuid()) why = "belongs to another user";
    if (why.empty() && (facts.st_mode & 022) != 0) why = "can be written by others";
    if (!why.empty())
        return Forbidden{.sentence = "the folder of unit files, " + place.folder + ", " + why,
                         .hints = {"Correct it: it must be a folder of yours, mode 0755 or less"}};
    std::array<char, 64> target{};
    if (readlink(place.file.c_str(), target.data(), target.size() - 1) > 0 &&
        std::string_view(target.data()) == "/dev/null")
        return Forbidden{.sentence = place.unit + " is masked",
                         .hints = {"systemctl --user unmask " + place.unit}};
    return std::nullopt;
}

std::optional<Forbidden> forbids_second_unit(const UnitPlace& place, const std::string& root) {
    const std::string other = root + "etc/systemd/system/" + place.unit;
    if (place.kind == UnitKind::system || !is_there(other)) return std::nullopt;
    return Forbidden{.sentence = "there is a unit of that name for the whole machine: " + other,
                     .hints = {"Use it: systemctl start " + place.unit,
                               "Or use a profile: openclaw --profile NAME gateway install"}};
}

Result<Written> write_unit(const UnitPlace& place, const std::string& text) {
    std::error_code problem;
    std::filesystem::create_directories(place.folder, problem);
    Written written{.changed = true, .kept_backup = is_there(place.file)};
    if (written.kept_backup && text_of(place.file) == text) return Written{};
    const std::string staged = place.file + "." + random_hex(4) + ".tmp";
    TRY_VOID(write_synced(staged, text));
    if (written.kept_backup) {
        const std::string backup = place.file + "." + random_hex(4) + ".tmp";
        TRY_VOID(write_synced(backup, text_of(place.file)));
        TRY_VOID(move_over(backup, place.file + ".bak"));
    }
    TRY_VOID(move_over(staged, place.file));
    return written;
}

bool is_out_of_date(const UnitPlace& place, const std::string& text) {
    return text_of(place.file) != text;
}

std::string own_program() {
    std::array<char, 4096> path{};
    const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
    return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length))
                      : std::string(names::cli);
}

} // namespace openclaw::cli
