#include "supervisor/policy/reaction.h"

#include "supervisor/policy/access.h"

namespace openclaw::policy {

bool wants_reaction(const Facts& who, const config::AccessSettings& access, bool is_on_own) {
    const auto room = room_for(who, access);
    switch (room.reactions) {
    case config::ReactionNotifications::off:
        return false;
    case config::ReactionNotifications::own:
        return is_on_own;
    case config::ReactionNotifications::all:
        return true;
    case config::ReactionNotifications::allowlist:
        return is_named_in(room, who, access);
    }
    return false;
}

} // namespace openclaw::policy
