#include "cli/service/file.h"

#include <fstream>
#include <sstream>

namespace openclaw::cli {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace openclaw::cli
