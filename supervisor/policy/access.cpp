#include "supervisor/policy/access.h"

#include "common/base/strings.h"
#include "supervisor/policy/commands.h"

#include <algorithm>
#include <array>

namespace openclaw::policy {

namespace {

using config::AccessSettings;
using config::DmPolicy;
using config::GroupPolicy;
using config::RoomRules;
using config::SenderList;

struct ReasonRow {
    Reason reason;
    std::string_view word, sentence;
};

constexpr std::array<ReasonRow, 12> reasons = {{
    {Reason::none, "none", "it was admitted"},
    {Reason::dm_disabled, "dm_disabled", "direct messages are switched off (dmPolicy: disabled)"},
    {Reason::sender_not_allowed, "sender_not_allowed",
     "the sender is not in allowFrom: add the sender's id there"},
    {Reason::pairing_needed, "pairing_needed",
     "the sender is not paired: approve the code with openclaw pairing approve"},
    {Reason::group_disabled, "group_disabled", "groups are switched off (groupPolicy: disabled)"},
    {Reason::room_not_listed, "room_not_listed",
     "the room is not listed: add its id, or \"*\", to groups; where rooms lie in servers, the "
     "server's id to guilds, and the room's to that server's channels if any are listed"},
    {Reason::room_switched_off, "room_switched_off",
     "the group or topic is switched off (enabled: false)"},
    {Reason::group_sender_not_allowed, "group_sender_not_allowed",
     "the sender is not allowed in this group: add the sender's id to groupAllowFrom or to the "
     "group's allowFrom"},
    {Reason::group_list_empty, "group_list_empty",
     "nobody is allowed in this group yet: list senders in groupAllowFrom, name the group in "
     "groups, or set groupPolicy: open"},
    {Reason::not_mentioned, "not_mentioned",
     "the bot was not mentioned, and this group requires it (requireMention)"},
    {Reason::bot_not_allowed, "bot_not_allowed",
     "the sender is a bot, and bots are not answered here (allowBots)"},
    {Reason::sender_unknown, "sender_unknown", "the platform did not say who sent it"},
}};

const ReasonRow& row(Reason reason) {
    return *std::ranges::find(reasons, reason, &ReasonRow::reason);
}

Admission refuse(Reason reason, Verdict verdict = Verdict::drop) {
    return {.verdict = verdict, .reason = reason};
}

template <class T>
T first_set(std::initializer_list<std::optional<T>> candidates, T otherwise) {
    for (const auto& candidate : candidates)
        if (candidate) return *candidate;
    return otherwise;
}

template <class Map>
const typename Map::mapped_type* entry(const Map& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

template <class Map>
const typename Map::mapped_type* entry_or_star(const Map& map, const std::string& key) {
    const auto* exact = entry(map, key);
    return exact != nullptr ? exact : entry(map, "*");
}

bool is_owner(const Facts& facts, const AccessRules& rules) {
    return !facts.sender_id.empty() &&
           is_listed(rules.commands.owner_allow_from, facts.sender_id, rules.access);
}

// commands.allowFrom, where it is set, is the only source (BEHAVIOUR.md A6); an owner is never
// locked out.
bool may_command(const Facts& facts, const AccessRules& rules, bool owner) {
    const auto& lists = rules.commands.allow_from;
    if (owner || lists.empty()) return true;
    const auto* list = entry_or_star(lists, facts.channel);
    return list != nullptr && is_listed(*list, facts.sender_id, rules.access);
}

Admission admitted(const Facts& facts, const AccessRules& rules, bool was_mentioned) {
    const bool owner = is_owner(facts, rules);
    return {.verdict = Verdict::admit,
            .reason = Reason::none,
            .was_mentioned = was_mentioned,
            .may_command = may_command(facts, rules, owner),
            .is_owner = owner};
}

// A command addresses the bot when it names it ("/status@my_bot") or is one of ours: any other word
// behind a slash is ordinary text, which needs a mention like every text.
bool is_addressed(const Facts& facts) {
    if (facts.addressing != Addressing::command) return facts.addressing != Addressing::none;
    const std::string_view first =
        std::string_view(facts.text).substr(0, facts.text.find_first_of(" \n"));
    return first.contains('@') || find_command(facts.command) != nullptr;
}

bool is_bot_refused(const Facts& facts, const AccessSettings& access, bool was_mentioned) {
    if (!facts.sender_is_bot) return false;
    switch (access.allow_bots) {
    case config::AllowBots::no:
        return true;
    case config::AllowBots::yes:
        return false;
    case config::AllowBots::mentions:
        return !was_mentioned;
    }
    return true;
}

Admission admit_direct(const Facts& facts, const AccessRules& rules, const IsPaired& is_paired) {
    const auto* own = entry_or_star(rules.access.direct, facts.sender_id);
    const DmPolicy policy =
        own != nullptr && own->dm_policy ? *own->dm_policy : rules.access.dm_policy;
    const SenderList& list =
        own != nullptr && own->allow_from ? *own->allow_from : rules.access.allow_from;
    const bool listed = is_listed(list, facts.sender_id, rules.access);
    switch (policy) {
    case DmPolicy::disabled:
        return refuse(Reason::dm_disabled);
    case DmPolicy::open:
        // Only an explicit "*" opens the door to everybody; pairings do not widen it (BEHAVIOUR.md
        // A1).
        return listed ? admitted(facts, rules, true) : refuse(Reason::sender_not_allowed);
    case DmPolicy::allowlist:
        return listed || is_paired(facts.sender_id) ? admitted(facts, rules, true)
                                                    : refuse(Reason::sender_not_allowed);
    case DmPolicy::pairing:
        return listed || is_paired(facts.sender_id) ? admitted(facts, rules, true)
                                                    : refuse(Reason::pairing_needed, Verdict::pair);
    }
    return refuse(Reason::dm_disabled);
}

bool has_role(const Facts& facts, const std::vector<std::string>& roles) {
    return std::ranges::any_of(roles, [&](const std::string& role) {
        return std::ranges::find(facts.sender_roles, role) != facts.sender_roles.end();
    });
}

// Who may speak in a room that groupPolicy "allowlist" governs.
Reason sender_refusal(const Facts& facts, const Room& room, const AccessSettings& access) {
    if (!room.senders.empty() || !room.roles.empty())
        return is_named_in(room, facts, access) ? Reason::none : Reason::group_sender_not_allowed;
    // A room named by its id stands for its members; "*" alone names nobody.
    return room.is_named ? Reason::none : Reason::group_list_empty;
}

Reason room_refusal(const Facts& facts, const Room& room, const AccessSettings& access) {
    if (room.policy == GroupPolicy::disabled) return Reason::group_disabled;
    if (!room.is_listed) return Reason::room_not_listed;
    if (!room.enabled) return Reason::room_switched_off;
    if (room.policy == GroupPolicy::open) return Reason::none;
    return sender_refusal(facts, room, access);
}

Admission admit_in_room(const Facts& facts, const AccessRules& rules) {
    const Room room = room_for(facts, rules.access);
    const bool by_pattern =
        patterns_apply(facts, rules.access.pattern_scope) && rules.mentions.match(facts.text);
    const bool was_mentioned = is_addressed(facts) || by_pattern;
    if (is_bot_refused(facts, rules.access, was_mentioned)) return refuse(Reason::bot_not_allowed);
    if (const Reason reason = room_refusal(facts, room, rules.access); reason != Reason::none)
        return refuse(reason);
    if (!room.require_mention || was_mentioned) return admitted(facts, rules, was_mentioned);
    return refuse(Reason::not_mentioned, Verdict::context);
}

// What is written about the place of a message.
struct Place {
    std::array<const RoomRules*, 3> rules{}; // the nearest first; null: nothing is written
    std::optional<bool> star_mention;        // the mention gate of "*" holds in named groups, too
    bool has_list = false;                   // rooms are listed
    bool is_listed = false;
    bool is_named = false;

    template <class T>
    std::optional<T> first(std::optional<T> RoomRules::*member) const {
        for (const RoomRules* one : rules)
            if (one != nullptr && one->*member) return one->*member;
        return std::nullopt;
    }
};

Place place_in_groups(const Facts& facts, const AccessSettings& access) {
    Place place;
    if (!access.groups) return place;
    const auto* named = entry(*access.groups, facts.chat_id);
    const auto* star = entry(*access.groups, "*");
    const auto* group = named != nullptr ? named : star;
    if (star != nullptr) place.star_mention = star->require_mention;
    place.has_list = true;
    place.is_listed = group != nullptr;
    place.is_named = named != nullptr;
    if (group == nullptr) return place;
    const auto* topic =
        facts.thread_id.empty() ? nullptr : entry_or_star(group->topics, facts.thread_id);
    place.rules = {topic, group};
    return place;
}

// Naming a space lets its members in; naming rooms in it closes the others.
Place place_in_space(const Facts& facts, const AccessSettings& access) {
    Place place{.has_list = true};
    const auto* space = entry_or_star(access.spaces, facts.guild_id);
    if (space == nullptr) return place;
    const auto* thread = facts.thread_id.empty() ? nullptr : entry(space->rooms, facts.thread_id);
    const auto* room = entry_or_star(space->rooms, facts.chat_id);
    place.is_listed = space->rooms.empty() || room != nullptr || thread != nullptr;
    place.is_named = place.is_listed;
    place.rules = {thread, room, space};
    return place;
}

// The nearest place that says who, says it alone.
void set_senders(Room& room, const Place& place, const AccessSettings& access) {
    for (const RoomRules* rules : place.rules) {
        if (rules == nullptr || (!rules->allow_from && !rules->roles)) continue;
        room.senders = rules->allow_from.value_or(SenderList());
        room.roles = rules->roles.value_or(std::vector<std::string>());
        return;
    }
    room.senders = access.group_allow_from.value_or(access.allow_from);
}

} // namespace

std::string_view word(Reason reason) {
    return row(reason).word;
}

std::string_view sentence(Reason reason) {
    return row(reason).sentence;
}

std::string bare_id(std::string_view written, const AccessSettings& access) {
    written = trim(written);
    for (const std::string_view prefix : access.id_prefixes)
        if (written.size() > prefix.size() &&
            equals_ignoring_case(written.substr(0, prefix.size()), prefix))
            return std::string(trim(written.substr(prefix.size())));
    return std::string(written);
}

bool is_listed(const SenderList& list, std::string_view sender_id, const AccessSettings& access) {
    const auto is_sender = [&](const std::string& written) {
        const std::string id = bare_id(written, access);
        return id == "*" || (!sender_id.empty() && id == sender_id);
    };
    return std::ranges::any_of(list, is_sender);
}

bool is_named_in(const Room& room, const Facts& facts, const AccessSettings& access) {
    return is_listed(room.senders, facts.sender_id, access) || has_role(facts, room.roles);
}

Room room_for(const Facts& facts, const AccessSettings& access) {
    const bool is_in_space = !facts.guild_id.empty() && !access.spaces.empty();
    const Place place =
        is_in_space ? place_in_space(facts, access) : place_in_groups(facts, access);
    const auto first = [&](auto member) { return place.first(member); };
    Room room;
    room.is_named = place.is_named;
    room.policy = first(&RoomRules::group_policy).value_or(access.group_policy);
    // Without a list of rooms: open lets every room in, allowlist those where somebody is allowed
    // by name.
    const bool has_own_senders = access.group_allow_from && !access.group_allow_from->empty();
    room.is_listed =
        place.has_list ? place.is_listed : room.policy == GroupPolicy::open || has_own_senders;
    room.enabled = std::ranges::all_of(place.rules, [](const RoomRules* rules) {
        return rules == nullptr || rules->enabled.value_or(true);
    });
    room.require_mention = first_set(
        {first(&RoomRules::require_mention), place.star_mention, access.require_mention}, true);
    set_senders(room, place, access);
    room.reactions = first(&RoomRules::reactions).value_or(room.reactions);
    for (const RoomRules* rules : place.rules)
        if (rules != nullptr && room.agent_id.empty()) room.agent_id = rules->agent_id;
    room.system_prompt = first(&RoomRules::system_prompt).value_or("");
    return room;
}

Admission admit(const Facts& facts, const AccessRules& rules, const IsPaired& is_paired) {
    if (facts.sender_id.empty() && facts.chat_kind != ChatKind::channel)
        return refuse(Reason::sender_unknown);
    if (facts.chat_kind != ChatKind::direct) return admit_in_room(facts, rules);
    if (is_bot_refused(facts, rules.access, true)) return refuse(Reason::bot_not_allowed);
    return admit_direct(facts, rules, is_paired);
}

} // namespace openclaw::policy
