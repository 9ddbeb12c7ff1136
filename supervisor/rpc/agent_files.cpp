// The files of a workspace: a few by name (agents.files.*), and looking around
// (agents.workspace.*).
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/workspace_files.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_page = 200;

// The files a workspace is known by; the second is expected to be absent at first.
struct KnownFile {
    std::string_view name;
    bool expected_absent = false;
};

constexpr std::array<KnownFile, 8> known_files = {{{"AGENTS.md"},
                                                   {"SOUL.md"},
                                                   {"TOOLS.md"},
                                                   {"IDENTITY.md"},
                                                   {"USER.md"},
                                                   {"HEARTBEAT.md"},
                                                   {"BOOTSTRAP.md"},
                                                   {"MEMORY.md", true}}};

const KnownFile* find_known(std::string_view name) {
    const auto found = std::ranges::find(known_files, name, &KnownFile::name);
    return found == known_files.end() ? nullptr : &*found;
}

struct Place {
    std::string agent_id;
    Workspace workspace;
};

std::optional<Place> place_of(Call& call, const GatewayFacts& facts) {
    const std::string id(call.params["agentId"].text());
    const auto* agent = facts.agents.find(id);
    if (agent == nullptr) {
        call.reply.fail(unknown_agent(id));
        return std::nullopt;
    }
    return Place{.agent_id = id, .workspace = workspace_folder(*agent, facts)};
}

json::Writer begin_answer(const Place& place) {
    json::Writer out;
    out.begin_object().member("agentId", place.agent_id);
    return out;
}

void write_known(json::Writer& out, const Place& place, const KnownFile& file,
                 const WorkspaceFile* view, bool with_content) {
    out.begin_object()
        .member("name", file.name)
        .member("path", place.workspace.root + "/" + std::string(file.name))
        .member("missing", view == nullptr);
    if (view == nullptr && file.expected_absent) out.member("expectedAbsent", true);
    if (view != nullptr) out.member("size", view->size).member("updatedAtMs", view->updated_at_ms);
    if (view != nullptr && with_content) out.member("content", to_valid_utf8(view->content));
    out.end_object();
}

std::string known_json(const Place& place) {
    auto out = begin_answer(place);
    out.member("workspace", place.workspace.root).key("files").begin_array();
    for (const auto& file : known_files) {
        const auto view = read_workspace_file(place.workspace, std::string(file.name));
        const bool is_odd = file.name == "TOOLS.md" || file.name == "IDENTITY.md" ||
                            file.name == "HEARTBEAT.md" || file.name == "BOOTSTRAP.md";
        if (!view && is_odd) continue; // shown only where it is
        write_known(out, place, file, view ? &*view : nullptr, false);
    }
    return out.end_array().end_object().take();
}

Result<std::string> known_file_json(const Place& place, const KnownFile& file, bool is_write) {
    const auto view = read_workspace_file(place.workspace, std::string(file.name));
    if (!view && view.error().code != Code::not_found) return Failure(view.error());
    json::Writer out;
    out.begin_object();
    if (is_write) out.member("ok", true);
    out.member("agentId", place.agent_id).member("workspace", place.workspace.root).key("file");
    write_known(out, place, file, view ? &*view : nullptr, true);
    return out.end_object().take();
}

WireError unknown_file(std::string_view name) {
    return invalid_request("unsupported file \"" + std::string(name) + "\"");
}

void list_known(Call& call, Loop& loop, const GatewayFacts& facts) {
    if (auto place = place_of(call, facts))
        answer_from_pool(loop, call.reply,
                         [place = *place]() -> Result<std::string> { return known_json(place); });
}

void get_known(Call& call, Loop& loop, const GatewayFacts& facts) {
    const auto place = place_of(call, facts);
    if (!place) return;
    const auto* file = find_known(call.params["name"].text());
    if (file == nullptr) return call.reply.fail(unknown_file(call.params["name"].text()));
    answer_from_pool(loop, call.reply,
                     [place = *place, file] { return known_file_json(place, *file, false); });
}

