// cli/view/facts.h — names and values in two columns, values wrapped under themselves. Pure.
#pragma once

#include "cli/view/table.h"

#include <string>
#include <utility>
#include <vector>

namespace openclaw::cli {

class Facts {
  public:
    // A fact without a value is left out.
    Facts& add(std::string name, Cell value);
    std::string render(const Look& look) const; // "  Process     pid 26489, up 2h 3m\n"

  private:
    std::vector<std::pair<std::string, Cell>> facts_;
};

} // namespace openclaw::cli
