// config/channels/row.h — what the configuration needs to know of a channel, as data beside its
// WorkerSpec.
#pragma once

#include "common/config/config.h"
#include "common/config/fields.h"
#include "common/config/patience_rule.h"
#include "common/worker/spec.h"

namespace openclaw::config {

struct ChannelRow {
    const WorkerSpec* spec;
    const Section* fields; // of an account, filling a ChannelAccount

    // What an account cannot do without; an empty field: nothing. Looked for in the file, then in
    // the configuration, then, for the default account, in the environment.
    struct Credential {
        std::string_view field;    // "botToken": the name the worker knows, too
        std::string_view file_key; // "tokenFile"
        std::string_view variable; // "TELEGRAM_BOT_TOKEN"
    } credential{};

    std::array<std::string_view, 4> id_prefixes{}; // "tg:": stands for "telegram:" before an id
    StreamingMode streaming = StreamingMode::partial;
    int text_chunk_limit = 4000;
    PatienceRule patience{};
};

// Rows that all channels have in common (CONFIG.md 5.2), filling a ChannelAccount.
extern const Section common_channel_section;

} // namespace openclaw::config