void set_known(Call& call, Loop& loop, const GatewayFacts& facts) {
    const auto place = place_of(call, facts);
    if (!place) return;
    const auto* file = find_known(call.params["name"].text());
    if (file == nullptr) return call.reply.fail(unknown_file(call.params["name"].text()));
    answer_from_pool(
        loop, call.reply,
        [place = *place, file,
         content = std::string(call.params["content"].text())]() -> Result<std::string> {
            TRY_VOID(write_workspace_file(place.workspace, std::string(file->name), content));
            return known_file_json(place, *file, true);
        });
}

struct FolderQuestion {
    Place place;
    std::string path;
    std::int64_t offset = 0, limit = 0;
};

Result<std::string> folder_json(const FolderQuestion& q) {
    const auto entries = TRY(read_workspace_folder(q.place.workspace, q.path));
    const auto total = static_cast<std::int64_t>(entries.size());
    auto out = begin_answer(q.place);
    out.member("path", q.path);
    if (!q.path.empty()) out.member("parentPath", parent_of(q.path));
    out.key("entries").begin_array();
    for (auto i = std::min(q.offset, total); i < std::min(q.offset + q.limit, total); ++i) {
        const WorkspaceEntry& entry = entries[static_cast<std::size_t>(i)];
        write_entry(out, path_below(q.path, entry.name), entry);
    }
    return out.end_array()
        .member("totalEntries", total)
        .member("offset", q.offset)
        .end_object()
        .take();
}

void list_folder(Call& call, Loop& loop, const GatewayFacts& facts) {
    const auto place = place_of(call, facts);
    if (!place) return;
    const auto path = path_inside(call);
    if (!path) return;
    FolderQuestion question{.place = *place,
                            .path = *path,
                            .offset = call.params["offset"].integer(),
                            .limit = call.params["limit"].integer(default_page)};
    answer_from_pool(loop, call.reply, [question] { return folder_json(question); });
}

Result<std::string> file_json(const Place& place, const std::string& path) {
    const auto view = TRY(read_workspace_file(place.workspace, path));
    const bool is_text = view.is_text();
    auto out = begin_answer(place);
    out.key("file").begin_object().member("path", path);
    out.member("name", name_of(path));
    out.member("size", view.size).member("updatedAtMs", view.updated_at_ms);
    out.member("mimeType", is_text ? "text/plain" : "application/octet-stream");
    out.member("encoding", is_text ? "utf8" : "base64");
    out.member("content", is_text ? view.content : to_base64(view.content));
    return out.end_object().end_object().take();
}

void get_file(Call& call, Loop& loop, const GatewayFacts& facts) {
    const auto place = place_of(call, facts);
    if (!place) return;
    const auto path = path_inside(call);
    if (!path) return;
    answer_from_pool(loop, call.reply,
                     [place = *place, path = *path] { return file_json(place, path); });
}

constexpr std::array agent_params = {required_text("agentId")};
constexpr std::array name_params = {required_text("agentId"), required_text("name")};
constexpr std::array set_params = {required_text("agentId"), required_text("name"),
                                   required_text("content", 0, max_workspace_file)};
constexpr std::array folder_params = {required_text("agentId"), text("path"), integer("offset", 0),
                                      integer("limit", 1)};
constexpr std::array path_params = {required_text("agentId"), required_text("path")};

} // namespace

void add_agent_files(MethodTable& table, Loop& loop, const GatewayFacts& facts) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, Loop&, const GatewayFacts&);
    };

    static constexpr std::array<Row, 5> rows = {{
        {"agents.files.list", policy::scope::read, agent_params, list_known},
        {"agents.files.get", policy::scope::read, name_params, get_known},
        {"agents.files.set", policy::scope::admin, set_params, set_known},
        {"agents.workspace.list", policy::scope::read, folder_params, list_folder},
        {"agents.workspace.get", policy::scope::read, path_params, get_file},
    }};
    for (const auto& row : rows)
        table.add(
            {.name = row.name,
             .scope = row.scope,
             .params = row.params,
             .handler = [&loop, &facts, act = row.act](Call& call) { act(call, loop, facts); }});
}

} // namespace openclaw::rpc
