// doctor/checks.h — what the doctor judges, as a table: one row a check, one file an area. Pure.
//
// A check reads the facts and adds what is wrong, each with its place and remedy. It says nothing
// when it cannot know: an invalid configuration is one finding, not twenty. To add one: a row here,
// a function in its area's file, a test with the facts that make it speak.
#pragma once

#include "cli/doctor/facts.h"
#include "cli/doctor/finding.h"

#include <span>
#include <string_view>

namespace openclaw::cli::doctor {

struct Check {
    std::string_view id;   // lint: core/doctor/<id>
    std::string_view area; // the box it stands in
    std::string_view looks_at;
    void (*judge)(const Facts& facts, Report& report);
};

std::span<const Check> all_checks();          // areas together, in the order they are shown
const Check* find_check(std::string_view id); // with or without "core/doctor/"
// Checks of the original for parts this gateway does not have.
bool is_not_applicable(std::string_view id);
std::span<const std::string_view> not_applicable();

Report judge(const Facts& facts, std::span<const Check> checks);

// check_config.cpp
void check_config(const Facts& facts, Report& report);
void check_config_file(const Facts& facts, Report& report);
void check_legacy_keys(const Facts& facts, Report& report);
void check_config_warnings(const Facts& facts, Report& report);
// check_access.cpp
void check_auth(const Facts& facts, Report& report);
void check_bind(const Facts& facts, Report& report);
void check_devices(const Facts& facts, Report& report);
void check_owner(const Facts& facts, Report& report);
// check_alerts.cpp
void check_alerts(const Facts& facts, Report& report);
// check_state.cpp
void check_state(const Facts& facts, Report& report);
void check_lock(const Facts& facts, Report& report);
void check_ledger(const Facts& facts, Report& report);
void check_disk(const Facts& facts, Report& report);
void check_foreign_state(const Facts& facts, Report& report);
// check_service.cpp
void check_service(const Facts& facts, Report& report);
void check_lingering(const Facts& facts, Report& report);
// check_gateway.cpp
void check_gateway(const Facts& facts, Report& report);
void check_port(const Facts& facts, Report& report);
// check_workers.cpp
void check_programs(const Facts& facts, Report& report);
void check_workers(const Facts& facts, Report& report);
void check_sandbox(const Facts& facts, Report& report);
void check_channels(const Facts& facts, Report& report);
void check_models(const Facts& facts, Report& report);
// check_machine.cpp
void check_environment(const Facts& facts, Report& report);
void check_limits(const Facts& facts, Report& report);
void check_clock(const Facts& facts, Report& report);

} // namespace openclaw::cli::doctor
