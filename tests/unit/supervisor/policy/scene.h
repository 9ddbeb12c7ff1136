// Facts and rules as the tests write them.
#pragma once

#include "supervisor/policy/access.h"

#include <set>
#include <string>

inline openclaw::policy::Facts direct(std::string sender, std::string text = "hello") {
    openclaw::policy::Facts facts;
    facts.channel = "telegram";
    facts.chat_kind = openclaw::policy::ChatKind::direct;
    facts.chat_id = facts.sender_id = std::move(sender);
    facts.text = std::move(text);
    facts.message_id = "42";
    return facts;
}

inline openclaw::policy::Facts in_group(std::string chat, std::string sender,
                                        std::string text = "hello") {
    auto facts = direct(std::move(sender), std::move(text));
    facts.chat_kind = openclaw::policy::ChatKind::group;
    facts.chat_id = std::move(chat);
    return facts;
}

inline openclaw::policy::Facts in_space(std::string space, std::string chat, std::string sender) {
    auto facts = in_group(std::move(chat), std::move(sender));
    facts.chat_kind = openclaw::policy::ChatKind::channel;
    facts.guild_id = std::move(space);
    return facts;
}

inline openclaw::policy::Facts mentioned(openclaw::policy::Facts facts) {
    facts.addressing = openclaw::policy::Addressing::mention;
    return facts;
}

// One account, its rules, and who is paired.
struct Door {
    openclaw::config::AccessSettings access;
    openclaw::config::Commands commands;
    openclaw::policy::MentionPatterns mentions;
    std::set<std::string, std::less<>> paired;

    Door() { access.id_prefixes = {"telegram:", "tg:"}; }

    openclaw::policy::Admission admit(const openclaw::policy::Facts& facts) const {
        return openclaw::policy::admit(
            facts, {access, commands, mentions},
            [&](std::string_view sender) { return paired.contains(sender); });
    }

    // "admit", "context", "pair", or the reason of a drop.
    std::string says(const openclaw::policy::Facts& facts) const {
        const auto admission = admit(facts);
        switch (admission.verdict) {
        case openclaw::policy::Verdict::admit:
            return "admit";
        case openclaw::policy::Verdict::context:
            return "context";
        case openclaw::policy::Verdict::pair:
            return "pair";
        case openclaw::policy::Verdict::drop:
            break;
        }
        return std::string(openclaw::policy::word(admission.reason));
    }
};
