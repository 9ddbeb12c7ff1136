#include "cli/view/channel_probe.h"

#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "common/base/strings.h"

namespace openclaw::cli {

namespace {

std::string bot_name(json::View probe) {
    const auto name = probe["bot"]["username"].text();
    return name.empty() ? std::string() : "@" + printable(name);
}

std::string links_view(json::View probe) {
    std::string out;
    probe["links"].each_element([&](json::View link) {
        out += capitalised(printable(link["name"].text())) + ": " + printable(link["url"].text()) +
               "\n";
        return true;
    });
    return out;
}

std::string warnings_view(json::View probe, const Look& look) {
    std::string out;
    probe["warnings"].each_element([&](json::View warning) {
        out += look.paint(Ink::warning, "! " + printable(warning.text())) + "\n";
        return true;
    });
    return out;
}

std::string why_not(json::View account) {
    const auto said = account["stateReason"].text(account["lastError"].text());
    const auto error = account["probe"]["error"].text(said);
    return said.empty() ? std::string(error) : std::string(said);
}

// "chatTypes=direct,group polls reactions": what is supported, and nothing of what is not.
std::string support_words(json::View support) {
    std::string types, out;
    support["chatTypes"].each_element([&](json::View type) {
        types += (types.empty() ? "" : ",") + printable(type.text());
        return true;
    });
    if (!types.empty()) out = "chatTypes=" + types;
    support.each_member([&](std::string_view name, json::View value) {
        if (value.boolean()) out += (out.empty() ? "" : " ") + printable(name);
        return true;
    });
    return out.empty() ? "nothing but sending" : out;
}

std::string action_words(json::View actions) {
    std::string out;
    actions.each_element([&](json::View action) {
        out += (out.empty() ? "" : ", ") + printable(action.text());
        return true;
    });
    return out;
}

std::string status_words(json::View account) {
    const auto probe = account["probe"];
    if (!probe.is_object()) return printable(account["status"].text());
    if (!probe["ok"].boolean()) return "probe failed: " + printable(probe["error"].text());
    const auto bot = bot_name(probe);
    return "works" + (bot.empty() ? "" : " (" + bot + ")") + ", answered in " +
           duration(probe["elapsedMs"].integer());
}

} // namespace

std::string probe_view(json::View account, const Look& look) {
    const auto probe = account["probe"];
    if (!probe["ok"].boolean())
        return look.paint(Ink::bad, "It does not work: " + printable(why_not(account))) + "\n";
    const auto bot = bot_name(probe);
    return look.paint(Ink::good, "It works" + (bot.empty() ? "" : ": " + bot)) + ", answered in " +
           duration(probe["elapsedMs"].integer()) + ".\n" + links_view(probe) +
           warnings_view(probe, look);
}

std::string abilities_view(json::View capabilities, const Look& look) {
    std::string out;
    capabilities["accounts"].each_element([&](json::View account) {
        out += look.heading(printable(account["label"].text()) + " " +
                            printable(account["accountId"].text())) +
               "\n";
        out += "  Support: " + support_words(account["support"]) + "\n";
        out += "  Actions: " + action_words(account["actions"]) + "\n";
        out += "  Status: " + status_words(account) + "\n";
        out += links_view(account["probe"]) + warnings_view(account["probe"], look);
        return true;
    });
    return out.empty() ? "No channel is configured. Add one: openclaw channels add telegram\n"
                       : out;
}

} // namespace openclaw::cli
