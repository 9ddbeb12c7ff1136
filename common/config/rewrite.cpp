// The pure half of edit.h: from text and change to text.
#include "common/base/strings.h"
#include "common/config/edit.h"
#include "common/config/issue.h"
#include "common/config/redaction.h"

namespace openclaw::config {

namespace {

bool is_scalar(const Node& node) {
    return !node.is_object() && !node.is_array();
}

// JSON5, or else the words themselves: `config set agents.entries.main.name Fair Wind`.
Node value_from(const std::string& written) {
    auto document = parse(written);
    return document ? std::move(document->root) : text_node(written);
}

std::string pretty_text(const Node& root) {
    return json::pretty(to_json(root)) + "\n";
}

std::string splice(std::string_view text, std::size_t begin, std::size_t end,
                   std::string_view instead) {
    return std::string(text.substr(0, begin)) + std::string(instead) +
           std::string(text.substr(end));
}

std::string shown_key(const std::string& key) {
    return json::quoted(key);
}

// A new first key of an object that stands in the text: every comment stays where it is.
std::string insert_first(std::string_view text, const Node& holder, const std::string& key,
                         const Node& value) {
    const std::size_t line = text.rfind('\n', holder.begin) == std::string_view::npos
                                 ? 0
                                 : text.rfind('\n', holder.begin) + 1;
    const std::size_t depth = text.find_first_not_of(" \t", line) - line;
    const std::string indent = "\n" + std::string(depth + 2, ' ');
    const std::string member =
        indent + shown_key(key) + ": " + to_json(value) + (holder.members.empty() ? "" : ",");
    return splice(text, holder.begin + 1, holder.begin + 1, member);
}

const Node* holder_of(const Node& root, std::vector<Step> steps) {
    steps.pop_back();
    const Node* holder = find(root, steps);
    return holder != nullptr && holder->is_object() ? holder : nullptr;
}

// A value that comes from another file is changed there: writing it here would flatten or shadow
// it.
Result<void> refuse_included(const Node& root, const std::vector<Step>& steps) {
    for (std::size_t i = 0; i <= steps.size(); ++i) {
        const Node* node =
            find(root, {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i)});
        const Node* from = node == nullptr ? nullptr : node->find("$include");
        if (from == nullptr) continue;
        const std::string where = from->is_string() ? from->text : "several files";
        return fail(Code::denied,
                    "this part of the config comes from " + where + " ($include): change it there");
    }
    return {};
}

Result<Rewritten> rewrite_removal(Document document, const Change& change,
                                  const std::vector<Step>& steps) {
    if (!remove(document.root, steps))
        return fail(Code::not_found,
                    "Config path not found: " + change.path + ". Nothing was changed.");
    return Rewritten{.text = pretty_text(document.root), .lost_comments = document.has_comments};
}

} // namespace

Result<Rewritten> rewrite(std::string_view text, const Change& change) {
    const auto steps = TRY(parse_path(change.path));
    auto document = parse(text);
    if (!document)
        return fail(Code::invalid, "the file does not parse (line " +
                                       std::to_string(document.error().place.line) +
                                       "): " + document.error().sentence);
    TRY_VOID(refuse_included(document->root, steps));
    if (!change.value) return rewrite_removal(std::move(*document), change, steps);

    Node value = value_from(*change.value);
    if (value.is_string() && value.text == redacted)
        return fail(Code::invalid, std::string(redacted) +
                                       " stands for a secret that is not shown and cannot be "
                                       "written: give the secret itself");
    const Node* present = find(document->root, steps);
    if (present != nullptr && is_scalar(*present) && is_scalar(value))
        return Rewritten{.text = splice(text, present->begin, present->end, to_json(value))};
    const Node* holder = holder_of(document->root, steps);
    if (document->has_comments && present == nullptr && holder != nullptr && !steps.back().index)
        return Rewritten{.text = insert_first(text, *holder, steps.back().key, value)};
    TRY_VOID(put(document->root, steps, std::move(value)));
    return Rewritten{.text = pretty_text(document->root), .lost_comments = document->has_comments};
}

namespace {

// A member that a patch takes away is not there, either, where there was nothing to take it from
// (RFC 7386, MergePatch of an absent target).
Node without_nulls(Node node) {
    if (!node.is_object()) return node;
    std::erase_if(node.members,
                  [](const Member& member) { return member.value.kind == Kind::null; });
    for (Member& member : node.members)
        member.value = without_nulls(std::move(member.value));
    return node;
}

// The patch as single changes, deepest first where it can be.
void list_changes(const Node& patch, const Node* present, const std::string& path,
                  std::vector<Change>& changes) {
    for (const Member& member : patch.members) {
        const std::string at = join_path(path, member.key);
        const Node* before = present == nullptr ? nullptr : present->find(member.key);
        const Node& value = member.value;
        if (value.kind == Kind::null) {
            if (before != nullptr) changes.push_back({.path = at});
        } else if (value.is_object() && before != nullptr && before->is_object())
            list_changes(value, before, at, changes);
        else
            changes.push_back({.path = at, .value = to_json(without_nulls(value))});
    }
}

bool is_same(const Node& left, const Node& right) {
    return to_json(left) == to_json(right);
}

constexpr std::size_t most_paths_named = 200;

void add(Difference& found, std::string path) {
    found.cost = std::max(found.cost, cost_of(path));
    if (found.paths.size() < most_paths_named) found.paths.push_back(std::move(path));
}

// What comes or goes as a whole is named by its settings: each has a cost of its own.
void compare(const Node& before, const Node& after, const std::string& path, Difference& found) {
    const Node nothing = object_node();
    const auto one_sided = [](const Node& node) {
        return node.is_object() && !node.members.empty();
    };
    for (const Member& member : after.members) {
        const std::string at = join_path(path, member.key);
        const Node* old = before.find(member.key);
        const bool goes_deeper =
            old == nullptr ? one_sided(member.value) : old->is_object() && member.value.is_object();
        if (goes_deeper)
            compare(old == nullptr ? nothing : *old, member.value, at, found);
        else if (old == nullptr || !is_same(*old, member.value))
            add(found, at);
    }
    for (const Member& member : before.members) {
        if (after.find(member.key) != nullptr) continue;
        const std::string at = join_path(path, member.key);
        if (one_sided(member.value))
            compare(member.value, nothing, at, found);
        else
            add(found, at);
    }
}

} // namespace

Result<Rewritten> rewrite_merged(std::string_view text, std::string_view patch) {
    const std::string restored = TRY(restore_redacted(patch, text));
    const auto written = parse(restored);
    if (!written)
        return fail(Code::invalid, "the patch does not parse (line " +
                                       std::to_string(written.error().place.line) +
                                       "): " + written.error().sentence);
    if (!written->root.is_object()) return fail(Code::invalid, "the patch must be an object");
    const auto present = parse(text);
    std::vector<Change> changes;
    list_changes(written->root, present ? &present->root : nullptr, {}, changes);
    Rewritten result{.text = std::string(text)};
    for (const Change& change : changes) {
        auto next = TRY(rewrite(result.text, change));
        result.text = std::move(next.text);
        result.lost_comments |= next.lost_comments;
    }
    return result;
}

Difference difference(const Node& before, const Node& after) {
    Difference found;
    compare(before, after, {}, found);
    return found;
}

Difference difference(std::string_view before, std::string_view after) {
    const auto old = parse(before), fresh = parse(after);
    if (!fresh) return {};
    return difference(old ? old->root : object_node(), fresh->root);
}

} // namespace openclaw::config
