#include "common/config/redaction.h"

#include "common/base/strings.h"
#include "common/config/issue.h"
#include "common/config/path.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 13> endings = {
    "token",      "secret",      "password",   "passphrase",  "apikey",        "api_key", "api-key",
    "privatekey", "private_key", "credential", "credentials", "authorization", "cookie"};

bool is_reference(std::string_view text) {
    return text.empty() || text.starts_with("${") ||
           (text.starts_with("$") && text.size() > 1 && text[1] >= 'A' && text[1] <= 'Z');
}

// "socks5://user:password@host" → where "user:password" is; an empty view when there is nothing
// before an @.
std::string_view user_part(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto authority = text.substr(
        scheme + 3, std::min(text.find_first_of("/?#", scheme + 3), text.size()) - scheme - 3);
    const auto at = authority.rfind('@');
    return at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
}

// Calls `visit` for every string or number that is to be hidden.
void each_secret(Node& node, bool is_secret, const std::function<void(Node&, bool whole)>& visit) {
    for (Node& element : node.elements)
        each_secret(element, is_secret, visit);
    const bool is_reference_object = node.find("source") != nullptr && node.find("id") != nullptr;
    for (Member& member : node.members)
        each_secret(member.value,
                    !is_reference_object &&
                        (is_secret_name(member.key) || is_secret || member.key == "headers"),
                    visit);
    if (node.kind == Kind::number && is_secret) visit(node, true);
    if (!node.is_string()) return;
    if (is_secret && !is_reference(node.text))
        visit(node, true);
    else if (!user_part(node.text).empty())
        visit(node, false);
}

std::string hidden(const Node& node, bool whole) {
    if (whole) return std::string(redacted);
    const auto user = user_part(node.text);
    std::string text = node.text;
    return text.replace(static_cast<std::size_t>(user.data() - node.text.data()), user.size(),
                        redacted);
}

Node redacted_tree(const Node& tree) {
    Node copy = tree;
    each_secret(copy, false, [](Node& node, bool whole) { node = text_node(hidden(node, whole)); });
    return copy;
}

} // namespace

bool is_secret_name(std::string_view key) {
    const std::string name = to_lower(key);
    return std::ranges::any_of(endings,
                               [&](std::string_view ending) { return name.ends_with(ending); });
}

std::string redacted_json(const Node& tree) {
    return tree.is_object() ? to_json(redacted_tree(tree)) : "{}";
}

std::string redacted_text(std::string_view text) {
    auto document = parse(text);
    if (!document) return std::string(redacted);

    struct Cut {
        std::size_t begin, end;
        std::string instead;
    };

    std::vector<Cut> cuts;
    each_secret(document->root, false, [&](Node& node, bool whole) {
        cuts.push_back({node.begin, node.end, json::quoted(hidden(node, whole))});
    });
    std::ranges::sort(cuts, {}, &Cut::begin);
    std::string out;
    std::size_t at = 0;
    for (const Cut& cut : cuts) {
        out += text.substr(at, cut.begin - at);
        out += cut.instead;
        at = cut.end;
    }
    return out += text.substr(at);
}

Result<std::string> redacted_value(const Node& tree, std::string_view path) {
    const auto steps = TRY(parse_path(path));
    const Node shown = redacted_tree(tree);
    const Node* found = find(shown, steps);
    if (found == nullptr) return fail(Code::not_found, "nothing is set at " + std::string(path));
    return to_json(*found);
}

namespace {

struct Splice {
    std::size_t begin, end;
    std::string text;
};

struct Restoring {
    std::vector<Splice> splices;
    std::string lost; // the first path whose secret is not known
};

// `present` as it is and as it was shown, at the same path; null: nothing was there.
struct Before {
    const Node* is = nullptr;
    const Node* shown = nullptr;

    Before below(std::string_view key) const {
        return is == nullptr ? Before{} : Before{is->find(key), shown->find(key)};
    }

    Before below(std::size_t index) const {
        if (is == nullptr || index >= is->elements.size()) return {};
        return {&is->elements[index], &shown->elements[index]};
    }
};

void restore(const Node& written, const Before& before, const std::string& path, Restoring& out) {
    for (const Member& member : written.members)
        restore(member.value, before.below(member.key), join_path(path, member.key), out);
    for (std::size_t i = 0; i < written.elements.size(); ++i)
        restore(written.elements[i], before.below(i), join_path(path, i), out);
    if (!written.is_string() || !written.text.contains(redacted)) return;
    if (before.shown != nullptr && before.shown->is_string() && before.shown->text == written.text)
        out.splices.push_back({written.begin, written.end, to_json(*before.is)});
    else if (out.lost.empty())
        out.lost = path;
}

} // namespace

Result<std::string> restore_redacted(std::string_view text, std::string_view present) {
    if (!text.contains(redacted)) return std::string(text);
    const auto written = parse(text), before = parse(present);
    if (!written || !before) return std::string(text); // whoever checks it says what is wrong
    const Node shown = redacted_tree(before->root);
    Restoring found;
    restore(written->root, {&before->root, &shown}, {}, found);
    if (!found.lost.empty())
        return fail(Code::invalid, std::string(redacted) + " at " + found.lost +
                                       " stands for a secret that is not there: give the secret "
                                       "itself");
    std::ranges::sort(found.splices, std::greater(), &Splice::begin);
    std::string restored(text);
    for (const auto& splice : found.splices)
        restored.replace(splice.begin, splice.end - splice.begin, splice.text);
    return restored;
}

} // namespace openclaw::config
