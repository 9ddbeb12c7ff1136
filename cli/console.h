// cli/console.h — what leaves the program: primary data on stdout, everything else on stderr.
//
// Colour is decided for each stream by itself: a terminal, and neither NO_COLOR nor --no-color
// (FORCE_COLOR forces). Lines written to stdout are whole: a reader at the other end of a pipe
// never waits for the rest of one.
#pragma once

#include "cli/view/look.h"

#include <string_view>

namespace openclaw::cli {

class Console {
  public:
    Console(int out, int err, bool no_color);

    void out(std::string_view text) const; // as it is
    void line(std::string_view text) const;
    void note(std::string_view text) const; // one line on stderr

    const Look& look() const { return out_look_; }

    const Look& error_look() const { return error_look_; }

    bool is_terminal() const { return is_terminal_; }

  private:
    int out_;
    int err_;
    bool is_terminal_;
    Look out_look_;
    Look error_look_;
};

} // namespace openclaw::cli
