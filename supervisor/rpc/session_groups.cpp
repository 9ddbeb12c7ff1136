#include "supervisor/rpc/session_groups.h"

#include "common/json/write.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::string_view book = "(session-groups)", note = "groups";
constexpr std::size_t max_groups = 100;

using Names = std::vector<std::string>;

struct GroupParts {
    RunParts run;
    Notes& notes;
};

// As people ordered them. Sections are groups and what a client shows between them.
struct Order {
    Names groups, sections;
};

Names names_in(json::View list) {
    Names names;
    list.each_element([&](json::View name) {
        const std::string text(name.text());
        if (!text.empty() && std::ranges::find(names, text) == names.end()) names.push_back(text);
        return names.size() < max_groups;
    });
    return names;
}

Order read_order(const Notes& notes) {
    for (const auto& [key, value] : notes.load(book)) {
        if (key != note) continue;
        if (const auto document = json::Document::parse(value))
            return {.groups = names_in(document->root()["groups"]),
                    .sections = names_in(document->root()["sections"])};
    }
    return {};
}

void write_names(json::Writer& out, std::string_view name, const Names& names) {
    out.key(name).begin_array();
    for (const auto& one : names)
        out.value(one);
    out.end_array();
}

std::string order_json(const Order& order) {
    json::Writer out;
    out.begin_object();
    write_names(out, "groups", order.groups);
    write_names(out, "sections", order.sections);
    return out.end_object().take();
}

// Those that are ordered, then those that only sessions name.
Names all_groups(const Order& order, const Conversations& conversations) {
    Names names = order.groups;
    std::set<std::string> others;
    for (const auto* session : conversations.list())
        if (const auto& name = session->settings.category; !name.empty())
            if (std::ranges::find(names, name) == names.end()) others.insert(name);
    names.insert(names.end(), others.begin(), others.end());
    return names;
}

std::string groups_json(const GroupParts& parts, std::optional<std::size_t> moved, bool is_change) {
    const Order order = read_order(parts.notes);
    const Names names = all_groups(order, parts.run.conversations);
    json::Writer out;
    out.begin_object();
    if (is_change) out.member("ok", true);
    out.key("groups").begin_array();
    int position = 0;
    for (const auto& name : names)
        out.begin_object().member("name", name).member("position", position++).end_object();
    out.end_array();
    write_names(out, "sectionOrder", order.sections.empty() ? names : order.sections);
    if (moved) out.member("updatedSessions", *moved);
    return out.end_object().take();
}

void list(Call& call, const GroupParts& parts) {
    call.reply.ok(groups_json(parts, std::nullopt, false));
}

void put(Call& call, const GroupParts& parts) {
    if (call.params["names"].size() > max_groups)
        return call.reply.fail(invalid_request("there can be 100 groups at most"));
    const Order order{.groups = names_in(call.params["names"]),
                      .sections = names_in(call.params["sectionOrder"])};
    parts.notes.keep(std::string(book), std::string(note), order_json(order),
                     [reply = call.reply, parts](Result<void> kept) {
                         if (!kept) return reply.fail(kept.error());
                         reply.ok(groups_json(parts, std::nullopt, true));
                     });
}

// An empty `to` takes the name away.
void replace(Names& names, const std::string& from, const std::string& to) {
    const auto at = std::ranges::find(names, from);
    if (at == names.end()) return;
    if (to.empty() || std::ranges::find(names, to) != names.end())
        names.erase(at);
    else
        *at = to;
}

// Every session of the group changes its category, one after the other; the first that cannot be
// kept ends it.
class Move : public std::enable_shared_from_this<Move> {
  public:
    Move(Reply reply, GroupParts parts, std::string to)
        : reply_(std::move(reply))
        , parts_(parts)
        , to_(std::move(to)) {}

    void begin(const Names& keys, const Order& order) {
        keys_ = keys;
        parts_.notes.keep(std::string(book), std::string(note), order_json(order),
                          [self = shared_from_this()](Result<void> kept) {
                              if (!kept) return self->reply_.fail(kept.error());
                              self->next();
                          });
    }

  private:
    void next() {
        if (at_ == keys_.size()) return reply_.ok(groups_json(parts_, keys_.size(), true));
        const std::string key = keys_[at_++];
        const auto* known = parts_.run.conversations.find(key);
        if (known == nullptr) return next();
        ledger::Session session = *known;
        session.settings.category = to_;
        parts_.run.conversations.keep(
            std::move(session), [self = shared_from_this(), key](Result<void> kept) {
                if (!kept) return self->reply_.fail(kept.error());
                self->parts_.run.run_events.tell_session_patched(key, false);
                self->next();
            });
    }

    Reply reply_;
    GroupParts parts_;
    std::string to_;
    Names keys_;
    std::size_t at_ = 0;
};

void move_group(Call& call, const GroupParts& parts) {
    const std::string from(call.params["name"].text()), to(call.params["to"].text());
    Order order = read_order(parts.notes);
    const auto known = all_groups(order, parts.run.conversations);
    if (std::ranges::find(known, from) == known.end())
        return call.reply.fail(invalid_request("no such group: " + from));
    Names keys;
    for (const auto* session : parts.run.conversations.list())
        if (session->settings.category == from) keys.push_back(session->key);
    replace(order.groups, from, to);
    replace(order.sections, from, to);
    std::make_shared<Move>(call.reply, parts, to)->begin(keys, order);
}

// Sessions of this build run in their agent's folder: a group cannot have another one.
void set_defaults(Call& call, const GroupParts& parts) {
    const std::string name = text_in(call.params, "name");
    const auto known = all_groups(read_order(parts.notes), parts.run.conversations);
    if (std::ranges::find(known, name) == known.end())
        return call.reply.fail(invalid_request("no such group: " + name));
    if (call.params["cwd"].is_string() || call.params["worktree"].boolean())
        return call.reply.fail(invalid_request(
            "sessions.groups.update: a folder or a worktree of a group is not something this build "
            "can do; sessions run in the workspace of their agent"));
    call.reply.ok(R"({"ok":true,"defaults":[]})");
}

constexpr std::array put_params = {
    Field{.name = "names", .kind = Kind::string_list, .required = true},
    Field{.name = "sectionOrder", .kind = Kind::string_list}};
constexpr std::array rename_params = {required_text("name", 1, 512), required_text("to", 1, 512)};
constexpr std::array delete_params = {required_text("name", 1, 512)};
constexpr std::array update_params = {
    required_text("name", 1, 512),
    Field{.name = "cwd", .kind = Kind::string, .required = true, .min = 1, .nullable = true},
    Field{.name = "worktree", .kind = Kind::boolean, .required = true}};

} // namespace

void add_session_groups(MethodTable& table, RunParts run, Notes& notes) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, const GroupParts&);
    };

    static constexpr std::array<Row, 5> rows = {{
        {"sessions.groups.list", policy::scope::read, {}, list},
        {"sessions.groups.put", policy::scope::write, put_params, put},
        {"sessions.groups.rename", policy::scope::write, rename_params, move_group},
        {"sessions.groups.update", policy::scope::write, update_params, set_defaults},
        {"sessions.groups.delete", policy::scope::write, delete_params, move_group},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = row.scope,
                   .params = row.params,
                   .unknown = row.params.empty() ? Unknown::ignored : Unknown::refused,
                   .handler = [parts = GroupParts{.run = run, .notes = notes},
                               act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
