#include "cli/view/explain.h"

#include "cli/view/facts.h"
#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"

namespace openclaw::cli {

namespace {

std::string since_first(std::int64_t at_ms, std::int64_t first_ms) {
    return at_ms <= first_ms ? "" : "+" + duration(at_ms - first_ms);
}

std::string where(json::View row) {
    std::string text = printable(row["channel"].text()) + ":" + printable(row["account"].text());
    if (!row["chatId"].text().empty()) text += ", chat " + printable(row["chatId"].text());
    if (!row["threadId"].text().empty()) text += ", topic " + printable(row["threadId"].text());
    return text;
}

std::string state_since(json::View row) {
    const auto at = row["updatedAtMs"].integer();
    return printable(row["state"].text()) + (at > 0 ? " since " + clock_time(at) : "");
}

std::string message_facts(json::View row, const Look& look) {
    Facts facts;
    facts.add("From", where(row) + ", message " + printable(row["messageId"].text()));
    facts.add("State", state_since(row)).add("Reason", printable(row["reason"].text()));
    facts.add("Session", printable(row["sessionKey"].text()));
    facts.add("Run", printable(row["runId"].text())).add("Trace", printable(row["trace"].text()));
    const auto resumes = row["resumes"].integer();
    if (resumes > 0) facts.add("Resumed", plural(resumes, "time") + " after a restart");
    return "\n" + look.heading("Message") + "\n" + facts.render(look);
}

std::string answer_facts(json::View row, const Look& look) {
    Facts facts;
    facts.add("To", where(row)).add("State", state_since(row));
    facts.add("Attempts", std::to_string(row["attempts"].integer()));
    facts.add("Error", {printable(row["error"].text()), Ink::bad});
    if (row["maybeDuplicate"].boolean())
        facts.add("Repeated", {"it may stand in the chat twice", Ink::warning});
    std::string ids;
    row["messageIds"].each_element([&](json::View id) {
        return ids += (ids.empty() ? "" : ", ") + printable(id.text()), true;
    });
    facts.add("Message IDs", ids);
    return "\n" + look.heading("Answer") + "\n" + facts.render(look);
}

std::string steps_table(json::View steps, const Look& look) {
    Table table({"Time", "After", "Where", "What happened", "Detail"});
    const auto first = steps.at(0)["at_ms"].integer();
    steps.each_element([&](json::View step) {
        const auto at = step["at_ms"].integer();
        table.add({clock_time(at), since_first(at, first), printable(step["room"].text()),
                   printable(step["event"].text()), printable(step["detail"].text())});
        return true;
    });
    return table.keep_whole(0).render(look);
}

} // namespace

std::string explain_view(json::View story, const Look& look) {
    const auto summary = story["summary"].text();
    const Ink ink = summary.starts_with("Not answered") ? Ink::warning : Ink::plain;
    std::string out = look.heading(printable(story["id"].text("Message"))) + "\n";
    out += look.paint(ink, printable(summary)) + "\n";
    story["inbox"].each_element(
        [&](json::View row) { return out += message_facts(row, look), true; });
    story["outbox"].each_element(
        [&](json::View row) { return out += answer_facts(row, look), true; });
    if (story["steps"].size() > 0) return out + "\n" + steps_table(story["steps"], look);
    if (!story["found"].boolean()) return out;
    return out + "\nIts steps are forgotten: they are kept for some hours and lost at a restart.\n";
}

} // namespace openclaw::cli
