#include "supervisor/flow/inbound.h"

#include "common/base/strings.h"
#include "common/config/channels/all.h"
#include "common/ipc/protocol.h"
#include "common/ipc/text_bounds.h"
#include "common/log/log.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/sender_rules.h"
#include "supervisor/flow/wire_form.h"
#include "supervisor/policy/ack_reaction.h"
#include "supervisor/policy/reply_route.h"
#include "supervisor/policy/session_key.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t many_runs = 400; // live runs above which acknowledgements are held back
// While we stood still a worker tells its messages once more, for it cannot know.
constexpr std::uint32_t most_unacknowledged = 2 * ipc::inbound_credits;
// Of one worker, and not on disk yet: a hijacked one must not fill our memory.
constexpr std::size_t most_unrecorded_bytes = 8u << 20;
constexpr std::size_t max_event_id_bytes = 256;
constexpr Milliseconds record_pause{300}; // TELEGRAM.md 3.1: try the append again
constexpr Milliseconds longest_record_pause{10'000};

std::size_t bytes_told(const wire::Inbound& inbound) {
    return inbound.ByteSizeLong() + inbound.text().blob_bytes();
}

std::string words_of(const wire::Inbound& inbound, const ipc::Enclosure& came) {
    const bool is_short = inbound.text().blob_bytes() == 0;
    return to_valid_utf8(is_short ? std::string_view(inbound.text().inline_text()) : came.head);
}

// Whose texts may become one turn.
std::string sender_of(const std::string& worker, const policy::Facts& facts) {
    return worker + '\n' + facts.chat_id + '\n' + facts.thread_id + '\n' + facts.sender_id;
}

} // namespace

Inbounds::Inbounds(Rooms& rooms, AgentRuns& runs, Deliveries& deliveries, Commands& commands)
    : rooms_(rooms)
    , runs_(runs)
    , deliveries_(deliveries)
    , commands_(commands)
    , bursts_(rooms.loop, [this](RunRequest request) { give_to_agent(std::move(request)); })
    , record_again_(rooms.loop) {}

bool Inbounds::on_inbound(const std::string& worker, const wire::Inbound& inbound, const Fds& fds) {
    if (!admit(worker, inbound)) return false;
    const auto came = ipc::open_enclosure(inbound.files(), inbound.text().blob_bytes(), fds);
    if (!came) return false;
    auto message = std::make_shared<Message>();
    message->word_bytes = bytes_told(inbound);
    message->worker = worker;
    message->inbound = inbound;
    message->inbound.mutable_text()->Clear();
    message->inbound.mutable_text()->set_inline_text(words_of(inbound, *came));
    take_files(*message, came->files);
    const auto facts = facts_of(worker, message->inbound);
    message->key = {
        .channel = facts.channel, .account = facts.account, .event_id = inbound.event_id()};
    message->run_id = uuid_v4();
    message->trace = message->run_id.substr(0, 8) + message->run_id.substr(9, 4);
    last_inbound_ms_[worker] = rooms_.now_ms();
    rooms_.traces.add(message->trace, inbound_room, "arrived",
                      worker + " event " + inbound.event_id());
    kill_point("inbound_arrived");
    record(message);
    return true;
}

// Before anything of it is copied.
bool Inbounds::admit(const std::string& worker, const wire::Inbound& inbound) {
    if (inbound.event_id().empty() || inbound.event_id().size() > max_event_id_bytes ||
        inbound.text().blob_bytes() > ipc::max_inbound_text)
        return false;
    auto& open = open_[worker];
    open.unrecorded_bytes += bytes_told(inbound);
    return ++open.unacknowledged <= most_unacknowledged &&
           open.unrecorded_bytes <= most_unrecorded_bytes;
}

std::string Inbounds::name_of(const ledger::InboxKey& key) {
    return worker_id(key.channel, key.account) + '\n' + key.event_id;
}

