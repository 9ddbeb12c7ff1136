#include "common/config/edit.h"

#include "common/base/clock.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/config/redaction.h"
#include "common/config/reload.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

namespace openclaw::config {

namespace {

using EditResult = std::expected<Edited, EditFailure>;

constexpr std::array<std::string_view, 5> ring = {".bak", ".bak.1", ".bak.2", ".bak.3",
                                                  ".bak.4"}; // newest first
constexpr int lock_attempts = 40;
constexpr Milliseconds lock_pause{50};

EditResult refuse(Error error, Issues issues = {}) {
    return std::unexpected(EditFailure{std::move(error), std::move(issues)});
}

EditResult refuse(Code code, std::string sentence) {
    return refuse(Error{.code = code, .sentence = std::move(sentence)});
}

std::string directory_of(const std::string& file) {
    const auto slash = file.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : file.substr(0, slash);
}

// The directory itself is the lock: nothing is left behind.
Result<UniqueFd> lock(const std::string& file) {
    const std::string directory = directory_of(file);
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored); // opening it tells what went wrong
    UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return Failure(
            system_error(Code::unavailable, "cannot open the directory " + directory, errno));
    for (int attempt = 0; attempt < lock_attempts; ++attempt) {
        if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
        std::this_thread::sleep_for(lock_pause);
    }
    return fail(Code::busy, "another program is changing the config at this moment: try again");
}

// Nothing when there is no file.
Result<std::optional<std::string>> read_text(const std::string& file) {
    struct stat facts = {};
    if (lstat(file.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode))
        return fail(
            Code::denied,
            file +
                " is a symbolic link, and a change would replace it: change the file it points to");
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT) return std::nullopt;
    if (!fd) return Failure(system_error(Code::unavailable, "cannot open " + file, errno));
    std::string text;
    char chunk[16'384];
    for (ssize_t got = 0; (got = ::read(fd.get(), chunk, sizeof chunk)) != 0;) {
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read " + file, errno));
        text.append(chunk, static_cast<std::size_t>(got));
        if (text.size() > max_document_bytes)
            return fail(Code::invalid, file + " is larger than 8 MB");
    }
    return text;
}

Result<void> write_all(int fd, std::string_view text, const std::string& name) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0)
            return Failure(system_error(Code::unavailable, "cannot write " + name, errno));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(fd) != 0)
        return Failure(
            system_error(Code::unavailable, "cannot write " + name + " to the disk", errno));
    return {};
}

// Under a name of its own; gone again when anything fails.
Result<std::string> stage(const std::string& file, std::string_view text) {
    std::string name = file + "." + std::to_string(getpid()) + "." + random_hex(4) + ".tmp";
    const UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return Failure(system_error(Code::unavailable, "cannot create " + name, errno));
    const auto written = write_all(fd.get(), text, name);
    if (written) return name;
    ::unlink(name.c_str());
    return Failure(written.error());
}

// The oldest goes, everyone moves on, the present file's text becomes the newest.
Result<void> turn_ring(const std::string& file, std::string_view present) {
    const std::string newest = TRY(stage(file, present));
    for (std::size_t i = ring.size() - 1; i > 0; --i)
        std::rename((file + std::string(ring[i - 1])).c_str(),
                    (file + std::string(ring[i])).c_str());
    if (std::rename(newest.c_str(), (file + std::string(ring[0])).c_str()) == 0) return {};
    return Failure(system_error(Code::unavailable, "cannot keep a backup of " + file, errno));
}

Result<void> replace(const std::string& file, const std::optional<std::string>& present,
                     std::string_view text, int directory) {
    const std::string staged = TRY(stage(file, text));
    auto outcome = present ? turn_ring(file, *present) : Result<void>{};
    if (outcome && std::rename(staged.c_str(), file.c_str()) != 0)
        outcome = Failure(system_error(Code::unavailable, "cannot replace " + file, errno));
    if (!outcome)
        ::unlink(staged.c_str());
    else
        fsync(directory);
    return outcome;
}

// Accounts that the change breaks. Something still missing (a token to come) is no reason to
// refuse.
Issues broken_accounts(const Config& before, const Config& after) {
    Issues issues;
    for (const ChannelAccount& account : after.channels) {
        const ChannelAccount* old = before.find_channel(account.channel, account.account_id);
        if (!account.is_malformed || (old != nullptr && old->is_malformed)) continue;
        Issue& issue = issues.emplace_back();
        issue.path = "channels." + account.channel;
        issue.message = account.problem;
    }
    return issues;
}

