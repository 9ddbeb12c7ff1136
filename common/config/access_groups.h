// config/access_groups.h — "accessGroup:<name>" in a list of senders stands for the group's
// members.
#pragma once

#include "common/config/config.h"

#include <map>
#include <string>

namespace openclaw::config {

// Replaces such entries in every list of the account by the members of its channel and of "*". An
// unknown group has no members.
void expand_access_groups(ChannelAccount& account,
                          const std::map<std::string, AccessGroup>& groups);

} // namespace openclaw::config
