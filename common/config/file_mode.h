// config/file_mode.h — files with secrets in them are for their owner: what others may read is
// closed to them, or at least said.
#pragma once

#include "common/config/issue.h"

#include <optional>
#include <string>

namespace openclaw::config {

enum class OpenFile {
    close, // ours gets the mode 0600
    keep,  // somebody else decides who reads it: a mounted secret, another program's file
};

// `what` names it in the sentence ("the config file"). Nothing: nobody else may read it, or there
// is no such file.
std::optional<Issue> judge_mode(int fd, const std::string& path, const std::string& what,
                                OpenFile then);
std::optional<Issue> judge_mode(const std::string& path, const std::string& what, OpenFile then);

} // namespace openclaw::config
