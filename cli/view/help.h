// cli/view/help.h — the help page of one command, at 80 columns (CLI.md 1). Pure.
#pragma once

#include <string>
#include <vector>

namespace openclaw::cli {

struct HelpRow {
    std::string name, text;
};

struct HelpPage {
    std::string usage, summary;
    std::vector<HelpRow> arguments, options, commands;
    std::vector<std::string> examples;
};

std::string help_text(const HelpPage& page);

} // namespace openclaw::cli
