#include "common/config/reload.h"

#include <doctest/doctest.h>

using namespace openclaw::config;

TEST_SUITE("common/config") {
    TEST_CASE("what a change costs stands in the tables") {
        struct Row {
            const char* path;
            Reload cost;
        };

        for (const Row& row : {
                 Row{"gateway.port", Reload::restart},
                 Row{"gateway.auth.rateLimit.maxAttempts", Reload::hot},
                 Row{"gateway.controlUi.newSwitch", Reload::hot},
                 Row{"gateway.http", Reload::hot},
                 Row{"gateway.http.endpoints.responses.maxBodyBytes", Reload::hot},
                 Row{"agents.defaults.memorySearch.model", Reload::hot},
                 Row{"gateway.reload.mode", Reload::none},
                 Row{"gateway", Reload::restart},
                 Row{"logging.level", Reload::none},
                 Row{"logging", Reload::none},
                 Row{"bindings[0].agentId", Reload::none},
                 Row{"agents.defaults.model", Reload::hot},
                 Row{"agents.entries.main.identity.name", Reload::hot},
                 Row{"models.providers[\"a.b\"].models[0].id", Reload::hot},
                 Row{"session.resetByType.group.mode", Reload::none},
                 Row{"hooks.mappings[0]", Reload::hot},
                 Row{"commands.restart", Reload::channel},
                 Row{"channels", Reload::channel},
                 Row{"channels.telegram", Reload::channel},
                 Row{"channels.telegram.botToken", Reload::channel},
                 Row{"channels.telegram.allowFrom[0]", Reload::none},
                 Row{"channels.telegram.accounts", Reload::channel},
                 Row{"channels.telegram.accounts.work", Reload::channel},
                 Row{"channels.telegram.accounts.work.dmPolicy", Reload::none},
                 Row{"channels.discord.token", Reload::channel},
                 Row{"worktreeRoot", Reload::restart},
                 Row{"surprise.key", Reload::restart},
                 Row{"not..a.path", Reload::restart},
             })
            CHECK_MESSAGE(cost_of(row.path) == row.cost, row.path);
    }
}