void Inbounds::record(const Held& message) {
    recording_.try_emplace(name_of(message->key), message);
    auto found = std::make_shared<ledger::Recorded>();
    ledger::InboxRow row{.key = message->key,
                         .logical_id = message->inbound.logical_id(),
                         .chat_id = message->inbound.chat().id(),
                         .message_id = message->inbound.message_id(),
                         .payload = message->inbound.SerializeAsString(),
                         .received_at_ms = rooms_.now_ms(),
                         .reason = {},
                         .session_key = {},
                         .run_id = message->run_id,
                         .trace = message->trace};
    auto write = rooms_.ledger.inbox.record(std::move(row), found, message->images);
    rooms_.ledger.store->commit(ledger::writes(std::move(write)),
                                [this, message, found](Result<void> kept) {
                                    on_recorded(message, std::move(kept), *found);
                                });
}

void Inbounds::on_recorded(const Held& message, Result<void> kept, const ledger::Recorded& found) {
    if (!kept) { // never acknowledged, so never lost: the platform still has it too
        log::warn("inbound.not_recorded", {{"worker", message->worker},
                                           {"event", message->key.event_id},
                                           {"why", kept.error().sentence}});
        to_record_again_.push_back(message);
        const auto pause = std::min(longest_record_pause,
                                    record_pause * (1 << std::min(++message->record_tries, 6)));
        if (!record_again_.is_active())
            record_again_.start(pause, [this] {
                for (const auto& waiting : std::exchange(to_record_again_, {}))
                    record(waiting);
            });
        return;
    }
    const auto recorded = recording_.find(name_of(message->key));
    if (recorded != recording_.end() && recorded->second == message) recording_.erase(recorded);
    on_disk(*message);
    kill_point("inbound_recorded");
    acknowledge({.worker = message->worker,
                 .event_id = message->key.event_id,
                 .trace = found.duplicate ? found.trace : message->trace,
                 .is_duplicate = found.duplicate});
    if (found.duplicate)
        return rooms_.traces.add(found.trace, inbound_room, "redelivered",
                                 "already known, answered once");
    rooms_.traces.add(message->trace, inbound_room, "recorded");
    message->is_taken_back ? take_back(message->key, message->trace) : judge(message);
}

void Inbounds::on_disk(Message& message) {
    release_files(message);
    auto& unrecorded = open_[message.worker].unrecorded_bytes;
    unrecorded -= std::min(unrecorded, message.word_bytes); // 0: it came in an earlier life
}

void Inbounds::acknowledge(Ack ack) {
    const bool is_crowded = owed_runs() + bursts_.size() > many_runs;
    if (is_crowded && !ack.is_duplicate) return held_back_.push_back(std::move(ack));
    send_ack(ack);
}

void Inbounds::on_fewer_runs() {
    while (!held_back_.empty() && owed_runs() <= many_runs) {
        send_ack(held_back_.front());
        held_back_.pop_front();
    }
}

void Inbounds::on_worker_down(const std::string& worker) {
    open_.erase(worker);
}

void Inbounds::send_ack(const Ack& ack) {
    if (auto& open = open_[ack.worker].unacknowledged; open > 0) --open; // 0: as above
    ipc::Link* link = rooms_.links.link(ack.worker);
    if (link == nullptr) return; // it will come again and be known
    wire::Frame frame;
    frame.set_trace(ack.trace);
    frame.mutable_inbound_ack()->set_event_id(ack.event_id);
    frame.mutable_inbound_ack()->set_duplicate(ack.is_duplicate);
    (void)link->send(frame);
}

void Inbounds::judge(const Held& message) {
    const log::TraceScope trace(message->trace);
    const auto facts = facts_of(message->worker, message->inbound);
    const auto& config = rooms_.decisions.config();
    const auto* account = config.find_channel(facts.channel, facts.account);
    if (account == nullptr)
        return drop(message, "account_removed",
                    "this account is not in the configuration any more");
    const auto judged = judge_sender(rooms_, facts, account->access);
    if (!judged) return drop(message, "no_agent", judged.error().sentence);
    const auto& [admission, route] = *judged;
    if (admission.verdict == policy::Verdict::pair) return offer_pairing(message, facts);
    if (admission.verdict != policy::Verdict::admit)
        return drop(message, policy::word(admission.reason), policy::sentence(admission.reason));
    rooms_.traces.add(message->trace, "policy/access", "admitted",
                      "agent " + route.agent_id + " by " + std::string(route.matched));
    const auto call = policy::judge_command(facts, admission, config.commands, config.session);
    using Answer = policy::CommandCall::Answer;
    if (call.answer == Answer::refuse)
        return settle_with(message,
                           notice_for(*message, facts, std::string(policy::not_authorised_text)));
    if (call.answer == Answer::run) {
        bursts_.end(sender_of(message->worker, facts)); // said before the command
        const Commands::Order order{.call = call,
                                    .facts = facts,
                                    .route = route,
                                    .key = message->key,
                                    .run_id = message->run_id,
                                    .trace = message->trace};
        if (commands_.obey(order, notice_for(*message, facts, ""))) return;
        message->inbound.mutable_text()->set_inline_text(call.arguments); // "/new and then this"
    }
    react(facts, admission, *account, route.agent_id);
    begin_run(message, facts, route);
}

