// config/channels/row.h — what the configuration needs to know of a channel, as data beside its
// WorkerSpec.
#pragma once

#include "common/base/result.h"
#include "common/config/config.h"
#include "common/config/fields.h"
#include "common/config/patience_rule.h"
#include "common/worker/spec.h"

namespace openclaw::config {

// What the platform and our worker for it can do, for those who ask before they try
// (channels.capabilities). Only what works is said here.
struct Abilities {
    std::array<std::string_view, 4> chat_types{}; // of "direct", "group", "channel", "thread"
    bool polls = false;
    bool reactions = false;
    bool edit = false;
    bool unsend = false;
    bool reply = false;
    bool threads = false;
    bool media = false;
    bool native_commands = false;
    bool block_streaming = false;
    // Of message.action, besides "send". The worker is asked for no other.
    std::array<std::string_view, 16> actions{};
    // Whom the worker can list; without it only those are listed whom the gateway has met.
    bool peers = false;
    bool groups = false;
    bool members = false;
};

struct ChannelRow {
    const WorkerSpec* spec;
    const Section* fields; // of an account, filling a ChannelAccount

    // What an account cannot do without; an empty field: nothing. Looked for in the file, then in
    // the configuration, then, for the default account, in the environment.
    struct Credential {
        std::string_view field;    // "botToken": the name the worker knows, too
        std::string_view file_key; // "tokenFile"
        std::string_view variable; // "TELEGRAM_BOT_TOKEN"
        // Does it look like one, before it is written down? Null: whatever is given may be one.
        Result<void> (*check)(std::string_view value) = nullptr;
    } credential{};

    std::array<std::string_view, 4> id_prefixes{}; // "tg:": stands for "telegram:" before an id
    StreamingMode streaming = StreamingMode::partial;
    int text_chunk_limit = 4000;
    PatienceRule patience{};
    Abilities abilities{};
};

// Rows that all channels have in common (CONFIG.md 5.2), filling a ChannelAccount.
extern const Section common_channel_section;

// Of a channel whose connections may go through a proxy: a text, kept as a secret.
inline void store_proxy(void* account, const Node& node, std::size_t) {
    static_cast<ChannelAccount*>(account)->proxy = Secret(node.text);
}

inline constexpr Field proxy_row = {.name = "proxy",
                                    .type = Type::text,
                                    .use = Use::active,
                                    .reload = Reload::channel,
                                    .store = store_proxy};

} // namespace openclaw::config
