#include "common/config/secrets.h"

#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/config/file_mode.h"
#include "common/config/paths.h"
#include "common/json/read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace openclaw::config {

namespace {

constexpr std::size_t max_secret_file_bytes = 1u << 20; // CONFIG.md 2.4: maxBytes

bool is_env_id(std::string_view id) { // ^[A-Z][A-Z0-9_]{0,127}$
    const auto follows = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !id.empty() && id.size() <= 128 && id.front() >= 'A' && id.front() <= 'Z' &&
           std::ranges::all_of(id, follows);
}

// "$NAME" and nothing else.
std::string_view shorthand(std::string_view text) {
    if (!text.starts_with("$") || !is_env_id(text.substr(1))) return {};
    return text.substr(1);
}

Failure unreadable(const std::string& path) {
    return Failure(system_error(errno == ENOENT ? Code::not_found : Code::denied,
                                "cannot read the secret file " + path, errno));
}

enum class Privacy { regular, owner_only };

// A regular file; owner only: ours, and nobody else may read or replace it, under no second name.
Result<void> check_file(int fd, const std::string& path, Privacy privacy) {
    struct stat facts = {};
    if (fstat(fd, &facts) != 0) return unreadable(path);
    if (!S_ISREG(facts.st_mode))
        return fail(Code::denied, "the secret file " + path + " is not a regular file");
    if (privacy == Privacy::regular) return {};
    if (facts.st_nlink != 1)
        return fail(Code::denied,
                    "the secret file " + path + " has a second hard link: keep it under one name");
    if (facts.st_uid != geteuid() && facts.st_uid != 0)
        return fail(Code::denied, "the secret file " + path +
                                      " belongs to another user: chown it to the gateway's user");
    if ((facts.st_mode & 077) != 0)
        return fail(Code::denied,
                    "the secret file " + path + " is open to others: chmod 600 " + path);
    return {};
}

Result<std::string> read_file(const std::string& path, Privacy privacy) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == ELOOP)
        return fail(Code::denied,
                    "the secret file " + path + " is a symbolic link: name the file itself");
    if (!fd) return unreadable(path);
    TRY_VOID(check_file(fd.get(), path, privacy));
    std::string content;
    char chunk[4096];
    for (;;) {
        const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
        if (got < 0) return unreadable(path);
        if (got == 0) break;
        content.append(chunk, static_cast<std::size_t>(got));
        if (content.size() > max_secret_file_bytes)
            return fail(Code::invalid, "the secret file " + path + " is larger than 1 MiB");
    }
    explicit_bzero(chunk, sizeof chunk);
    return content;
}

// RFC 6901; "" is the whole document.
json::View at_pointer(json::View view, std::string_view pointer) {
    if (pointer.empty()) return view;
    for (const auto raw : split(pointer.substr(1), '/')) {
        std::string key;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const bool escaped = raw[i] == '~' && i + 1 < raw.size();
            key += !escaped ? raw[i] : raw[++i] == '1' ? '/' : '~';
        }
        view = view[key];
    }
    return view;
}

std::string_view text_of(const Node& object, std::string_view key) {
    const Node* value = object.find(key);
    return value != nullptr && value->is_string() ? std::string_view(value->text)
                                                  : std::string_view();
}

} // namespace

Result<Secret> SecretSource::resolve(const Node& written) const {
    if (written.is_object()) return from_reference(written);
    if (!written.is_string())
        return fail(Code::invalid,
                    "Invalid input: expected a string or a SecretRef { source, provider, id }");
    if (written.is_unresolved)
        return fail(Code::not_found, "the environment variable of this secret is not set: set it, "
                                     "or write the secret itself");
    if (const auto name = shorthand(written.text); !name.empty()) return from_environment(name);
    return Secret(written.text);
}

Result<Secret> SecretSource::from_environment(std::string_view name) const {
    auto value = variable(environment_, name);
    if (!value)
        return fail(Code::not_found, "the secret is kept in the environment variable " +
                                         std::string(name) + ", which is not set");
    return Secret(std::move(*value));
}

Result<Secret> SecretSource::from_reference(const Node& reference) const {
    const auto source = text_of(reference, "source");
    const auto id = text_of(reference, "id");
    const auto alias = text_of(reference, "provider");
    if (source.empty() || id.empty()) return fail(Code::invalid, "a SecretRef needs source and id");
    if (source == "env") {
        if (!is_env_id(id))
            return fail(Code::invalid, "a SecretRef of source env needs an id like OPENAI_API_KEY");
        const Node* row = provider(alias);
        const Node* allowed = row == nullptr ? nullptr : row->find("allowlist");
        const auto is_this = [&](const Node& name) { return name.text == id; };
        if (allowed != nullptr && std::ranges::none_of(allowed->elements, is_this))
            return fail(Code::denied, "the environment variable " + std::string(id) +
                                          " is not on the allowlist of its secret provider");
        return from_environment(id);
    }
    if (source == "file") return from_file_provider(alias, id);
    return fail(Code::invalid, "secrets of source " + json::quoted(source) +
                                   " are not available in this build: use env or file");
}

const Node* SecretSource::provider(std::string_view alias) const {
    return providers_ == nullptr ? nullptr : providers_->find(alias.empty() ? "default" : alias);
}

Result<Secret> SecretSource::from_file_provider(std::string_view alias, std::string_view id) const {
    const Node* row = provider(alias);
    const auto path = row == nullptr ? std::string_view() : text_of(*row, "path");
    if (path.empty())
        return fail(Code::not_found, "no secret file is configured: set secrets.providers." +
                                         std::string(alias.empty() ? "default" : alias) + ".path");
    const std::string file = expand_home(path, home_);
    std::string content = TRY(read_file(file, Privacy::owner_only));
    if (text_of(*row, "mode") == "singleValue") return Secret(std::string(trim(content)));
    if (!id.starts_with("/"))
        return fail(Code::invalid,
                    "a SecretRef into a JSON file needs an id like /providers/openai/apiKey");
    const auto document = json::Document::parse(content);
    if (!document)
        return fail(Code::invalid,
                    "the secret file " + file + " is not JSON: " + document.error().sentence);
    const auto value = at_pointer(document->root(), id);
    if (!value.is_string())
        return fail(Code::not_found,
                    "the secret file " + file + " has no text at " + std::string(id));
    return Secret(std::string(value.text()));
}

Result<Secret> SecretSource::from_file(std::string_view path) const {
    const std::string file = expand_home(path, home_);
    const std::string content = TRY(read_file(file, Privacy::regular));
    const auto first = trim(first_line(content));
    if (first.empty()) return fail(Code::not_found, "the secret file " + file + " is empty");
    return Secret(std::string(first));
}

std::optional<Issue> SecretSource::warning_of_file(std::string_view path) const {
    return judge_mode(expand_home(path, home_), "the file with the token", OpenFile::keep);
}

} // namespace openclaw::config
