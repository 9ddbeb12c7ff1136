// cli/view/status.h — one screen: what is wrong first, then everything an operator asks about.
// Pure.
#pragma once

#include "cli/survey.h"
#include "cli/view/look.h"

#include <string>
#include <vector>

namespace openclaw::cli {

struct Problem {
    Ink ink = Ink::bad; // warning: it heals itself, but look
    std::string sentence;
    std::string remedy; // a command; may be empty
};

// Worst first. Empty: all is well.
std::vector<Problem> find_problems(const Survey& survey, const Look& look);

std::string status_view(const Survey& survey, const Look& look);
std::string status_json(const Survey& survey, const Look& look);

} // namespace openclaw::cli
