// rpc/workspace_files.h — files below a folder that an agent may write to: looked at and replaced
// without ever leaving it.
//
// Names are checked, links are not followed, sizes are bounded; what is the gateway's own is not
// shown, also where the workspace contains it. Blocks: for the pool.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/json/write.h"
#include "common/loop/loop.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

inline constexpr std::size_t max_workspace_file = std::size_t{1} << 20;

// A relative path of plain names: nothing hidden behind "..", nothing absolute. Empty: the folder.
bool is_inside(std::string_view path);

struct Workspace {
    std::string root;
    // The state directory and the configuration: neither they nor what lies below is opened.
    std::vector<std::string> kept_back = {};
};

Workspace workspace_folder(const config::Agent& agent, const GatewayFacts& facts);

// Opens `path` below the root, one name after the other, following no link.
Result<UniqueFd> open_below(const Workspace& workspace, std::string_view path, int flags);

struct WorkspaceFile {
    std::string content;
    std::int64_t size = 0, updated_at_ms = 0;

    bool is_text() const;
};

// Errors: not_found, denied (a link, kept back, or not ours to read), invalid (no regular file,
// above 1 MiB).
Result<WorkspaceFile> read_workspace_file(const Workspace& workspace, const std::string& path);
// Beside the old one, then in its place. Folders on the way must be there; the root is made.
Result<void> write_workspace_file(const Workspace& workspace, const std::string& path,
                                  const std::string& content);

struct WorkspaceEntry {
    std::string name;
    bool is_folder = false;
    std::int64_t size = 0, updated_at_ms = 0;
};

// By name; 5,000 at most. Links and devices are left out.
Result<std::vector<WorkspaceEntry>> read_workspace_folder(const Workspace& workspace,
                                                          const std::string& path);

// The parameter "path" of a call, or nothing, and a refusal: it leaves the workspace.
std::optional<std::string> path_inside(const Call& call);
// "docs/plan.md" for "docs" and "plan.md".
std::string path_below(std::string_view folder, std::string_view name);
// An object of the lists that agents.workspace.list and sessions.files.list show.
void write_entry(json::Writer& out, std::string_view path, const WorkspaceEntry& entry);

// "docs" for "docs/plan.md"; empty at the top.
std::string parent_of(std::string_view path);
std::string name_of(std::string_view path);

// An answer made on the pool. Strings only: nothing of the loop's is touched there.
void answer_from_pool(Loop& loop, const Reply& reply,
                      std::move_only_function<Result<std::string>()> make);

} // namespace openclaw::rpc
