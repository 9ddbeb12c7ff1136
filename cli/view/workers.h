// cli/view/workers.h — the processes: the table of all, the whole story of one, and what is wrong
// with any. Pure.
//
// Reads the answers of workers.list and workers.get (CLI.md 7).
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>
#include <vector>

namespace openclaw::cli {

Ink ink_for_state(std::string_view state);
Ink ink_for_verdict(std::string_view level);

std::string workers_view(json::View list, const Look& look); // heading line, table, hint
// Of a worker that serves with another build than the gateway's; else empty.
std::string other_build(json::View worker, json::View supervisor);
std::string workers_table(json::View list, const Look& look);
std::string worker_view(json::View worker, const Look& look);

// "retry in 38s (attempt 4/10): exit 139 SIGSEGV": why this worker is as it is, and when it tries
// again. Of one that runs and is not well: "its platform does not answer, since 3m ago". Empty:
// nothing to say.
std::string worker_detail(json::View worker, const Look& look);
// "is backing off", "has given up", "does not answer"; "is down" of one that runs and is not well.
std::string worker_state_words(json::View worker);
// It should serve and does not, or the gateway judges it degraded or down.
bool worker_needs_attention(json::View worker);
// The colour of its trouble, by its state and by its verdict.
Ink ink_for_worker(json::View worker);
// "3 running · 1 backing off · 0 stopped"
std::string workers_summary(json::View list);

} // namespace openclaw::cli
