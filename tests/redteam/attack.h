// tests/redteam/attack.h — one thing a hijacked worker tries, and how it fared.
//
// Attacks are rows in the tables of files.cpp, processes.cpp, …; each makes its system calls
// itself, as injected code would. An attack that comes back says what it met: "refused: EACCES", or
// "REACHED: …" when the wall has a hole. Most do not come back.
#pragma once

#include "common/worker/runtime.h"

#include <span>
#include <string>
#include <string_view>

namespace openclaw::redteam {

// Where an attack is made.
struct Scene {
    worker::Context& context;
    std::string number; // of the order

    void tell(const std::string& outcome) const;
};

struct Attack {
    std::string_view name;
    // Empty: the attack will tell the scene itself.
    std::string (*run)(const std::string& target, const Scene& scene);
};

std::span<const Attack> file_attacks();
std::span<const Attack> process_attacks();
std::span<const Attack> network_attacks();
std::span<const Attack> kernel_attacks();
std::span<const Attack> resource_attacks();
std::span<const Attack> frame_attacks();

// "refused: EACCES" for a call that gave -1, else "REACHED: " and what for.
std::string judge(long outcome, std::string_view what);

} // namespace openclaw::redteam
