#include "cli/view/pairing.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "common/base/strings.h"

namespace openclaw::cli {

namespace {

std::string sender_of(json::View request) {
    const std::string id = printable(request["senderId"].text()),
                      label = printable(request["senderLabel"].text(request["senderName"].text()));
    return label.empty() ? id : label + " (" + id + ")";
}

} // namespace

std::string pairing_view(json::View list, std::string_view channel, const Look& look) {
    if (list["requests"].size() == 0)
        return "No pending " + (channel.empty() ? std::string() : std::string(channel) + " ") +
               "pairing requests.\n";
    Table table({"Code", "Channel", "Account", "Sender", "Asked", "Expires"});
    list["requests"].each_element([&](json::View request) {
        table.add({printable(request["code"].text()), printable(request["channel"].text()),
                   printable(request["accountId"].text("default")), sender_of(request),
                   age(request["createdAtMs"].integer(), look.now_ms),
                   until(request["expiresAtMs"].integer(), look.now_ms)});
        return true;
    });
    return table.keep_whole(0).render(look) +
           look.paint(Ink::muted, "Let one in: openclaw pairing approve CODE") + "\n";
}

json::View pairing_request(json::View list, std::string_view code) {
    json::View found;
    list["requests"].each_element([&](json::View request) {
        if (equals_ignoring_case(request["code"].text(), trim(code))) found = request;
        return !found;
    });
    return found;
}

} // namespace openclaw::cli
