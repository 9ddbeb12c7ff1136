#include "cli/view/channels.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "common/base/strings.h"

#include <vector>

namespace openclaw::cli {

namespace {

std::string_view word_unless(json::View flag, std::string_view yes, std::string_view no) {
    return flag.boolean() ? yes : no;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts)
        if (!part.empty()) out += (out.empty() ? "" : std::string(separator)) + part;
    return out;
}

std::string prefixed(std::string_view prefix, std::string_view value) {
    return value.empty() ? std::string() : std::string(prefix) + printable(value);
}

std::string contact(std::string_view prefix, json::View at_ms, const Look& look) {
    return at_ms.integer() > 0 ? std::string(prefix) + age(at_ms.integer(), look.now_ms)
                               : std::string();
}

std::string probe_words(json::View probe) {
    if (!probe.is_object()) return {};
    if (!probe["ok"].boolean()) return "probe failed";
    const auto bot = probe["bot"]["username"].text();
    const auto took = probe["elapsedMs"].is_integer()
                          ? " in " + duration(probe["elapsedMs"].integer())
                          : std::string();
    return (bot.empty() ? "works" : "works (@" + printable(bot) + ")") + took;
}

std::string trouble(json::View account) {
    const auto reason = account["stateReason"].text();
    if (!reason.empty()) return printable(reason);
    const auto error = account["lastError"].text();
    return printable(error.empty() ? account["probe"]["error"].text() : error);
}

// No process: on its way back, or down until something changes.
AccountState stopped_state(json::View account) {
    const auto lifecycle = account["lifecycle"].text();
    if (lifecycle == "backoff") return {"backing off", Ink::warning, true};
    if (lifecycle == "starting" || lifecycle == "stopping")
        return {std::string(lifecycle), Ink::warning, true};
    if (lifecycle == "failed") return {"given up", Ink::bad, true};
    if (lifecycle == "blocked" || lifecycle == "not-configured")
        return {"switched off", Ink::bad, true};
    return {"stopped", Ink::bad, true};
}

// A process on its way back says more than how long it has been away.
std::string degraded_words(json::View account) {
    const auto lifecycle = account["lifecycle"].text();
    if (lifecycle == "backoff") return "backing off";
    return lifecycle == "ready" ? "degraded" : "degraded, " + printable(lifecycle);
}

std::string down_words(json::View account) {
    return account["health"]["cause"].text() == "needs-operator" ? "down, needs you" : "down";
}

// Nothing is known of it, or the gateway is older than its verdicts.
AccountState unknown_state(json::View account) {
    if (!account["enabled"].boolean(true)) return {"off", Ink::muted};
    if (account["manualStop"].boolean()) return {"stopped by the operator", Ink::muted};
    const bool is_refused = !trouble(account).empty();
    if (!account["configured"].boolean(true) && !is_refused) return {"not configured", Ink::muted};
    if (!account["running"].boolean()) return stopped_state(account);
    if (!account["connected"].boolean())
        return {is_refused ? "disconnected" : "connecting", Ink::warning, true};
    const bool failed_probe = account["probe"].is_object() && !account["probe"]["ok"].boolean();
    if (failed_probe) return {"probe failed", Ink::bad, true};
    return {"OK", Ink::good};
}

std::string verdict_words(json::View account, const Look& look) {
    const auto health = account["health"];
    const auto level = health["level"].text();
    if (level != "degraded" && level != "down") return {};
    const auto seen = health["seenAtMs"].integer();
    return printable(level) +
           (seen > 0 ? ", last " + printable(health["seen"].text()) + " " + age(seen, look.now_ms)
                     : std::string());
}

std::string account_line(std::string_view label, json::View account, const Look& look) {
    const auto state = account_state(account);
    const std::string facts =
        join({std::string(word_unless(account["enabled"], "enabled", "disabled")),
              std::string(word_unless(account["configured"], "configured", "not configured")),
              std::string(word_unless(account["running"], "running", "stopped")),
              account["running"].boolean()
                  ? std::string(word_unless(account["connected"], "connected", "disconnected"))
                  : "",
              prefixed("mode:", account["mode"].text()),
              prefixed("token:", account["tokenSource"].text()),
              contact("in:", account["lastInboundAt"], look),
              contact("out:", account["lastOutboundAt"], look), verdict_words(account, look),
              probe_words(account["probe"]), prefixed("error:", trouble(account))},
             ", ");
    return look.paint(state.ink,
                      "- " + std::string(label) + " " + printable(account["accountId"].text())) +
           ": " + facts + "\n";
}

} // namespace

AccountState account_state(json::View account) {
    const auto level = account["health"]["level"].text();
    if (level == "ok") return {"OK", Ink::good};
    if (level == "degraded") return {degraded_words(account), Ink::warning, true};
    if (level == "down") return {down_words(account), Ink::bad, true};
    return unknown_state(account);
}

void each_account(
    json::View status,
    const std::function<void(std::string_view, std::string_view, json::View)>& visit) {
    status["channelAccounts"].each_member([&](std::string_view channel, json::View accounts) {
        const std::string label(status["channelLabels"][channel].text(capitalised(channel)));
        accounts.each_element(
            [&](json::View account) { return visit(channel, label, account), true; });
        return true;
    });
}

std::string channels_view(json::View status, const Look& look) {
    std::string out;
    each_account(status, [&](std::string_view, std::string_view label, json::View account) {
        out += account_line(label, account, look);
    });
    status["statusIssues"].each_element([&](json::View issue) {
        const auto text = issue.is_string() ? issue.text() : issue["message"].text();
        out += look.paint(Ink::warning, "! " + printable(text)) + "\n";
        return true;
    });
    return out.empty()
               ? "- no configured chat channels (add channels.telegram to the configuration)\n"
               : out;
}

std::string channels_table(json::View status, const Look& look) {
    Table table({"Channel", "Account", "State", "Last in", "Last out", "Detail"});
    bool is_empty = true;
    each_account(status, [&](std::string_view, std::string_view label, json::View account) {
        is_empty = false;
        const auto state = account_state(account);
        const auto shown = [&](json::View at) {
            return at.integer() > 0 ? age(at.integer(), look.now_ms) : std::string("-");
        };
        table.add({std::string(label),
                   printable(account["accountId"].text()),
                   {state.word, state.ink},
                   shown(account["lastInboundAt"]),
                   shown(account["lastOutboundAt"]),
                   join({prefixed("mode ", account["mode"].text()),
                         prefixed("token from ", account["tokenSource"].text()), trouble(account)},
                        " · ")});
    });
    return is_empty ? std::string() : table.keep_whole(1).render(look);
}

std::string channels_summary(json::View status) {
    std::vector<std::string> parts;
    each_account(status, [&](std::string_view channel, std::string_view, json::View account) {
        const auto id = account["accountId"].text();
        parts.push_back(std::string(channel) + (id == "default" ? "" : ":" + printable(id)) + " " +
                        to_lower(account_state(account).word));
    });
    return parts.empty() ? "none configured" : join(parts, ", ");
}

} // namespace openclaw::cli
