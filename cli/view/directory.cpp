#include "cli/view/directory.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"

namespace openclaw::cli {

namespace {

std::string shown_name(json::View entry) {
    const auto name = printable(entry["name"].text());
    const auto handle = entry["handle"].text();
    if (handle.empty()) return name;
    return name + (name.empty() ? "@" : " (@") + printable(handle) + (name.empty() ? "" : ")");
}

std::string parent_of(json::View entry) {
    return printable(entry["parentName"].text(entry["parentId"].text()));
}

} // namespace

std::string directory_view(json::View directory, const Look& look) {
    Table table({"Id", "Kind", "Name", "In"});
    directory["entries"].each_element([&](json::View entry) {
        table.add({printable(entry["id"].text()), printable(entry["kind"].text()),
                   shown_name(entry), parent_of(entry)});
        return true;
    });
    return directory["entries"].size() == 0 ? "Nobody was found.\n"
                                            : table.keep_whole(0).render(look);
}

std::string directory_note(json::View directory) {
    std::string note;
    if (const auto said = directory["note"].text(); !said.empty())
        note = "note: " + printable(said);
    if (directory["more"].boolean())
        note += std::string(note.empty() ? "" : "\n") +
                "note: there are more; narrow it with --query, or raise --limit";
    return note;
}

} // namespace openclaw::cli
