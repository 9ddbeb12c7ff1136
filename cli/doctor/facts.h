// doctor/facts.h — everything the doctor looks at, looked at once. Checks are pure functions of it.
//
// Looking never fails and never writes: what cannot be seen is part of the facts. In particular the
// configuration is read without correcting its mode, the ledger's file is read without SQLite, and
// the instance lock is not touched.
#pragma once

#include "cli/context.h"
#include "cli/service/installation.h"
#include "cli/service/owner.h"
#include "common/config/config.h"
#include "common/config/document.h"
#include "common/sandbox/level.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli::doctor {

struct FileFacts {
    std::string path;
    bool exists = false;
    bool is_link = false;
    bool is_folder = false;
    bool is_ours = true;
    unsigned mode = 0; // permission bits

    bool is_open() const { return exists && !is_link && (mode & 077) != 0; }
};

struct ConfigFacts {
    FileFacts file;
    std::string unreadable; // why, when it is there and cannot be read
    bool parses = true;
    bool has_comments = false;
    std::vector<config::Note> legacy; // older names that are understood
    config::Issues issues;            // it cannot be used because of these
    std::optional<config::Config> config;
    std::string good_backup; // the newest one that can be used; only looked for when it must be
    std::vector<FileFacts> included;
};

struct LedgerFacts {
    FileFacts file;
    std::int64_t bytes = 0;
    std::string damage; // what its header contradicts; empty: nothing seen
};

struct StateFacts {
    FileFacts folder;
    bool is_writable = false;
    bool is_volatile = false;        // in memory: gone after a reboot
    std::string synced_by;           // "Dropbox", …; empty: nobody
    std::vector<FileFacts> too_open; // below it, readable by others
    bool has_foreign_ledger = false; // the original's database
    Owner owner;                     // who holds the instance lock
    config::Environment variables;   // its .env
    LedgerFacts ledger;
};

struct GatewayAnswers {
    bool answers = false;
    std::string why_not;
    std::int64_t took_ms = 0;
    std::map<std::string, Answer, std::less<>> answered;

    json::View of(std::string_view method) const {
        const auto found = answered.find(method);
        return found == answered.end() ? json::View() : found->second.payload();
    }
};

struct Listener {
    std::string address;  // "127.0.0.1"
    bool is_ours = false; // a process of this user opened it
    pid_t pid = 0;        // 0: it does not show us its descriptors
    std::string program;
};

struct PortFacts {
    config::Port port{.number = 18789, .source = "default"};
    std::string problem; // of the port itself
    std::vector<Listener> listeners;
};

struct UnitFacts {
    bool has_manager = false;
    std::string why_no_manager;
    UnitPlace place;
    std::optional<UnitState> state;
    std::string text;     // of the file the manager reads, or of ours
    std::string planned;  // what `gateway install` would write now, with the same choices
    std::string drop_ins; // their text
    bool program_exists = true;
    std::optional<bool> lingers;
    bool is_external = false;             // somebody else looks after the service
    std::vector<std::string> other_units; // gateway-like; only with --deep
};

struct DiskFacts {
    std::string path;
    std::string holds; // "the state directory"
    std::int64_t free_bytes = 0, all_bytes = 0, free_files = 0, all_files = 0;
};

struct ProgramFacts {
    std::string daemon;               // path; empty: not found
    std::string problem;              // why not
    std::vector<std::string> missing; // workers' programs
};

struct MachineFacts {
    std::uint64_t most_files = 0; // RLIMIT_NOFILE, hard
    bool has_ipv6_loopback = true;
    bool is_clock_synchronised = true;
    bool is_root = false;
    std::vector<DiskFacts> disks;
};

struct Facts {
    std::string home;
    std::string config_file, state_directory;
    config::Environment environment;
    std::int64_t now_ms = 0;
    ConfigFacts config;
    StateFacts state;
    GatewayAnswers gateway;
    PortFacts port;
    UnitFacts unit;
    ProgramFacts programs;
    MachineFacts machine;
    std::optional<sandbox::Level> sandbox; // of this machine; only looked at with the gateway down

    std::string shown(std::string_view path) const { return config::shorten_home(path, home); }
};

struct LookOptions {
    bool deep = false;
};

Facts look(const Context& context, const LookOptions& options);

// Its parts.
ConfigFacts look_at_config(const config::LoadOptions& source);
StateFacts look_at_state(const config::Paths& paths);
GatewayAnswers ask_gateway(const config::Paths& paths);
std::vector<Listener> find_listeners(int port);
UnitFacts look_at_unit(const Context& context, const LookOptions& options);
ProgramFacts find_programs(const config::Environment& environment,
                           const std::optional<config::Config>& config);
MachineFacts look_at_machine(const config::Paths& paths, const std::string& log_file);
// What a worker's sandbox would be here: a child process goes behind the walls and tells.
std::optional<sandbox::Level> try_sandbox();
FileFacts look_at_file(const std::string& path);

} // namespace openclaw::cli::doctor
