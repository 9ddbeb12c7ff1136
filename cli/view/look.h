// cli/view/look.h — how text should look where it is going. A value; views are pure functions of it
// and their data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::cli {

enum class Ink { plain, heading, command, good, warning, bad, muted };

struct Look {
    bool colour = false;
    int width = 120;
    std::int64_t now_ms = 0;
    std::string home; // paths below it are printed with ~

    std::string paint(Ink ink, std::string_view text) const;

    std::string heading(std::string_view text) const { return paint(Ink::heading, text); }
};

} // namespace openclaw::cli
