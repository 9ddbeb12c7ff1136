#include "common/config/path.h"

#include "common/base/strings.h"

#include <algorithm>
#include <charconv>

namespace openclaw::config {

namespace {

constexpr std::size_t max_path_bytes = 1024; // METHODS.md, config.schema.lookup

std::optional<std::size_t> as_index(std::string_view text) {
    std::size_t index = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), index);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return index;
}

Failure no_path(std::string_view path) {
    return fail(Code::invalid, "\"" + std::string(utf8_prefix(path, 80)) +
                                   "\" is no config path: write it like gateway.port or list[0]");
}

// The end of the quoted key that begins at `at`, one behind its quote.
std::size_t quoted_end(std::string_view path, std::size_t at) {
    for (std::size_t i = at + 1; i < path.size(); ++i) {
        if (path[i] == '\\')
            ++i;
        else if (path[i] == path[at])
            return i + 1;
    }
    return std::string_view::npos;
}

// What stands between "[" and "]", from `at` on; `at` moves behind the "]".
Result<Step> bracket(std::string_view path, std::size_t& at) {
    const bool is_quoted = at < path.size() && (path[at] == '"' || path[at] == '\'');
    const std::size_t end = is_quoted ? quoted_end(path, at) : path.find(']', at);
    if (end == std::string_view::npos || end >= path.size() || path[end] != ']')
        return no_path(path);
    const auto inside = path.substr(at, end - at);
    at = end + 1;
    if (!is_quoted) {
        const auto index = as_index(inside);
        if (!index) return no_path(path);
        return Step{.key = {}, .index = index};
    }
    auto key = parse(inside);
    if (!key) return no_path(path);
    return Step{.key = std::move(key->root.text), .index = std::nullopt};
}

const Node* below(const Node& node, const Step& step) {
    if (!node.is_array()) return step.index ? nullptr : node.find(step.key);
    const auto index = step.index ? step.index : as_index(step.key);
    return index && *index < node.elements.size() ? &node.elements[*index] : nullptr;
}

Node* below(Node& node, const Step& step) {
    return const_cast<Node*>(below(std::as_const(node), step));
}

Node* descend(Node& root, const std::vector<Step>& path, std::size_t steps) {
    Node* node = &root;
    for (std::size_t i = 0; i < steps && node != nullptr; ++i)
        node = below(*node, path[i]);
    return node;
}

} // namespace

Result<std::vector<Step>> parse_path(std::string_view path) {
    path = trim(path);
    std::vector<Step> steps;
    if (path.size() > max_path_bytes) return no_path(path);
    for (std::size_t at = 0; at < path.size();) {
        if (path[at] == '[') {
            steps.push_back(TRY(bracket(path, ++at)));
        } else {
            const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
            if (end == at) return no_path(path);
            steps.push_back(
                {.key = std::string(trim(path.substr(at, end - at))), .index = std::nullopt});
            at = end;
        }
        if (at == path.size() || path[at] == '[') continue;
        if (path[at] != '.') return no_path(path);
        if (++at == path.size()) return no_path(path);
    }
    if (steps.empty()) return no_path(path);
    return steps;
}

const Node* find(const Node& root, const std::vector<Step>& path) {
    const Node* node = &root;
    for (const Step& step : path) {
        node = below(*node, step);
        if (node == nullptr) return nullptr;
    }
    return node;
}

Result<void> put(Node& root, const std::vector<Step>& path, Node value) {
    Node* node = &root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        Node* next = below(*node, path[i]);
        if (next == nullptr && node->is_object() && !path[i].index)
            next = &node->set(path[i].key, object_node());
        if (next == nullptr || (!next->is_object() && !next->is_array()))
            return fail(Code::invalid,
                        "there is no object to put \"" + path[i + 1].key + "\" into");
        node = next;
    }
    const Step& last = path.back();
    if (Node* present = below(*node, last))
        *present = std::move(value);
    else if (node->is_object() && !last.index)
        node->set(last.key, std::move(value));
    else if (node->is_array() && last.index.value_or(as_index(last.key).value_or(
                                     node->elements.size() + 1)) == node->elements.size())
        node->elements.push_back(std::move(value));
    else
        return fail(Code::invalid, "a list grows at its end only: the next index is " +
                                       std::to_string(node->elements.size()));
    return {};
}

bool remove(Node& root, const std::vector<Step>& path) {
    Node* holder = descend(root, path, path.size() - 1);
    if (holder == nullptr) return false;
    const Step& last = path.back();
    if (holder->is_object()) return !last.index && holder->erase(last.key);
    const auto index = last.index ? last.index : as_index(last.key);
    if (!holder->is_array() || !index || *index >= holder->elements.size()) return false;
    holder->elements.erase(holder->elements.begin() + static_cast<std::ptrdiff_t>(*index));
    return true;
}

} // namespace openclaw::config
