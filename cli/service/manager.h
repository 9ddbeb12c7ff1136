// service/manager.h — the service manager of this machine: what it knows of a unit, and orders to
// it. systemd, through systemctl(1) and loginctl(1), which are looked for in PATH.
//
// Every question blocks for two seconds at most, orders as long as systemd may take for them.
// What is not there is said by is_there(), in words and with the remedy; nothing is guessed from
// files.
#pragma once

#include "cli/service/unit.h"
#include "common/base/clock.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct UnitState {
    std::string load;        // "loaded", "not-found", "masked", "bad-setting"
    std::string active, sub; // "active", "running"
    std::string file_state;  // "enabled", "disabled", "masked"
    std::string fragment;    // the file it was read from
    std::vector<std::string> drop_ins;
    bool needs_reload = false; // the file is newer than what the manager knows
    std::int64_t main_pid = 0;
    std::string result;             // "success", "exit-code", "start-limit-hit"
    std::int64_t exit_status = 0;   // of the main process's last end
    std::int64_t stop_timeout = -1; // seconds, with all drop-ins; -1: unknown

    bool is_active() const { return active == "active" || active == "reloading"; }

    bool is_enabled() const { return file_state.starts_with("enabled"); }
};

class ServiceManager {
  public:
    explicit ServiceManager(UnitKind kind)
        : kind_(kind) {}

    UnitKind kind() const { return kind_; }

    // Error: unavailable, with the reason; hints() says what may help.
    Result<void> is_there() const;
    static std::vector<std::string> hints(UnitKind kind);

    Result<UnitState> ask(const std::string& unit) const;

    Result<void> read_units_again() const {
        return order({"daemon-reload"}, "read its units again");
    }

    Result<void> enable(const std::string& unit) const {
        return order({"enable", unit}, "enable " + unit);
    }

    Result<void> disable(const std::string& unit) const {
        return order({"disable", unit}, "disable " + unit);
    }

    // start, stop, restart, try-restart.
    Result<void> act(const std::string& verb, const std::string& unit) const {
        return order({verb, unit}, verb + " " + unit);
    }

    std::string command(std::string_view words) const; // for people: "systemctl --user WORDS"

  private:
    std::vector<std::string> words(std::vector<std::string> more) const;
    Result<void> order(std::vector<std::string> more, const std::string& what) const;

    UnitKind kind_;
};

// Whether the user's services run without a session; nothing when nobody knows.
std::optional<bool> lingers();
Result<void> enable_lingering();

} // namespace openclaw::cli
