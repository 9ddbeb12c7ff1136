#include "workers/discord/checkup.h"

#include "workers/discord/chat.h"
#include "workers/discord/identity.h"
#include "workers/discord/intents.h"
#include "workers/discord/refusal.h"
#include "workers/discord/sign_in.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

// DISCORD.md 5: see channels, react, send (in threads too), embed, attach, read history, use
// emojis of others, open threads.
constexpr std::uint64_t permissions_wanted = 1ull << 10 | 1ull << 6 | 1ull << 11 | 1ull << 14 |
                                             1ull << 15 | 1ull << 16 | 1ull << 18 | 1ull << 35 |
                                             1ull << 38;

std::string invitation(Snowflake application) {
    return "https://discord.com/oauth2/authorize?client_id=" + application.text() +
           "&scope=bot+applications.commands&permissions=" + std::to_string(permissions_wanted);
}

const char* yes_or_no(bool flag) {
    return flag ? "true" : "false";
}

} // namespace

struct Checkup::Visit {
    worker::Question question;
    wire::ProbeFacts facts{};
    Identity me{};

    void fact(std::string name, std::string value) {
        auto& one = *facts.add_facts();
        one.set_name(std::move(name));
        one.set_value(std::move(value));
    }

    void time(std::string name, std::int64_t unix_ms) {
        if (unix_ms > 0) fact(std::move(name), std::to_string(unix_ms));
    }
};

Checkup::Checkup(Api& api, const Settings& settings, Ask evidence)
    : api_(api)
    , settings_(settings)
    , evidence_(std::move(evidence)) {}

void Checkup::begin(worker::Question question) {
    const auto visit = std::make_shared<Visit>(std::move(question));
    ask(visit, "/users/@me", &Checkup::on_me);
}

void Checkup::ask(const Shared& visit, std::string path, Step next) {
    api_.call({.path = std::move(path),
               .deadline = std::min(visit->question.within(), call_deadline),
               .idempotent = true},
              [this, visit, next](const Answer& answer) {
                  if (!answer.ok()) return refuse(visit->question, answer, Repeatable::yes);
                  (this->*next)(visit, answer);
              });
}

void Checkup::on_me(const Shared& visit, const Answer& answer) {
    visit->me = Identity::read(answer.result());
    visit->facts.set_identity(visit->me.username);
    visit->facts.set_identity_id(visit->me.id.text());
    visit->facts.set_display_name(std::string(answer.result()["global_name"].text()));
    ask(visit, "/applications/@me", &Checkup::on_application);
}

void Checkup::on_application(const Shared& visit, const Answer& answer) {
    const auto root = answer.result();
    const auto granted = read_granted(root);
    visit->fact("messageContent", yes_or_no(granted.message_content));
    visit->fact("guildMembers", yes_or_no(granted.guild_members));
    visit->fact("presence", yes_or_no(granted.presences));
    if ((settings_.intents & message_content) != 0 && !granted.message_content)
        visit->facts.add_warnings(
            "Message Content Intent is not switched on: in servers the bot reads only messages "
            "that name it. Switch it on in the Developer Portal under Bot.");
    if (root["approximate_guild_count"].is_integer()) {
        const auto servers = root["approximate_guild_count"].integer();
        visit->fact("guilds", std::to_string(servers));
        if (servers == 0)
            visit->facts.add_warnings("The bot is in no server yet: open the invitation.");
    }
    auto& link = *visit->facts.add_links();
    link.set_name("invite");
    link.set_url(invitation(Snowflake::parse(root["id"].text()).value_or(visit->me.application)));
    const auto to = destination_of(visit->question.asked().probe().target());
    if (to && !to->channel.empty())
        return ask(visit, "/channels/" + to->channel, &Checkup::on_target);
    finish(*visit);
}

void Checkup::on_target(const Shared& visit, const Answer& answer) {
    visit->fact("target", std::string(answer.result()["name"].text()));
    finish(*visit);
}

void Checkup::finish(Visit& visit) {
    const auto evidence = evidence_();
    visit.fact("gateway", evidence.state);
    visit.time("lastHeartbeatAckAt", evidence.last_heartbeat_ack_unix_ms);
    visit.time("lastEventAt", evidence.last_event_unix_ms);
    visit.time("sessionSince", evidence.session_since_unix_ms);
    visit.fact("identifiesRemaining", std::to_string(evidence.identifies_left));
    if (evidence.round_trip)
        visit.fact("heartbeatMs", std::to_string(evidence.round_trip->count()));
    visit.question.answer(std::move(visit.facts));
}

} // namespace openclaw::discord
