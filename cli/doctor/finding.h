// doctor/finding.h — one thing the doctor has to say: where, what, how to help, and the repair it
// can make itself. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::cli::doctor {

enum class Severity : std::uint8_t { info, warning, error };

std::string_view name(Severity severity); // "warning"

// What a posture must allow before a repair is made (OPS.md 12.1).
enum class Consent : std::uint8_t {
    safe,        // nothing anybody could miss: a mode, a folder
    recommended, // a change of the configuration
    service,     // a change of the unit
};

// What to do about a finding, as data: repair.h does it.
struct Repair {
    enum class Kind : std::uint8_t { // in the order in which they are made
        set_mode,                    // of `path`, to `mode`
        make_folder,                 // `path`, 0700
        restore,                     // the configuration, from the backup `path`
        rename_keys,                 // of the configuration: older names to the newer ones
        set_config,                  // `path` to `value`, JSON
        drop_key,                    // `path` from the configuration
        make_token,                  // gateway.auth.token
        write_unit,                  // the service's unit, to `value`
        enable_unit,                 // `path`: its name
        reload_units,                // the manager reads its units again
        linger,                      // the user's services run without a session
    };
    Kind kind = Kind::set_mode;
    Consent consent = Consent::safe;
    std::string question; // "Set the mode of ~/.openclaw to 0700", for the guided posture
    std::string path = {};
    std::string value = {};
    unsigned mode = 0;
};

struct Finding {
    std::string_view check; // "gateway-config"; lint says core/doctor/gateway-config
    Severity severity = Severity::warning;
    std::string place; // "gateway.mode", a path; may be empty
    std::string message;
    std::string fix = {}; // a command, or what to change
    std::optional<Repair> repair = {};
    int line = 0; // of the configuration; 0: none
};

// A fact worth a line although nothing is wrong: for people only.
struct Remark {
    std::string_view check;
    std::string text;
};

struct Report {
    std::vector<Finding> findings;
    std::vector<Remark> remarks;

    void add(Finding finding) { findings.push_back(std::move(finding)); }

    void remark(std::string_view check, std::string text) {
        remarks.push_back({check, std::move(text)});
    }

    bool has(Severity least) const {
        for (const auto& finding : findings)
            if (finding.severity >= least) return true;
        return false;
    }
};

} // namespace openclaw::cli::doctor