EditResult check(const std::string& before_text, const std::string& text,
                 const EditOptions& options) {
    auto after = load_text(text, options.load);
    if (!after)
        return refuse(
            {.code = Code::invalid, .sentence = "the change would make the config invalid"},
            std::move(after.error()));
    const auto before = load_text(before_text, options.load);
    if (before) {
        if (auto issues = broken_accounts(*before, *after); !issues.empty())
            return refuse({.code = Code::invalid,
                           .sentence = "the change would switch a channel account off"},
                          std::move(issues));
        if (before->gateway.mode && !after->gateway.mode)
            return refuse(
                Code::denied,
                "without gateway.mode the gateway does not start: set it to another value instead");
    }
    return Edited{.hash = after->hash,
                  .changed = text != before_text,
                  .lost_comments = false,
                  .changed_paths = {},
                  .warnings = std::move(after->warnings)};
}

// Who changed what, for later questions: never the value. Failing to write it does not undo the
// change.
struct Act {
    std::string_view action, path;
};

void audit(const Act& act, const EditOptions& options, const std::string& old_hash,
           const std::string& new_hash) {
    if (options.load.state_directory.empty()) return;
    const std::string directory = options.load.state_directory + "/logs";
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    const UniqueFd fd(::open((directory + "/config-audit.jsonl").c_str(),
                             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return;
    json::Writer line;
    line.begin_object()
        .member("ts", SystemClock().unix_ms())
        .member("uid", getuid())
        .member("pid", getpid());
    line.member("action", act.action).member("path", act.path);
    line.member("oldHash", old_hash).member("newHash", new_hash).end_object();
    const std::string text = line.take() + "\n";
    [[maybe_unused]] const ssize_t written = ::write(fd.get(), text.data(), text.size());
}

std::optional<std::string> read_only_variable(const Environment& environment) {
    for (const char* name : {"OPENCLAW_CONFIG_READONLY", "OPENCLAW_NIX_MODE"})
        if (flag(environment, name).value_or(false)) return name;
    return std::nullopt;
}

using Make = std::function<Result<Rewritten>(std::string_view before)>;

// Lock, read, compare, make, check, replace: whatever is to be changed.
EditResult edit_with(const Act& act, const EditOptions& options, const Make& make) {
    const std::string& file = options.load.file;
    if (const auto name = read_only_variable(options.load.environment); name && !options.dry_run)
        return refuse(Code::denied,
                      "the config is read-only (" + *name + "): change it where it comes from");
    const auto directory = lock(file);
    if (!directory) return refuse(directory.error());
    const auto present = read_text(file);
    if (!present) return refuse(present.error());
    const std::string before = present->value_or("{}\n");
    const std::string old_hash = *present ? hash_of(before) : "";
    if (options.expected_hash && *options.expected_hash != old_hash)
        return refuse(Code::busy, "The config file changed meanwhile (" + file +
                                      "), so nothing was changed: read it again and repeat");

    const auto rewritten = make(before);
    if (!rewritten) return refuse(rewritten.error());
    auto edited = check(before, rewritten->text, options);
    if (!edited || !edited->changed || options.dry_run) return edited;
    if (const auto replaced = replace(file, *present, rewritten->text, directory->get()); !replaced)
        return refuse(replaced.error());
    edited->lost_comments = rewritten->lost_comments;
    auto found = difference(before, rewritten->text);
    edited->changed_paths = std::move(found.paths);
    edited->cost = found.cost;
    audit(act, options, old_hash, edited->hash);
    return edited;
}

} // namespace

EditResult edit(const Change& change, const EditOptions& options) {
    const Act act{.action = change.value ? "set" : "unset", .path = change.path};
    auto edited =
        edit_with(act, options, [&](std::string_view before) { return rewrite(before, change); });
    if (!edited || edited->changed_paths.empty()) return edited;
    edited->changed_paths = {change.path};
    edited->cost = cost_of(change.path);
    return edited;
}

EditResult replace_text(std::string_view text, const EditOptions& options) {
    return edit_with({.action = "replace", .path = ""}, options,
                     [&](std::string_view before) -> Result<Rewritten> {
                         return Rewritten{.text = TRY(restore_redacted(text, before))};
                     });
}

EditResult merge(std::string_view patch, const EditOptions& options) {
    return edit_with({.action = "merge", .path = ""}, options,
                     [&](std::string_view before) { return rewrite_merged(before, patch); });
}

} // namespace openclaw::config
