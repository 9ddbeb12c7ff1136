// service/installation.h — the gateway as a service: where its unit belongs, what forbids to
// install it, and writing it (OPS.md 2.1).
#pragma once

#include "cli/service/manager.h"
#include "common/config/config.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct UnitPlace {
    UnitKind kind = UnitKind::user;
    std::string unit;   // "openclaw-gateway.service"
    std::string folder; // its unit files'
    std::string file;
};

// `root` is "/" but in tests.
UnitPlace unit_place(UnitKind kind, const config::Paths& paths,
                     const config::Environment& environment, const std::string& root = "/");

// The service of this profile that a manager knows: root's is the machine's before the user's.
struct Installed {
    UnitPlace place;
    UnitState state;
};

std::optional<Installed> find_installed(const config::Paths& paths,
                                        const config::Environment& environment);

struct Forbidden {
    std::string sentence;
    std::vector<std::string> hints;
};

// Who looks after services here, when it is not us: OPENCLAW_SUPERVISOR_MODE, OPENCLAW_NIX_MODE.
std::optional<Forbidden> forbids_service_verbs(const config::Environment& environment);
// Another state directory or configuration than the profile's own: the unit's name follows the
// profile, so it would be somebody else's service.
std::optional<Forbidden> forbids_these_paths(const config::Paths& paths);
// The folder of unit files: ours, no symbolic link, writable by nobody else. Missing is fine.
std::optional<Forbidden> forbids_this_folder(const UnitPlace& place);
// A unit of that name for all users, when we are about to make one for this user.
std::optional<Forbidden> forbids_second_unit(const UnitPlace& place, const std::string& root = "/");

struct Written {
    bool changed = false;
    bool kept_backup = false; // the file that was there: FILE.bak
};

// Whole or not at all, synced; the file before is kept as .bak.
Result<Written> write_unit(const UnitPlace& place, const std::string& text);

// The file there says something else than `text`.
bool is_out_of_date(const UnitPlace& place, const std::string& text);

std::string own_program(); // absolute path of this program

} // namespace openclaw::cli
