// sandbox/filter.h — the table of calls as a program for the kernel's seccomp machine, and handing
// it over.
//
// No library: the table has four kinds of answers and one kind of condition, and libseccomp costs
// every worker memory that stays (docs/decisions/0002-sandbox.md). Plain permissions cost nothing
// at run time: since Linux 5.11 the kernel keeps them in a bitmap.
#pragma once

#include "common/sandbox/calls.h"
#include "common/sandbox/profile.h"

#include <linux/filter.h>

#include <vector>

namespace openclaw::sandbox {

// `own_process`: what the conditions on the own process id compare with.
std::vector<sock_filter> compile_filter(std::span<const CallShape> shapes, const Profile& profile,
                                        std::uint32_t own_process);

// How many different calls the profile may make.
std::size_t count_allowed(const Profile& profile);

// For this thread and those it starts. 0, or the errno.
int enter_filter(const Profile& profile);

} // namespace openclaw::sandbox
