#include "supervisor/gateway_log.h"

#include "common/log/known_secrets.h"
#include "common/log/log.h"

namespace openclaw {

Result<void> open_log(const Preparation& p) {
    const auto& logging = p.config.logging;
    const std::string level =
        p.options.log_level.value_or(p.options.verbose ? "debug" : logging.level);
    log::know_secrets_of("gateway", {&p.auth.token, &p.auth.password, &p.environment_token,
                                     &p.environment_password, &p.made_token});
    return log::open({.level = TRY(log::level_from(level)),
                      .console_json = logging.console_style == "json",
                      .console = true,
                      .file = p.log_file,
                      .max_file_bytes = logging.max_file_bytes});
}

void report_configuration(const Preparation& p) {
    for (const auto& issue : p.config.warnings)
        log::warn("config.warning", {{"what", config::render(issue, p.paths.config_file)}});
    for (const auto& account : p.config.channels)
        if (!account.problem.empty())
            log::error("config.channel_off",
                       {{"account", account.worker_id()}, {"why", account.problem}});
    if (!p.config.inactive.empty()) {
        std::string keys;
        for (const auto& key : p.config.inactive)
            keys += (keys.empty() ? "" : ", ") + key.path;
        log::info("config.inactive_keys", {{"count", p.config.inactive.size()}, {"keys", keys}});
    }
    if (p.token_was_made)
        log::warn("auth.token_was_made",
                  {{"what", "auth token was missing. Generated a runtime token for this startup "
                            "without changing config; restart will generate a different token. "
                            "The local CLI needs none. Persist one with: openclaw config set "
                            "gateway.auth.token <token>"}});
}

} // namespace openclaw
