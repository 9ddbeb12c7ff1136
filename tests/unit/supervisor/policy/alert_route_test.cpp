#include "supervisor/policy/alert_route.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

config::ChannelAccount account(std::string channel, std::string name,
                               config::SenderList allow_from = {}) {
    config::ChannelAccount made;
    made.channel = std::move(channel);
    made.account_id = std::move(name);
    made.access.allow_from = std::move(allow_from);
    made.access.id_prefixes = {"telegram:", "tg:"};
    return made;
}

Judged judged(const config::ChannelAccount& one, Level level) {
    return {.id = one.worker_id(),
            .label = {},
            .channel = one.channel,
            .account = one.account_id,
            .verdict = {.level = level}};
}

struct Place {
    config::Config config;
    std::vector<Judged> all;
    std::vector<std::string> paired;

    void add(const config::ChannelAccount& one, Level level = Level::ok) {
        config.channels.push_back(one);
        all.push_back(judged(one, level));
    }

    std::vector<Contact> contacts() const {
        return alert_contacts(config, all, all.front(), [this](auto, auto) { return paired; });
    }
};

} // namespace

TEST_SUITE("policy/alert_route") {
    TEST_CASE("another platform comes first, what is not well and the sick one itself never") {
        Place place;
        place.add(account("telegram", "sick", {"1"}), Level::down);
        place.add(account("telegram", "second", {"2"}));
        place.add(account("telegram", "third", {"3"}), Level::degraded);
        place.add(account("echo", "a", {"4"}));
        CHECK(place.contacts() ==
              std::vector<Contact>{{"echo", "a", "4"}, {"telegram", "second", "2"}});
    }
    TEST_CASE("the owner is who gateway.alerts.to names, else commands.ownerAllowFrom, else who is "
              "let in by name, else who was let in first") {
        Place place;
        place.add(account("echo", "sick"), Level::down);
        place.add(account("telegram", "a", {"*", "accessGroup:friends", "tg:20"}));
        place.paired = {"30", "31"};
        CHECK(place.contacts().front().person == "20");
        place.config.commands.owner_allow_from = {"discord:9", "telegram:10"};
        CHECK(place.contacts().front().person == "10");
        place.config.gateway.alerts.to = {"telegram:5"};
        CHECK(place.contacts().front().person == "5");
        place.config.gateway.alerts.to = {"discord:5"}; // nobody on Telegram is meant
        CHECK(place.contacts().empty());
        Place open;
        open.add(account("echo", "sick"), Level::down);
        open.add(account("telegram", "a", {"*"}));
        CHECK(open.contacts().empty());
        open.paired = {"30", "31"};
        CHECK(open.contacts().front().person == "30");
    }
    TEST_CASE("an account that is well again can speak for itself, to its own owner") {
        Place place;
        place.add(account("telegram", "only", {"tg:20"}));
        place.add(account("echo", "open", {"*"}));
        const auto over = [&](std::string_view id) {
            return contact_over(place.config, id,
                                [](auto, auto) -> std::vector<std::string> { return {}; });
        };
        CHECK(over("telegram:only") == Contact{"telegram", "only", "20"});
        CHECK_FALSE(over("echo:open")); // nobody is known to be the owner there
        CHECK_FALSE(over("telegram:gone"));
    }
}
