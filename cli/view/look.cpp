#include "cli/view/look.h"

namespace openclaw::cli {

namespace {

// The palette of CLI.md 3.1, in 24-bit colour.
std::string_view escape(Ink ink) {
    switch (ink) {
    case Ink::plain:
        return "";
    case Ink::heading:
        return "\x1b[1;38;2;255;90;45m";
    case Ink::command:
        return "\x1b[38;2;255;122;61m";
    case Ink::good:
        return "\x1b[38;2;47;191;113m";
    case Ink::warning:
        return "\x1b[38;2;255;176;32m";
    case Ink::bad:
        return "\x1b[38;2;226;61;45m";
    case Ink::muted:
        return "\x1b[38;2;139;127;119m";
    }
    return "";
}

} // namespace

std::string Look::paint(Ink ink, std::string_view text) const {
    if (!colour || ink == Ink::plain || text.empty()) return std::string(text);
    return std::string(escape(ink)) + std::string(text) + "\x1b[0m";
}

} // namespace openclaw::cli
