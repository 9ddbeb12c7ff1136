#include "cli/config_change.h"

#include "cli/config_source.h"
#include "cli/target.h"
#include "common/base/names.h"
#include "common/config/edit.h"
#include "common/config/redaction.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

// No gateway is there, and the one that was meant is the one of this file.
bool may_use_file(const Context& context, const ConnectionOptions& options,
                  const CallError& error) {
    if (error.type != CallError::Type::transport) return false;
    const auto target = resolve_target(context, options);
    return target && !target->control_socket.empty() && !remote_target(context);
}

CallError wrong_file(const Context& context, const config::Issues& issues) {
    return cli_error(config::render_issues(
        issues, config::shorten_home(context.paths.config_file, context.paths.home)));
}

CallResult<Configuration> configuration(std::string_view tree, std::string hash,
                                        bool is_from_file) {
    auto document = json::Document::parse(tree);
    if (!document) return std::unexpected(cli_error(document.error().sentence));
    return Configuration{std::move(*document), std::move(hash), is_from_file};
}

CallResult<Configuration> read_file(const Context& context) {
    const auto loaded = config::load(config_source(context));
    if (!loaded) return std::unexpected(wrong_file(context, loaded.error()));
    return configuration(loaded->tree ? config::redacted_json(*loaded->tree) : "{}", loaded->hash,
                         true);
}

CallResult<void> change_file(const Context& context, const std::string& hash,
                             const std::string& patch) {
    config::EditOptions options{.load = config_source(context)};
    if (!hash.empty()) options.expected_hash = hash;
    const auto edited = config::merge(patch, options);
    if (edited) return {};
    std::string message = edited.error().error.sentence;
    for (const auto& issue : edited.error().issues)
        message += "\n  × " + config::render(issue, names::config_file);
    return std::unexpected(cli_error(message));
}

} // namespace

CallResult<Configuration> read_configuration(const Context& context,
                                             const ConnectionOptions& options) {
    const auto answer = ask(context, options, "config.get");
    if (!answer && may_use_file(context, options, answer.error())) return read_file(context);
    if (!answer) return std::unexpected(answer.error());
    const auto payload = answer->payload();
    return configuration(payload["config"].dump(), std::string(payload["hash"].text()), false);
}

CallResult<void> change_configuration(const Context& context, const ConnectionOptions& options,
                                      const Configuration& seen, const std::string& patch) {
    if (seen.is_from_file) return change_file(context, seen.hash, patch);
    if (seen.hash.empty())
        return std::unexpected(cli_error("The gateway runs without a configuration file. Stop it, "
                                         "write one, and start it again: openclaw config set "
                                         "gateway.mode local"));
    json::Writer params;
    params.begin_object().member("raw", patch).member("baseHash", seen.hash);
    const auto answer = ask(context, options, "config.patch", params.end_object().text());
    if (!answer) return std::unexpected(answer.error());
    return {};
}

} // namespace openclaw::cli
