// flow/questions.h — what a person asks about a platform, put to the account's worker.
//
// A question goes once, to one account, and is answered once: by its worker, or here when that is
// not there, has been asked too much already, or lets the time pass. Nothing is remembered and
// nothing is repeated; after a restart the person asks again. Answers are a worker's words, so they
// are bounded, checked and redacted before anybody sees them.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "supervisor/flow/rooms.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::wire {
class ChannelAnswer;
class ChannelQuery;
} // namespace openclaw::wire

namespace openclaw::flow {

struct AccountName {
    std::string channel, account;
};

struct ProbeReport {
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    std::string identity = {}; // "@my_bot"
    std::string identity_id = {};
    std::string display_name = {};
    Pairs facts = {};
    Pairs links = {}; // name and URL: "invite"
    std::vector<std::string> warnings = {};
};

struct DirectoryQuestion {
    enum class Kind { peers, groups, members } kind = Kind::peers;
    std::string group_id = {}; // whose members
    std::string query = {};    // empty: everybody
    std::size_t limit = 50;
};

struct DirectoryRow {
    std::string id = {};
    std::string name = {};
    std::string handle = {};
    std::string kind = {}; // "user", "bot", "group", "channel", "thread"
    std::string parent_id = {};
    std::string parent_name = {};
};

struct DirectoryReport {
    std::vector<DirectoryRow> rows = {};
    bool has_more = false;
    bool is_live = false;  // the platform was asked; otherwise: whom the gateway has met
    std::string note = {}; // what is missing from it
};

struct ActionOrder {
    std::string name = {}; // "react"
    std::string to = {};
    std::string thread_id = {};
    std::string message_id = {};
    std::string emoji = {};
    std::string text = {};
    bool remove = false;
    std::uint32_t limit = 0;
    std::string arguments_json = {}; // the caller's own parameters
    std::string key = {};
};

struct ActionReport {
    std::string message_id = {};
    std::string result_json = {}; // an object, or empty
};

template <class T>
using Answered = std::move_only_function<void(Result<T>)>;

// `done` is called once, never from inside. Errors: not_found and invalid (what was asked for, or
// an account that is not configured), unavailable (nothing was done), busy (later it may work),
// timeout (the outcome may be unknown).
class Questions {
  public:
    virtual ~Questions() = default;
    // `target`: and may it speak there? Empty: nowhere in particular.
    virtual void probe(const AccountName& account, const std::string& target, Milliseconds within,
                       Answered<ProbeReport> done) = 0;
    // Asks the platform where the channel's row says that it can be asked.
    virtual void look_up(const AccountName& account, const DirectoryQuestion& question,
                         Answered<DirectoryReport> done) = 0;
    // Refused without asking when the channel's row does not have the action.
    virtual void act(const AccountName& account, const ActionOrder& order,
                     Answered<ActionReport> done) = 0;
};

class WorkerQuestions final : public Questions {
  public:
    static constexpr Milliseconds longest = std::chrono::seconds(10);
    static constexpr std::size_t max_open = 16; // of one worker

    // `rooms` outlives this; answers that come after its end are dropped.
    explicit WorkerQuestions(Rooms& rooms)
        : rooms_(rooms)
        , open_(std::make_shared<Open>()) {}

    void probe(const AccountName& account, const std::string& target, Milliseconds within,
               Answered<ProbeReport> done) override;
    void look_up(const AccountName& account, const DirectoryQuestion& question,
                 Answered<DirectoryReport> done) override;
    void act(const AccountName& account, const ActionOrder& order,
             Answered<ActionReport> done) override;

  private:
    using Open = std::map<std::string, std::size_t>; // asked and not answered, by worker
    using OnAnswer = std::move_only_function<void(Result<const wire::ChannelAnswer*>, const Fds&)>;

    class Asker;

    Result<const config::ChannelAccount*> account_for(const AccountName& name) const;
    void ask(const std::string& worker, const wire::ChannelQuery& query, Milliseconds within,
             OnAnswer done);
    template <class T>
    void fail_soon(Answered<T> done, Error error);

    Rooms& rooms_;
    std::shared_ptr<Open> open_;
};

} // namespace openclaw::flow
