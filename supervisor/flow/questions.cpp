#include "supervisor/flow/questions.h"

#include "common/base/strings.h"
#include "common/config/channels/all.h"
#include "common/ipc/text.h"
#include "common/json/read.h"
#include "common/log/log.h"
#include "proto/frame.pb.h"
#include "supervisor/flow/acquaintances.h"
#include "supervisor/flow/addressee.h"
#include "supervisor/flow/wire_form.h"

#include <algorithm>

namespace openclaw::flow {

namespace {

// For the way there and back, beside what the worker may take.
constexpr Milliseconds on_the_way{500};
constexpr std::uint64_t max_result_bytes = 1 << 20;

Code code_of(wire::ChannelAnswer::Refusal refusal) {
    switch (refusal) {
    case wire::ChannelAnswer::UNSUPPORTED:
    case wire::ChannelAnswer::INVALID:
    case wire::ChannelAnswer::DENIED: // to the bot, not to the caller: no FORBIDDEN for him
        return Code::invalid;
    case wire::ChannelAnswer::NOT_FOUND:
        return Code::not_found;
    case wire::ChannelAnswer::RATE:
        return Code::busy;
    case wire::ChannelAnswer::UNKNOWN_OUTCOME:
        return Code::timeout;
    default:
        return Code::unavailable;
    }
}

Error refused(const wire::ChannelAnswer& answer) {
    Error error{.code = code_of(answer.refusal()), .sentence = log::redact(answer.sentence())};
    if (error.sentence.empty()) error.sentence = "the channel refused, and did not say why";
    if (answer.retry_after_ms() > 0) error.retry_after = Milliseconds(answer.retry_after_ms());
    return error;
}

Error of_another_kind() {
    return {.code = Code::internal, .sentence = "the channel answered another question"};
}

Result<ProbeReport> probe_report(const wire::ChannelAnswer& answer) {
    if (!answer.has_probe()) return Failure(of_another_kind());
    const auto& said = answer.probe();
    ProbeReport report{.identity = said.identity(),
                       .identity_id = said.identity_id(),
                       .display_name = said.display_name()};
    for (const auto& fact : said.facts())
        report.facts.emplace_back(fact.name(), log::redact(fact.value()));
    for (const auto& link : said.links()) // a person will click on it
        if (link.url().starts_with("https://")) report.links.emplace_back(link.name(), link.url());
    for (const auto& warning : said.warnings())
        report.warnings.push_back(log::redact(warning));
    return report;
}

Result<DirectoryReport> directory_report(const wire::ChannelAnswer& answer, std::size_t limit) {
    if (!answer.has_directory()) return Failure(of_another_kind());
    const auto& page = answer.directory();
    DirectoryReport report{.has_more = page.more(), .is_live = true, .note = page.note()};
    for (const auto& entry : page.entries()) {
        if (report.rows.size() == limit) {
            report.has_more = true;
            break;
        }
        report.rows.push_back({.id = entry.id(),
                               .name = entry.name(),
                               .handle = entry.handle(),
                               .kind = entry.kind(),
                               .parent_id = entry.parent_id(),
                               .parent_name = entry.parent_name()});
    }
    return report;
}

Result<ActionReport> action_report(const wire::ChannelAnswer& answer, const Fds& fds) {
    if (!answer.has_action()) return Failure(of_another_kind());
    const auto& said = answer.action();
    if (said.result().blob_bytes() > max_result_bytes)
        return fail(Code::busy, "the answer is longer than 1 MiB: ask for less with limit");
    auto result = TRY(ipc::take_text(said.result(), fds));
    if (!result.empty()) {
        const auto document = json::Document::parse(result);
        if (!document || !document->root().is_object())
            return fail(Code::internal, "the channel's result is no JSON object");
    }
    return ActionReport{.message_id = said.message_id(), .result_json = std::move(result)};
}

wire::DirectoryLookup::Kind wire_kind(DirectoryQuestion::Kind kind) {
    switch (kind) {
    case DirectoryQuestion::Kind::peers:
        return wire::DirectoryLookup::PEERS;
    case DirectoryQuestion::Kind::groups:
        return wire::DirectoryLookup::GROUPS;
    case DirectoryQuestion::Kind::members:
        break;
    }
    return wire::DirectoryLookup::MEMBERS;
}

bool can_be_asked(const config::Abilities& abilities, DirectoryQuestion::Kind kind) {
    switch (kind) {
    case DirectoryQuestion::Kind::peers:
        return abilities.peers;
    case DirectoryQuestion::Kind::groups:
        return abilities.groups;
    case DirectoryQuestion::Kind::members:
        break;
    }
    return abilities.members;
}

const config::Abilities& abilities_of(const config::ChannelAccount& account) {
    return config::find_channel_row(account.channel)->abilities;
}

Result<void> check_action(const config::ChannelAccount& account, const std::string& name) {
    const auto& abilities = abilities_of(account);
    if (!name.empty() && std::ranges::find(abilities.actions, name) != abilities.actions.end())
        return {};
    std::string known = "send";
    for (const auto action : abilities.actions)
        if (!action.empty()) known += ", " + std::string(action);
    return fail(Code::invalid, "message.action \"" + name + "\" is not supported by " +
                                   account.channel + "; it has: " + known);
}

wire::ChannelQuery query_of(const ActionOrder& order, const std::string& channel) {
    wire::ChannelQuery query;
    auto& action = *query.mutable_action();
    action.set_name(order.name);
    put_chat(*action.mutable_chat(), chat_meant(channel, order.to, order.thread_id));
    action.set_message_id(order.message_id);
    action.set_emoji(order.emoji);
    action.set_remove(order.remove);
    action.set_text(order.text);
    action.set_limit(order.limit);
    action.set_arguments_json(order.arguments_json);
    action.set_key(order.key);
    return query;
}

// Whose fault a silence is, and where to look.
Error no_answer(const std::string& worker, const Error& why, Milliseconds within) {
    if (why.code == Code::timeout)
        return {.code = Code::timeout,
                .sentence = worker + " did not answer within " +
                            std::to_string(within.count() / 1000) + " s"};
    if (why.code == Code::invalid) return why; // it fits into no frame
    return {.code = Code::unavailable,
            .sentence = worker + " cannot be asked now (" + why.sentence +
                        "); `openclaw workers show " + worker + "` tells why",
            .retryable = true};
}

} // namespace

template <class T>
void WorkerQuestions::fail_soon(Answered<T> done, Error error) {
    rooms_.loop.defer(
        [alive = std::weak_ptr(open_), done = std::move(done), error = std::move(error)]() mutable {
            if (!alive.expired()) done(Failure(std::move(error)));
        });
}

Result<const config::ChannelAccount*> WorkerQuestions::account_for(const AccountName& name) const {
    const auto* account = find_account(rooms_.decisions.config(), name.channel, name.account);
    if (account == nullptr)
        return fail(Code::not_found,
                    name.channel.empty()
                        ? "No channel is configured: `openclaw channels add` does"
                        : "Channel \"" + name.channel + "\" has no such account in the config.");
    if (!account->should_run())
        return fail(Code::unavailable,
                    account->worker_id() + " is switched off" +
                        (account->problem.empty() ? "." : ": " + account->problem));
    return account;
}

// One asker. A link that is destroyed forgets what was asked over it; then this tells him.
class WorkerQuestions::Asker {
  public:
    Asker(Loop& loop, const std::shared_ptr<Open>& open, std::string worker, OnAnswer done)
        : loop_(loop)
        , open_(open)
        , worker_(std::move(worker))
        , done_(std::move(done)) {
        ++(*open)[worker_];
    }

    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    ~Asker() {
        leave_soon({.code = Code::unavailable, .sentence = worker_ + " ended while it was asked"});
    }

