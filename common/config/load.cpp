#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/config/channel_accounts.h"
#include "common/config/config.h"
#include "common/config/file_mode.h"
#include "common/config/finish.h"
#include "common/config/include.h"
#include "common/config/migrate.h"
#include "common/config/tables.h"

#include <openssl/sha.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace openclaw::config {

namespace {

constexpr std::size_t max_env_file_bytes = 1u << 20;

Issue issue_at(const Place& place, std::string message, std::string remedy = "",
               std::string path = "") {
    return {.path = std::move(path),
            .place = place,
            .message = std::move(message),
            .remedy = std::move(remedy)};
}

void add_notes(std::vector<Issue>& warnings, std::vector<Note>& notes) {
    for (Note& note : notes)
        warnings.push_back(issue_at(note.place, std::move(note.sentence)));
    notes.clear();
}

Result<std::string> read_all(int fd, std::size_t limit) {
    std::string content;
    char chunk[16'384];
    for (;;) {
        const ssize_t got = ::read(fd, chunk, sizeof chunk);
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read it", errno));
        if (got == 0) return content;
        content.append(chunk, static_cast<std::size_t>(got));
        if (content.size() > limit) return fail(Code::invalid, "it is larger than 8 MB");
    }
}

std::string small_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return {};
    return read_all(fd.get(), max_env_file_bytes).value_or("");
}

// --- environment, CONFIG.md 2.3
// ------------------------------------------------------------------------------------------

Environment environment_for(const LoadOptions& options, const Node& root) {
    Environment environment = options.environment;
    if (!options.working_directory.empty() && options.working_directory != options.state_directory)
        add_untrusted(environment, parse_env_file(small_file(options.working_directory + "/.env")));
    if (!options.state_directory.empty())
        add_missing(environment, parse_env_file(small_file(options.state_directory + "/.env")));
    const Node* block = root.find("env");
    const Node* vars = block == nullptr ? nullptr : block->find("vars");
    if (vars == nullptr) return environment;
    for (const Member& member : vars->members)
        if (member.value.is_string()) environment.emplace(member.key, member.value.text);
    return environment;
}

std::expected<Config, Issues> fail_with(const Place& place, std::string message) {
    return std::unexpected(Issues{issue_at(place, std::move(message))});
}

// --- the file
// ------------------------------------------------------------------------------------------------------------

std::expected<Config, Issues> defaults_for(const LoadOptions& options) {
    auto config = load_text("{}", options);
    if (config) config->exists = false, config->hash.clear();
    return config;
}

// Symbolic links can be read, but a write would replace them; other modes than 0600 show secrets to
// others.
void check_file(int fd, const LoadOptions& options, std::vector<Issue>& warnings) {
    struct stat link = {};
    if (lstat(options.file.c_str(), &link) == 0 && S_ISLNK(link.st_mode))
        warnings.push_back(
            issue_at({}, "the config file is a symbolic link",
                     "changes cannot be written through it: keep the file itself here"));
    if (auto issue = judge_mode(fd, options.file, "the config file", OpenFile::close))
        warnings.push_back(std::move(*issue));
}

// A token is as good in an included file.
void check_included(const Config& config, std::vector<Issue>& warnings) {
    for (const auto& file : config.included)
        if (auto issue = judge_mode(file, "the included file", OpenFile::close))
            warnings.push_back(std::move(*issue));
}

} // namespace

std::string hash_of(std::string_view text) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    const std::string bytes(text);
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return "sha256:v1:" + to_base64url(digest);
}

std::expected<Config, Issues> load(const LoadOptions& options) {
    const UniqueFd fd(::open(options.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno == ENOENT) return defaults_for(options);
    if (!fd)
        return fail_with(
            {}, system_error(Code::unavailable, "cannot open " + options.file, errno).sentence);
    struct stat facts = {};
    if (fstat(fd.get(), &facts) == 0 && !S_ISREG(facts.st_mode))
        return fail_with({}, options.file + " is not a regular file");
    std::vector<Issue> warnings;
    check_file(fd.get(), options, warnings);
    const auto text = read_all(fd.get(), max_document_bytes);
    if (!text) return fail_with({}, options.file + ": " + text.error().sentence);
    auto config = load_text(*text, options);
    if (!config) return config;
    check_included(*config, warnings);
    config->warnings.insert(config->warnings.begin(), warnings.begin(), warnings.end());
    return config;
}

std::expected<Config, Issues> load_text(std::string_view text, const LoadOptions& options) {
    auto document = parse(text);
    if (!document)
        return fail_with(document.error().place,
                         "JSON5 parse failed: " + document.error().sentence);
    Node root = std::move(document->root);
    if (!root.is_object())
        return fail_with(root.place, "Invalid input: expected an object, found " +
                                         std::string(words_for(root.kind)));

    auto includes = resolve_includes(root, options.file, options.environment);
    if (!includes) return std::unexpected(Issues{std::move(includes.error())});

    Config config;
    config.file = options.file;
    config.included = std::move(includes->files);
    config.exists = true;
    config.hash = hash_of(text);
    config.tree = std::make_shared<const Node>(root);

    const Environment environment = environment_for(options, root);
    Report report;
    add_notes(report.warnings, document->notes);
    add_notes(report.warnings, includes->notes);
    std::vector<Note> notes;
    substitute(root, environment, notes);
    migrate(root, notes);
    add_notes(report.warnings, notes);

    const Node* secrets = root.find("secrets");
    const SecretSource source(
        environment, secrets == nullptr ? nullptr : secrets->find("providers"), options.home);
    read_section(root_section, root, &config, "", {source, report});
    finish(config, root, environment, options.home, report);
    read_channels(config, root, {source, environment, options.ambient_channels}, report);

    if (!report.errors.empty()) return std::unexpected(std::move(report.errors));
    config.warnings = std::move(report.warnings);
    config.inactive = std::move(report.inactive);
    return config;
}

} // namespace openclaw::config
