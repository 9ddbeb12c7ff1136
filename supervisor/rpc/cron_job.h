// rpc/cron_job.h — a cron job as clients write and see it: what may be asked for, and how it reads
// back.
//
// A spec is the job's own members, each as JSON text. Pure.
#pragma once

#include "common/json/read.h"
#include "supervisor/ledger/cron.h"
#include "supervisor/rpc/params.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::rpc {

using CronSpec = std::map<std::string, std::string, std::less<>>; // member → JSON text

std::span<const Field> cron_add_params();

CronSpec cron_spec_from(json::View params); // of cron.add; nulls are left out
CronSpec cron_spec_of(const ledger::CronJob& job);
// cron.update's patch: null takes a member away, payload and delivery are changed member by member.
void patch_cron_spec(CronSpec& spec, json::View patch);
std::string cron_spec_json(const CronSpec& spec);

// What is wrong with it, or what of it this build cannot do; nothing when it can be kept.
std::optional<std::string> cron_complaint(const CronSpec& spec);

// What a run of it needs.
struct CronOrder {
    std::string name, agent_id, session_target, session_key;
    std::string payload_kind, message, model;
    std::int64_t timeout_seconds = 0;
    std::string delivery_mode, delivery_channel, delivery_to, delivery_account, delivery_thread;
    bool enabled = true, delete_after_run = false;
    std::string schedule_kind;
};

CronOrder cron_order(const ledger::CronJob& job);

// The job as clients see it. `running_since_ms` 0: it does not run.
std::string cron_job_json(const ledger::CronJob& job, std::int64_t running_since_ms);
std::string cron_revision(const ledger::CronJob& job);

} // namespace openclaw::rpc
