// sandbox/level.h — what a sandbox has come to on this machine: each wall, and whether it stands.
// A value, for Ready, `workers show`, `doctor` and gateway.isolation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::sandbox {

// Walls that make up for each other are one layer: what counts is what holds, not what holds it.
struct Layer {
    std::string_view name; // "files"
    bool holds = false;
    std::string detail;    // what it lets through and what it is made of; else what is missing
    bool is_spare = false; // others stand where this one does
};

struct Level {
    std::vector<Layer> layers;

    // Every layer but the spare ones holds.
    bool is_whole() const;
    // "whole", or "without files, calls"; for one column of a table.
    std::string words() const;
    // "files (Landlock is not in this kernel), calls (…)"; empty when it is whole.
    std::string missing() const;
};

} // namespace openclaw::sandbox
