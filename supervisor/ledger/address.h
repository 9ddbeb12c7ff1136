// ledger/address.h — where a conversation is, as the ledger keeps it. Native ids are strings.
#pragma once

#include <string>

namespace openclaw::ledger {

enum class ChatKind {
    unknown = 0,
    direct = 1,
    group = 2,
    channel = 3
}; // numbers of wire::ChatKind

struct Chat {
    std::string id;
    std::string thread_id; // empty: none
    ChatKind kind = ChatKind::unknown;

    bool operator==(const Chat&) const = default;
};

// A way to reach somebody: through which account of which channel, and where there.
struct Route {
    std::string channel; // "telegram"; empty: no channel (a client)
    std::string account;
    Chat chat;

    bool operator==(const Route&) const = default;
};

} // namespace openclaw::ledger
