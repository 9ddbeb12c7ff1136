#include "supervisor/rpc/session_files.h"

#include "common/base/strings.h"
#include "supervisor/auth/digest.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/workspace_files.h"

#include <array>
#include <filesystem>
#include <optional>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_shown = 500, max_visited = 5000;
constexpr int max_depth = 8; // of a search

struct Place {
    std::string session_key;
    Workspace workspace;
};

std::optional<Place> place_of(Call& call, const HistoryParts& parts) {
    const auto key =
        policy::configured_session_key(call.params["sessionKey"].text(), parts.facts.agents);
    if (!key) return call.reply.fail(key.error()), std::nullopt;
    std::string id = policy::agent_of(*key);
    if (id.empty()) id = parts.facts.agents.default_id;
    const auto* agent = parts.facts.agents.find(id);
    if (agent == nullptr) return call.reply.fail(unknown_agent(id)), std::nullopt;
    return Place{.session_key = *key, .workspace = workspace_folder(*agent, parts.facts)};
}

json::Writer begin_answer(const Place& place) {
    json::Writer out;
    out.begin_object().member("sessionKey", place.session_key).member("root", place.workspace.root);
    return out;
}

// list

struct FolderQuestion {
    Place place;
    std::string path, search;
};

struct Shown {
    std::string path;
    WorkspaceEntry entry;
};

// What is in the folder, or below it what has the searched words in its name.
class Browser {
  public:
    explicit Browser(const FolderQuestion& asked)
        : asked_(asked)
        , search_(to_lower(asked.search)) {}

    Result<void> look(const std::string& path, int depth) {
        const auto entries = TRY(read_workspace_folder(asked_.place.workspace, path));
        for (const auto& entry : entries) {
            if (shown_.size() >= max_shown || ++visited_ > max_visited) return cut();
            const std::string below = path_below(path, entry.name);
            if (search_.empty() || to_lower(entry.name).contains(search_))
                shown_.push_back({.path = below, .entry = entry});
            if (search_.empty() || !entry.is_folder || entry.name.starts_with('.')) continue;
            if (depth >= max_depth) return cut();
            if (!look(below, depth + 1)) continue; // one that cannot be read is left out
        }
        return {};
    }

    void write(json::Writer& out) const {
        out.key("browser").begin_object().member("path", asked_.path);
        if (!asked_.path.empty()) out.member("parentPath", parent_of(asked_.path));
        if (!asked_.search.empty()) out.member("search", asked_.search);
        out.key("entries").begin_array();
        for (const auto& [path, entry] : shown_)
            write_entry(out, path, entry);
        out.end_array();
        if (is_cut_) out.member("truncated", true);
        out.end_object();
    }

  private:
    Result<void> cut() {
        is_cut_ = true;
        return {};
    }

    const FolderQuestion& asked_;
    std::string search_;
    std::vector<Shown> shown_;
    std::size_t visited_ = 0;
    bool is_cut_ = false;
};

Result<std::string> folder_json(const FolderQuestion& asked) {
    Browser browser(asked);
    TRY_VOID(browser.look(asked.path, 0));
    std::error_code ignored;
    auto out = begin_answer(asked.place);
    out.member("gitCheckout",
               std::filesystem::exists(asked.place.workspace.root + "/.git", ignored));
    out.key("files").begin_array().end_array();
    browser.write(out);
    return out.end_object().take();
}

void list(Call& call, Loop& loop, const HistoryParts& parts) {
    const auto place = place_of(call, parts);
    if (!place) return;
    const auto path = path_inside(call);
    if (!path) return;
    FolderQuestion asked{
        .place = *place, .path = *path, .search = std::string(trim(call.params["search"].text()))};
    answer_from_pool(loop, call.reply, [asked] { return folder_json(asked); });
}

// get and set

std::string hash_of(const std::string& content) {
    return to_hex(auth::sha256(content));
}

std::string file_json(const Place& place, const std::string& path, const WorkspaceFile* file) {
    auto out = begin_answer(place);
    out.key("file").begin_object().member("path", path).member("workspacePath", path);
    out.member("name", name_of(path)).member("kind", "read").member("missing", file == nullptr);
    if (file != nullptr) {
        const bool is_text = file->is_text();
        out.member("size", file->size).member("updatedAtMs", file->updated_at_ms);
        out.member("content", is_text ? file->content : to_base64(file->content));
        out.member("hash", hash_of(file->content));
        out.member("contentEncoding", is_text ? "utf8" : "base64");
        out.member("previewKind", is_text ? "text" : "unsupported");
    }
    return out.end_object().end_object().take();
}

Result<std::string> read_json(const Place& place, const std::string& path) {
    const auto file = read_workspace_file(place.workspace, path);
    if (!file && file.error().code != Code::not_found) return Failure(file.error());
    return file_json(place, path, file ? &*file : nullptr);
}

void get(Call& call, Loop& loop, const HistoryParts& parts) {
    const auto place = place_of(call, parts);
    if (!place) return;
    const auto path = path_inside(call);
    if (!path) return;
    answer_from_pool(loop, call.reply,
                     [place = *place, path = *path] { return read_json(place, path); });
}

// The writer says what it has read: another content since then is not overwritten.
Result<std::string> write_json(const Place& place, const std::string& path,
                               const std::string& content, const std::string& expected) {
    const auto before = TRY(read_workspace_file(place.workspace, path));
    if (hash_of(before.content) != expected)
        return fail(Code::invalid,
                    "the file has changed since it was read; load it again: " + path);
    TRY_VOID(write_workspace_file(place.workspace, path, content));
    return read_json(place, path);
}

void set(Call& call, Loop& loop, const HistoryParts& parts) {
    const auto place = place_of(call, parts);
    if (!place) return;
    const auto path = path_inside(call);
    if (!path) return;
    answer_from_pool(loop, call.reply,
                     [place = *place, path = *path, content = text_in(call.params, "content"),
                      expected = text_in(call.params, "expectedHash")] {
                         return write_json(place, path, content, expected);
                     });
}

constexpr std::array list_params = {required_text("sessionKey"), text("agentId", 1), text("path"),
                                    text("search", 0, 200)};
constexpr std::array get_params = {required_text("sessionKey"), required_text("path"),
                                   text("agentId", 1)};
constexpr std::array set_params = {
    required_text("sessionKey"), required_text("path"), text("agentId", 1),
    required_text("content", 0, max_workspace_file), required_text("expectedHash", 64, 64)};

} // namespace

void add_session_files(MethodTable& table, Loop& loop, HistoryParts parts) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, Loop&, const HistoryParts&);
    };

    static constexpr std::array<Row, 3> rows = {{
        {"sessions.files.list", policy::scope::read, list_params, list},
        {"sessions.files.get", policy::scope::read, get_params, get},
        {"sessions.files.set", policy::scope::admin, set_params, set},
    }};
    for (const auto& row : rows)
        table.add(
            {.name = row.name,
             .scope = row.scope,
             .params = row.params,
             .handler = [&loop, parts, act = row.act](Call& call) { act(call, loop, parts); }});
}

} // namespace openclaw::rpc
