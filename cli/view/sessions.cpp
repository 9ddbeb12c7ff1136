#include "cli/view/sessions.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"

namespace openclaw::cli {

namespace {

std::string model_of(json::View session) {
    const auto provider = session["modelProvider"].text(), model = session["model"].text();
    if (model.empty()) return "-";
    return provider.empty() ? printable(model) : printable(provider) + "/" + printable(model);
}

std::string tokens_of(json::View session) {
    if (!session["totalTokens"].is_integer()) return "-";
    const auto total = session["totalTokens"].integer(), room = session["contextTokens"].integer();
    if (room <= 0) return count(total);
    return count(total) + "/" + count(room) + " (" +
           percent(static_cast<double>(total) / static_cast<double>(room)) + ")";
}

std::string flags_of(json::View session) {
    std::string flags;
    const auto add = [&](bool is_set, std::string_view word) {
        if (is_set) flags += (flags.empty() ? "" : ", ") + std::string(word);
    };
    add(session["hasActiveRun"].boolean(), "running");
    add(session["abortedLastRun"].boolean(), "aborted");
    add(session["pinned"].boolean(), "pinned");
    add(session["archived"].boolean(), "archived");
    return flags;
}

} // namespace

std::string sessions_table(json::View list, const Look& look) {
    if (list["sessions"].size() == 0) return {};
    Table table({"Key", "Kind", "Age", "Model", "Tokens", "Flags"});
    table.keep_whole(0);
    list["sessions"].each_element([&](json::View session) {
        table.add({printable(session["key"].text()), printable(session["kind"].text("-")),
                   age(session["updatedAt"].integer(), look.now_ms), model_of(session),
                   tokens_of(session), flags_of(session)});
        return true;
    });
    return table.render(look);
}

std::string sessions_view(json::View list, const Look& look) {
    std::string out;
    if (!list["path"].text().empty())
        out = "Session store: " + short_path(printable(list["path"].text()), look) + "\n";
    const auto shown = static_cast<std::int64_t>(list["sessions"].size());
    const auto total = list["totalCount"].integer(shown);
    out += "Sessions listed: " + std::to_string(shown) +
           (total > shown ? " of " + std::to_string(total) : "") + "\n";
    return out + sessions_table(list, look);
}

} // namespace openclaw::cli
