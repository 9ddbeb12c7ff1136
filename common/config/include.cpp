#include "common/config/include.h"

#include "common/base/strings.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace openclaw::config {

namespace {

constexpr std::string_view keyword = "$include";
constexpr std::size_t max_levels = 10;
constexpr std::size_t max_path = 4096;
constexpr std::size_t max_file = 2u << 20;
constexpr int max_reads = 256; // ours: files that include each other many times over must end

using Outcome = std::expected<void, Issue>;

std::unexpected<Issue> refuse(const Place& place, std::string message, std::string remedy = "") {
    return std::unexpected(Issue{.path = {},
                                 .place = place,
                                 .message = "$include: " + std::move(message),
                                 .remedy = std::move(remedy)});
}

// Objects merge key by key; of everything else the later wins.
void merge_over(Node& below, Node above) {
    if (!below.is_object() || !above.is_object()) {
        below = std::move(above);
        return;
    }
    for (Member& member : above.members) {
        if (Node* present = below.find(member.key))
            merge_over(*present, std::move(member.value));
        else
            below.members.push_back(std::move(member));
    }
}

std::string canonical(const std::string& path) {
    std::error_code failed;
    auto found = std::filesystem::canonical(path, failed);
    return failed ? std::string() : found.string();
}

bool is_inside(std::string_view path, std::string_view directory) {
    return !directory.empty() && path.starts_with(directory) &&
           (directory == "/" || path.substr(directory.size()).starts_with('/'));
}

std::string folder_of(const std::string& file) {
    return std::filesystem::path(file).parent_path().string();
}

class Resolver {
  public:
    Resolver(const std::string& file, const Environment& environment) {
        stack_.push_back(canonical(file).empty() ? file : canonical(file));
        roots_.push_back(canonical(folder_of(stack_.front())));
        const std::string more = variable(environment, "OPENCLAW_INCLUDE_ROOTS").value_or("");
        for (const auto root : split(more, ':'))
            if (!root.empty()) roots_.push_back(canonical(std::string(root)));
    }

    Outcome resolve(Node& node);

    Includes take() { return std::move(includes_); }

  private:
    Outcome resolve_object(Node& node);
    std::expected<Node, Issue> content(const Node& written, const Place& place);
    std::expected<Node, Issue> file_content(const Node& name, const Place& place);
    std::expected<std::string, Issue> allowed_path(const std::string& written,
                                                   const Place& place) const;
    std::expected<std::string, Issue> read(const std::string& path, const Place& place) const;

    std::vector<std::string> roots_;
    std::vector<std::string> stack_; // files being read, outermost first
    Includes includes_;
    int reads_ = 0;
};

Outcome Resolver::resolve(Node& node) {
    if (node.is_object() && node.find(keyword) != nullptr)
        if (auto outcome = resolve_object(node); !outcome) return outcome;
    for (Node& element : node.elements)
        if (auto outcome = resolve(element); !outcome) return outcome;
    for (Member& member : node.members)
        if (auto outcome = resolve(member.value); !outcome) return outcome;
    return {};
}

Outcome Resolver::resolve_object(Node& node) {
    const auto member = std::ranges::find(node.members, keyword, &Member::key);
    auto included = content(member->value, member->place);
    if (!included) return std::unexpected(std::move(included.error()));
    node.members.erase(member);
    if (!node.members.empty() && !included->is_object())
        return refuse(node.place, "keys beside it can only be merged into an object",
                      "remove them, or include an object");
    if (!node.members.empty()) merge_over(*included, std::move(node));
    node = std::move(*included);
    return {};
}

std::expected<Node, Issue> Resolver::content(const Node& written, const Place& place) {
    if (!written.is_array()) return file_content(written, place);
    Node merged = object_node();
    for (const Node& name : written.elements) {
        auto one = file_content(name, name.place);
        if (!one) return one;
        merge_over(merged, std::move(*one));
    }
    return merged;
}

std::expected<Node, Issue> Resolver::file_content(const Node& name, const Place& place) {
    if (!name.is_string())
        return refuse(place, "expected a file name, found " + std::string(words_for(name.kind)));
    if (stack_.size() > max_levels)
        return refuse(place, "files include each other more than 10 levels deep");
    if (++reads_ > max_reads) return refuse(place, "more than 256 files are included");
    auto path = allowed_path(name.text, place);
    if (!path) return std::unexpected(std::move(path.error()));
    if (std::ranges::find(stack_, *path) != stack_.end())
        return refuse(place, *path + " includes itself");
    const auto text = read(*path, place);
    if (!text) return std::unexpected(text.error());
    auto document = parse(*text, std::make_shared<const std::string>(
                                     std::filesystem::path(*path).filename().string()));
    if (!document)
        return refuse(document.error().place, "JSON5 parse failed: " + document.error().sentence);
    includes_.notes.insert(includes_.notes.end(), document->notes.begin(), document->notes.end());
    if (std::ranges::find(includes_.files, *path) == includes_.files.end())
        includes_.files.push_back(*path);
    stack_.push_back(std::move(*path));
    const auto below = resolve(document->root);
    stack_.pop_back();
    if (!below) return std::unexpected(below.error());
    return std::move(document->root);
}

std::expected<std::string, Issue> Resolver::allowed_path(const std::string& written,
                                                         const Place& place) const {
    if (written.empty() || written.size() >= max_path || written.contains('\0'))
        return refuse(place, "this is no file name");
    const std::string path =
        written.front() == '/' ? written : folder_of(stack_.back()) + "/" + written;
    std::string found = canonical(path);
    if (found.empty()) return refuse(place, "there is no file " + path);
    const bool allowed = std::ranges::any_of(
        roots_, [&](const std::string& root) { return is_inside(found, root); });
    if (!allowed)
        return refuse(place, found + " lies outside of the config's directory",
                      "move it, or name its directory in OPENCLAW_INCLUDE_ROOTS");
    return found;
}

std::expected<std::string, Issue> Resolver::read(const std::string& path,
                                                 const Place& place) const {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd)
        return refuse(place,
                      system_error(Code::unavailable, "cannot open " + path, errno).sentence);
    std::string text;
    char chunk[16'384];
    for (ssize_t got = 0; (got = ::read(fd.get(), chunk, sizeof chunk)) != 0;) {
        if (got < 0)
            return refuse(place,
                          system_error(Code::unavailable, "cannot read " + path, errno).sentence);
        text.append(chunk, static_cast<std::size_t>(got));
        if (text.size() > max_file) return refuse(place, path + " is larger than 2 MB");
    }
    return text;
}

} // namespace

const Member* find_include(const Node& node) {
    for (const Member& member : node.members) {
        if (member.key == keyword) return &member;
        if (const Member* below = find_include(member.value)) return below;
    }
    for (const Node& element : node.elements)
        if (const Member* below = find_include(element)) return below;
    return nullptr;
}

std::expected<Includes, Issue> resolve_includes(Node& root, const std::string& file,
                                                const Environment& environment) {
    const Member* first = find_include(root);
    if (first == nullptr) return Includes{};
    if (file.empty())
        return refuse(first->place, "this text is in no file, so nothing can be included");
    Resolver resolver(file, environment);
    if (auto outcome = resolver.resolve(root); !outcome)
        return std::unexpected(std::move(outcome.error()));
    return resolver.take();
}

} // namespace openclaw::config
