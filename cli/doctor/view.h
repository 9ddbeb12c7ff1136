// doctor/view.h — what the doctor found: boxes on a terminal, plain headings elsewhere, one line of
// JSON for programs (CLI.md 16). Pure.
#pragma once

#include "cli/doctor/checks.h"
#include "cli/view/look.h"

#include <span>
#include <string>

namespace openclaw::cli::doctor {

struct Shape {
    bool has_boxes = false; // a terminal
};

std::string heading(const Look& look, Shape shape);
// Every area that has something to say, with its findings and remarks.
std::string areas_view(const Report& report, const Look& look, Shape shape);
std::string ending(const Report& report, const Look& look, Shape shape, bool has_repaired);

std::string lint_view(const Report& report, std::size_t checks_run, const Look& look);

struct Counts {
    std::size_t run = 0, skipped = 0;
};

// One line; `ok`: nothing at or above the threshold.
std::string lint_json(const Report& report, Counts counts, bool ok);
// Everything, for `doctor --json`.
std::string report_json(const Report& report, Counts counts);

} // namespace openclaw::cli::doctor
