// The files of a workspace: a few by name (agents.files.*), and looking around
// (agents.workspace.*).
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/json/write.h"
#include "supervisor/rpc/agents.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_file_bytes = std::size_t{1} << 20;
constexpr std::size_t max_entries = 5000; // of one folder
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

std::int64_t modified_ms(const struct stat& facts) {
    return facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

// A relative path of plain names: nothing hidden behind "..", nothing absolute.
bool is_inside(std::string_view path) {
    if (path.empty()) return true;
    if (path.front() == '/' || path.contains('\0')) return false;
    for (const auto part : split(path, '/'))
        if (part.empty() || part == "." || part == "..") return false;
    return true;
}

// Opens `path` below the folder, one name after the other, following no link.
Result<UniqueFd> open_below(const std::string& root, std::string_view path, int flags) {
    UniqueFd at(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!at)
        return Failure(system_error(errno == ENOENT ? Code::not_found : Code::unavailable,
                                    "cannot open the workspace " + root, errno));
    if (path.empty()) return at;
    const auto parts = split(path, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_last = i + 1 == parts.size();
        const int how = is_last ? flags : O_RDONLY | O_DIRECTORY;
        UniqueFd next(::openat(at.get(), std::string(parts[i]).c_str(),
                               how | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
        if (!next)
            return Failure(system_error(errno == ENOENT ? Code::not_found : Code::denied,
                                        "cannot open " + std::string(path), errno));
        at = std::move(next);
    }
    return at;
}

struct FileView {
    struct stat facts = {};
    std::string content;
};

Result<FileView> read_file(const std::string& root, const std::string& path) {
    const auto fd = TRY(open_below(root, path, O_RDONLY));
    FileView view;
    if (::fstat(fd.get(), &view.facts) != 0)
        return Failure(system_error(Code::unavailable, "cannot look at " + path, errno));
    if (!S_ISREG(view.facts.st_mode)) return fail(Code::invalid, path + " is no regular file");
    if (static_cast<std::size_t>(view.facts.st_size) > max_file_bytes)
        return fail(Code::invalid, path + " is larger than 1 MiB");
    view.content.resize(static_cast<std::size_t>(view.facts.st_size));
    std::size_t have = 0;
    while (have < view.content.size()) {
        const auto got = ::read(fd.get(), view.content.data() + have, view.content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read " + path, errno));
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    view.content.resize(have);
    return view;
}

// Beside the old one, then in its place.
Result<void> write_file(const std::string& root, const std::string& name,
                        const std::string& content) {
    std::error_code ignored;
    std::filesystem::create_directories(root, ignored); // opening it tells what went wrong
    const auto folder = TRY(open_below(root, {}, O_RDONLY));
    const std::string staged = "." + name + "." + random_hex(4);
    const UniqueFd fd(::openat(folder.get(), staged.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return Failure(system_error(Code::denied, "cannot write into " + root, errno));
    const auto written = ::write(fd.get(), content.data(), content.size());
    const bool is_whole = written == static_cast<ssize_t>(content.size());
    if (is_whole && ::fsync(fd.get()) == 0 &&
        ::renameat(folder.get(), staged.c_str(), folder.get(), name.c_str()) == 0)
        return {};
    const int why = errno;
    ::unlinkat(folder.get(), staged.c_str(), 0);
    return Failure(system_error(Code::unavailable, "cannot write " + name, why));
}

// An answer made on the pool. Strings only: nothing of the loop's is touched there.
void answer_from_pool(Loop& loop, const Reply& reply,
                      std::move_only_function<Result<std::string>()> make) {
    const auto answer = std::make_shared<Result<std::string>>(std::string());
    loop.on_pool([make = std::move(make), answer]() mutable { *answer = make(); },
                 [reply, answer] {
                     if (*answer)
                         reply.ok(**answer);
                     else
                         reply.fail(answer->error());
                 });
}

struct Place {
    std::string agent_id, workspace;
};

std::optional<Place> place_of(Call& call, const GatewayFacts& facts) {
    const std::string id(call.params["agentId"].text());
    const auto* agent = facts.agents.find(id);
    if (agent == nullptr) {
        call.reply.fail(unknown_agent(id));
        return std::nullopt;
    }
    return Place{.agent_id = id, .workspace = workspace_of(*agent, facts)};
}

json::Writer begin_answer(const Place& place) {
    json::Writer out;
    out.begin_object().member("agentId", place.agent_id);
    return out;
}

void write_known(json::Writer& out, const Place& place, const KnownFile& file, const FileView* view,
                 bool with_content) {
    out.begin_object()
        .member("name", file.name)
        .member("path", place.workspace + "/" + std::string(file.name))
        .member("missing", view == nullptr);
    if (view == nullptr && file.expected_absent) out.member("expectedAbsent", true);
    if (view != nullptr)
        out.member("size", view->facts.st_size).member("updatedAtMs", modified_ms(view->facts));
    if (view != nullptr && with_content) out.member("content", to_valid_utf8(view->content));
    out.end_object();
}

std::string known_json(const Place& place) {
    auto out = begin_answer(place);
    out.member("workspace", place.workspace).key("files").begin_array();
    for (const auto& file : known_files) {
        const auto view = read_file(place.workspace, std::string(file.name));
        const bool is_odd = file.name == "TOOLS.md" || file.name == "IDENTITY.md" ||
                            file.name == "HEARTBEAT.md" || file.name == "BOOTSTRAP.md";
        if (!view && is_odd) continue; // shown only where it is
        write_known(out, place, file, view ? &*view : nullptr, false);
    }
    return out.end_array().end_object().take();
}

Result<std::string> known_file_json(const Place& place, const KnownFile& file, bool is_write) {
    const auto view = read_file(place.workspace, std::string(file.name));
    if (!view && view.error().code != Code::not_found) return Failure(view.error());
    json::Writer out;
    out.begin_object();
    if (is_write) out.member("ok", true);
    out.member("agentId", place.agent_id).member("workspace", place.workspace).key("file");
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
    answer_from_pool(loop, call.reply,
                     [place = *place, file, content = std::string(call.params["content"].text())]()
                         -> Result<std::string> {
                         TRY_VOID(write_file(place.workspace, std::string(file->name), content));
                         return known_file_json(place, *file, true);
                     });
}

struct Entry {
    std::string name;
    bool is_folder = false;
    std::int64_t size = 0, updated_at_ms = 0;
};

Result<std::vector<Entry>> read_folder(const std::string& root, const std::string& path) {
    auto fd = TRY(open_below(root, path, O_RDONLY | O_DIRECTORY));
    const int number = fd.release();
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(number), ::closedir);
    if (folder == nullptr) {
        ::close(number);
        return fail(Code::unavailable, "cannot read the folder " + path);
    }
    std::vector<Entry> entries;
    while (const dirent* at = ::readdir(folder.get())) {
        const std::string name = at->d_name;
        struct stat facts = {};
        if (name == "." || name == ".." || entries.size() >= max_entries) continue;
        if (::fstatat(::dirfd(folder.get()), at->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
            continue; // gone meanwhile
        if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)) continue;
        entries.push_back({.name = to_valid_utf8(name),
                           .is_folder = S_ISDIR(facts.st_mode),
                           .size = facts.st_size,
                           .updated_at_ms = modified_ms(facts)});
    }
    std::ranges::sort(entries, {}, &Entry::name);
    return entries;
}

struct FolderQuestion {
    Place place;
    std::string path;
    std::int64_t offset = 0, limit = 0;
};

Result<std::string> folder_json(const FolderQuestion& q) {
    const auto entries = TRY(read_folder(q.place.workspace, q.path));
    const auto total = static_cast<std::int64_t>(entries.size());
    auto out = begin_answer(q.place);
    out.member("path", q.path);
    if (!q.path.empty()) {
        const auto slash = q.path.rfind('/');
        out.member("parentPath", slash == q.path.npos ? "" : q.path.substr(0, slash));
    }
    out.key("entries").begin_array();
    for (auto i = std::min(q.offset, total); i < std::min(q.offset + q.limit, total); ++i) {
        const Entry& entry = entries[static_cast<std::size_t>(i)];
        out.begin_object()
            .member("path", q.path.empty() ? entry.name : q.path + "/" + entry.name)
            .member("name", entry.name)
            .member("kind", entry.is_folder ? "directory" : "file");
        if (!entry.is_folder) out.member("size", entry.size);
        out.member("updatedAtMs", entry.updated_at_ms).end_object();
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
    FolderQuestion question{.place = *place,
                            .path = std::string(call.params["path"].text()),
                            .offset = call.params["offset"].integer(),
                            .limit = call.params["limit"].integer(default_page)};
    if (!is_inside(question.path))
        return call.reply.fail(invalid_request("the path leaves the workspace"));
    answer_from_pool(loop, call.reply, [question] { return folder_json(question); });
}

Result<std::string> file_json(const Place& place, const std::string& path) {
    const auto view = TRY(read_file(place.workspace, path));
    const bool is_text = is_valid_utf8(view.content) && !view.content.contains('\0');
    const auto slash = path.rfind('/');
    auto out = begin_answer(place);
    out.key("file").begin_object().member("path", path);
    out.member("name", slash == path.npos ? path : path.substr(slash + 1));
    out.member("size", view.facts.st_size).member("updatedAtMs", modified_ms(view.facts));
    out.member("mimeType", is_text ? "text/plain" : "application/octet-stream");
    out.member("encoding", is_text ? "utf8" : "base64");
    out.member("content", is_text ? view.content : to_base64(view.content));
    return out.end_object().end_object().take();
}

void get_file(Call& call, Loop& loop, const GatewayFacts& facts) {
    const auto place = place_of(call, facts);
    if (!place) return;
    const std::string path(call.params["path"].text());
    if (!is_inside(path)) return call.reply.fail(invalid_request("the path leaves the workspace"));
    answer_from_pool(loop, call.reply, [place = *place, path] { return file_json(place, path); });
}

constexpr std::array agent_params = {required_text("agentId")};
constexpr std::array name_params = {required_text("agentId"), required_text("name")};
constexpr std::array set_params = {required_text("agentId"), required_text("name"),
                                   required_text("content", 0, max_file_bytes)};
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
