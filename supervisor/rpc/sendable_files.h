// rpc/sendable_files.h — which files of this machine's disk a client may have sent, and their
// bytes.
//
// Only what lies under the state directory's media/ or an agent's workspace: links are resolved
// first and none is followed after, regular files only. The rest of the state directory, where the
// secrets and the ledger are, stays here, also when a workspace contains it. Who asks for a file
// elsewhere does not learn whether it is there.
#pragma once

#include "common/base/result.h"
#include "supervisor/rpc/facts.h"

#include <string>
#include <vector>

namespace openclaw::rpc {

struct SendableFolders {
    std::string state_directory;
    std::string config_file;
    std::vector<std::string> roots; // the first one is media/
};

SendableFolders sendable_folders(const GatewayFacts& facts);

struct SendableFile {
    std::string name; // "report.csv"
    std::string bytes;
};

// `path` is absolute. Blocks: for the pool. Errors: denied, not_found, invalid (no regular file,
// above 24 MiB), unavailable.
Result<SendableFile> read_sendable(const SendableFolders& folders, const std::string& path);

} // namespace openclaw::rpc
