// service/file.h — a small file's text.
#pragma once

#include <string>

namespace openclaw::cli {

// Empty when it cannot be read: whoever must know the difference looks before.
std::string text_of(const std::string& path);

} // namespace openclaw::cli
