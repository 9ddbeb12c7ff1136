// sandbox/namespaces.h — an own, empty view of the machine, where the kernel gives it to everybody.
//
// No process namespace: the first process of one does not hear signals it has no handler for, abort
// and segmentation faults included, and would need a second process for each worker to stand in
// front of it (docs/decisions/0002-sandbox.md).
#pragma once

#include "common/sandbox/profile.h"

namespace openclaw::sandbox {

struct NamespacesOutcome {
    bool has_user = false;    // with IPC and host name
    bool has_network = false; // an empty one: no interface, no abstract socket of others
    bool has_root = false;    // an own read-only root: the certificates at most
    int refused = 0;          // errno of the first step that failed
};

// Needs one thread, and /proc. A profile that connects to the internet keeps the network, and the
// root with it: the resolver's files are replaced while it runs.
NamespacesOutcome enter_namespaces(const Profile& profile);

} // namespace openclaw::sandbox
