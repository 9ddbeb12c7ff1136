#include "workers/discord/directory.h"

#include "common/base/strings.h"
#include "workers/discord/refusal.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr std::size_t most_asked_guilds = 20; // one question each
constexpr std::uint32_t usual_limit = 100;

bool can_be_written_to(const Channel& channel) {
    return channel.type != ChannelType::category && channel.type != ChannelType::stage;
}

bool matches(const Channel& channel, std::string_view query) {
    return query.empty() || to_lower(channel.name).contains(query) || channel.id.text() == query;
}

} // namespace

struct Directory::Visit {
    worker::Question question;
    std::deque<Snowflake> guilds{}; // to be asked for their channels
    bool is_partial = false;
};

void Directory::begin(worker::Question question) {
    if (question.asked().directory().kind() != wire::DirectoryLookup::GROUPS)
        return question.refuse_unsupported();
    const auto visit = std::make_shared<Visit>(std::move(question));
    if (world_.guild_count() > 0) return show(*visit);
    api_.call({.path = "/users/@me/guilds", .idempotent = true},
              [this, visit](const Answer& answer) { on_guilds(visit, answer); });
}

void Directory::on_guilds(const Shared& visit, const Answer& answer) {
    if (!answer.ok()) return refuse(visit->question, answer, Repeatable::yes);
    answer.result().each_element([&](json::View guild) {
        const auto id = Snowflake::parse(guild["id"].text());
        if (!id) return true;
        visit->is_partial = visit->guilds.size() >= most_asked_guilds;
        if (visit->is_partial) return false;
        visit->guilds.push_back(*id);
        world_.apply("GUILD_CREATE", guild); // its name
        return true;
    });
    ask_next(visit);
}

void Directory::ask_next(const Shared& visit) {
    if (visit->guilds.empty()) return show(*visit);
    const auto guild = visit->guilds.front();
    visit->guilds.pop_front();
    api_.call({.path = "/guilds/" + guild.text() + "/channels", .idempotent = true},
              [this, visit, guild](const Answer& answer) {
                  visit->is_partial = visit->is_partial || !answer.ok();
                  answer.result().each_element([&](json::View channel) {
                      world_.learn_channel(channel, guild);
                      return true;
                  });
                  ask_next(visit);
              });
}

void Directory::show(Visit& visit) {
    const auto& asked = visit.question.asked().directory();
    const auto query = to_lower(trim(asked.query()));
    std::vector<const Channel*> found;
    world_.each_channel([&](const Channel& channel) {
        if (channel.guild && can_be_written_to(channel) && matches(channel, query))
            found.push_back(&channel);
    });
    std::ranges::sort(found, {}, [](const Channel* one) { return one->id; });
    const std::size_t limit = asked.limit() == 0 ? usual_limit : asked.limit();
    wire::DirectoryPage page;
    page.set_more(found.size() > limit);
    for (const auto* channel : found) {
        if (static_cast<std::size_t>(page.entries_size()) == limit) break;
        auto& entry = *page.add_entries();
        entry.set_id(channel->id.text());
        entry.set_name("#" + channel->name);
        entry.set_kind(channel->is_thread() ? "thread" : "channel");
        entry.set_parent_id(channel->guild.text());
        entry.set_parent_name(std::string(world_.guild_name(channel->guild)));
    }
    if (visit.is_partial) page.set_note("Not every server could be asked for its channels.");
    visit.question.answer(std::move(page));
}

} // namespace openclaw::discord
