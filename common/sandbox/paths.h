// sandbox/paths.h — the files a profile may read: what Landlock lets through and what an own root
// shows. Those that are not there are left out.
#pragma once

#include "common/sandbox/profile.h"

#include <string>
#include <vector>

namespace openclaw::sandbox {

std::vector<std::string> readable_paths(const Profile& profile);

} // namespace openclaw::sandbox
