#include "cli/view/devices.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"

namespace openclaw::cli {

namespace {

constexpr std::size_t shown_id = 12; // of 64 hexadecimal digits

std::string words_of(json::View list) {
    std::string text;
    list.each_element([&](json::View word) {
        if (!text.empty()) text += ", ";
        text += printable(word.text());
        return true;
    });
    return text.empty() ? "-" : text;
}

std::string name_of(json::View device) {
    const auto name = device["operatorLabel"].text(device["displayName"].text());
    return printable(name.empty() ? device["clientId"].text("unknown") : name);
}

std::string short_id(json::View device) {
    return printable(device["deviceId"].text().substr(0, shown_id));
}

std::string render_pending(json::View pending, const Look& look) {
    if (pending.size() == 0) return {};
    Table table({"Request", "Device", "Name", "Roles", "Scopes", "Asked"});
    pending.each_element([&](json::View request) {
        table.add({printable(request["requestId"].text()), short_id(request), name_of(request),
                   words_of(request["roles"]), words_of(request["scopes"]),
                   age(request["ts"].integer(), look.now_ms)});
        return true;
    });
    return "Pending (" + std::to_string(pending.size()) + ")\n" + table.keep_whole(0).render(look) +
           look.paint(Ink::muted, "Let one in: openclaw devices approve REQUEST") + "\n";
}

std::string render_paired(json::View paired, const Look& look) {
    if (paired.size() == 0) return {};
    Table table({"Device", "Name", "Roles", "Scopes", "Last seen", "Here"});
    paired.each_element([&](json::View device) {
        table.add({printable(device["deviceId"].text()), name_of(device), words_of(device["roles"]),
                   words_of(device["scopes"]), age(device["lastSeenAtMs"].integer(), look.now_ms),
                   device["connected"].boolean() ? "yes" : "no"});
        return true;
    });
    return "Paired (" + std::to_string(paired.size()) + ")\n" + table.render(look);
}

} // namespace

std::string devices_view(json::View list, const Look& look) {
    const auto text = render_pending(list["pending"], look) + render_paired(list["paired"], look);
    return text.empty() ? "No device pairing entries.\n" : text;
}

std::string device_request_view(json::View request, const Look& look) {
    return "Device   " + printable(request["deviceId"].text()) + " (" + name_of(request) + ")\n" +
           "Platform " + printable(request["platform"].text("unknown")) + "\n" + "Roles    " +
           words_of(request["roles"]) + "\n" + "Scopes   " + words_of(request["scopes"]) + "\n" +
           "Asked    " + age(request["ts"].integer(), look.now_ms) + "\n" +
           "To let it in: openclaw devices approve " + printable(request["requestId"].text()) +
           "\n";
}

} // namespace openclaw::cli