void Inbounds::begin_run(const Held& message, const policy::Facts& facts,
                         const policy::Route& route) {
    const auto& config = rooms_.decisions.config();
    const auto* account = config.find_channel(facts.channel, facts.account);
    const auto back = policy::reply_route(facts, account->reply_to);
    RunRequest request{.run_id = message->run_id,
                       .session_key = policy::session_key(facts, route, config.session),
                       .agent_id = route.agent_id,
                       .message = agent_text(message->inbound),
                       .sender_label = sender_label(message->inbound.sender()),
                       .inbox_event_id = message->key.event_id,
                       .charged_resumes = message->charged_resumes,
                       .trace = message->trace};
    request.target = ReplyTarget{.to = {.channel = back.channel,
                                        .account = back.account,
                                        .chat = {.id = back.chat_id,
                                                 .thread_id = back.thread_id,
                                                 .kind = chat_kind(facts.chat_kind)}},
                                 .reply_to_message_id = back.reply_to_message_id};
    if (message->inbound.files_size() > 0)
        request.file_owners.push_back(ledger::files_of(message->key));
    // A run that had begun is made of the same messages as before.
    if (message->had_begun) return give_to_agent(std::move(request));
    const auto* row = config::find_channel_row(facts.channel);
    const auto patience = policy::patience(
        facts, row == nullptr ? config::PatienceRule{} : row->patience, config.messages);
    if (patience.pause > Milliseconds(0))
        rooms_.traces.add(message->trace, inbound_room, "waits_for_more",
                          std::to_string(patience.pause.count()) + " ms");
    bursts_.add(sender_of(message->worker, facts), std::move(request), patience);
}

void Inbounds::give_to_agent(RunRequest request) {
    if (request.target && !request.target->is_direct())
        request.message = request.sender_label + ": " + request.message;
    begin_or_keep(std::move(request));
}

// Refused only while the gateway restarts or stops. When it does neither the run begins after all;
// else the record stays unfinished and the next start resumes it.
void Inbounds::begin_or_keep(RunRequest request) {
    const auto begun = runs_.begin(std::move(request));
    if (begun) return;
    rooms_.traces.add(request.trace, inbound_room, "refused_for_now", begun.error().sentence);
    refused_.push_back(std::move(request));
}

void Inbounds::react(const policy::Facts& facts, const policy::Admission& admission,
                     const config::ChannelAccount& account, const std::string& agent_id) {
    const auto& config = rooms_.decisions.config();
    const auto* agent = config.agents.find(agent_id);
    ipc::Link* link = rooms_.links.link(worker_id(facts.channel, facts.account));
    if (agent == nullptr || link == nullptr || !link->can_send() || facts.message_id.empty())
        return;
    const auto emoji = policy::ack_reaction(facts, admission, account, config.messages, *agent);
    if (!emoji || emoji->empty()) return;
    wire::Frame frame;
    auto& reaction = *frame.mutable_reaction();
    put_chat(
        *reaction.mutable_chat(),
        {.id = facts.chat_id, .thread_id = facts.thread_id, .kind = chat_kind(facts.chat_kind)});
    reaction.set_message_id(facts.message_id);
    reaction.set_emoji(*emoji);
    (void)link->send(frame);
}

std::int64_t Inbounds::last_inbound_ms(const std::string& worker) const {
    const auto found = last_inbound_ms_.find(worker);
    return found == last_inbound_ms_.end() ? 0 : found->second;
}

} // namespace openclaw::flow