    void tell(Result<const wire::ChannelAnswer*> answer, const Fds& fds) {
        auto done = std::exchange(done_, nullptr);
        if (leave()) done(std::move(answer), fds);
    }

    // Not before the next turn.
    void leave_soon(Error error) {
        if (!done_) return;
        const bool is_awaited = leave();
        loop_.defer([alive = open_, is_awaited, done = std::exchange(done_, nullptr),
                     error = std::move(error)]() mutable {
            if (is_awaited && !alive.expired()) done(Failure(std::move(error)), {});
        });
    }

  private:
    // False: nobody is there any more who would hear the answer.
    bool leave() {
        const auto open = open_.lock();
        if (open) --(*open)[worker_];
        return open != nullptr;
    }

    Loop& loop_;
    std::weak_ptr<Open> open_;
    std::string worker_;
    OnAnswer done_; // empty: told
};

void WorkerQuestions::ask(const std::string& worker, const wire::ChannelQuery& query,
                          Milliseconds within, OnAnswer done) {
    within = std::clamp(within, Milliseconds(1), longest);
    ipc::Link* link = rooms_.links.link(worker);
    auto asker = std::make_unique<Asker>(rooms_.loop, open_, worker, std::move(done));
    if (link == nullptr)
        return asker->leave_soon(no_answer(worker, {.sentence = "it is not running"}, within));
    if (const auto asked = (*open_)[worker]; asked > max_open)
        return asker->leave_soon({.code = Code::busy,
                                  .sentence = worker + " has " + std::to_string(asked - 1) +
                                              " questions to answer already"});
    wire::Frame frame;
    frame.set_trace(random_hex(6));
    *frame.mutable_channel_query() = query;
    frame.mutable_channel_query()->set_within_ms(static_cast<std::uint32_t>(within.count()));
    link->request(frame, {}, within + on_the_way,
                  [worker, within, asker = std::move(asker)](Result<const wire::Frame*> reply,
                                                             const Fds& fds) {
                      if (!reply)
                          return asker->tell(Failure(no_answer(worker, reply.error(), within)), {});
                      const auto& answer = (*reply)->channel_answer(); // empty: of another kind
                      if (answer.refusal() != wire::ChannelAnswer::REFUSAL_NONE)
                          return asker->tell(Failure(refused(answer)), {});
                      asker->tell(&answer, fds);
                  });
}

void WorkerQuestions::probe(const AccountName& name, const std::string& target, Milliseconds within,
                            Answered<ProbeReport> done) {
    const auto account = account_for(name);
    if (!account) return fail_soon(std::move(done), account.error());
    wire::ChannelQuery query;
    put_chat(*query.mutable_probe()->mutable_target(), chat_meant((*account)->channel, target, {}));
    ask((*account)->worker_id(), query, within,
        [done = std::move(done)](Result<const wire::ChannelAnswer*> answer, const Fds&) mutable {
            if (!answer) return done(Failure(answer.error()));
            done(probe_report(**answer));
        });
}

void WorkerQuestions::look_up(const AccountName& name, const DirectoryQuestion& question,
                              Answered<DirectoryReport> done) {
    const auto account = account_for(name);
    if (!account) return fail_soon(std::move(done), account.error());
    if (!can_be_asked(abilities_of(**account), question.kind))
        return rooms_.loop.defer(
            [alive = std::weak_ptr(open_), done = std::move(done),
             met = acquaintances(**account, rooms_.ledger, question)]() mutable {
                if (!alive.expired()) done(std::move(met));
            });
    wire::ChannelQuery query;
    auto& lookup = *query.mutable_directory();
    lookup.set_kind(wire_kind(question.kind));
    lookup.set_group_id(question.group_id);
    lookup.set_query(question.query);
    lookup.set_limit(static_cast<std::uint32_t>(question.limit));
    ask((*account)->worker_id(), query, longest,
        [done = std::move(done), limit = question.limit](Result<const wire::ChannelAnswer*> answer,
                                                         const Fds&) mutable {
            if (!answer) return done(Failure(answer.error()));
            done(directory_report(**answer, limit));
        });
}

void WorkerQuestions::act(const AccountName& name, const ActionOrder& order,
                          Answered<ActionReport> done) {
    const auto account = account_for(name);
    if (!account) return fail_soon(std::move(done), account.error());
    if (const auto known = check_action(**account, order.name); !known)
        return fail_soon(std::move(done), known.error());
    ask((*account)->worker_id(), query_of(order, (*account)->channel), longest,
        [done = std::move(done)](Result<const wire::ChannelAnswer*> answer,
                                 const Fds& fds) mutable {
            if (!answer) return done(Failure(answer.error()));
            done(action_report(**answer, fds));
        });
}

} // namespace openclaw::flow
