#include "cli/view/explain.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"

namespace openclaw::cli {

namespace {

std::string since_first(std::int64_t at_ms, std::int64_t first_ms) {
    return at_ms <= first_ms ? "" : "+" + duration(at_ms - first_ms);
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
    std::string out = look.heading(printable(story["id"].text("Message"))) + "\n";
    if (!story["summary"].text().empty()) out += printable(story["summary"].text()) + "\n";
    if (const auto why = story["not_answered"].text(); !why.empty())
        out += look.paint(Ink::warning, "Not answered: " + printable(why)) + "\n";
    if (story["steps"].size() == 0)
        return out + "No steps are remembered: the story is kept for the last hours and lost at a "
                     "restart.\n";
    return out + "\n" + steps_table(story["steps"], look);
}

} // namespace openclaw::cli
