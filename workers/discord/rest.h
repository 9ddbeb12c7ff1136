// discord/rest.h — the REST API over HTTPS. Lives on one Loop, which must outlive it.
//
// <apiRoot><path>, JSON both ways, kept connections. A request waits for its rate limits, and one
// that is refused all the same (429) waits and goes again, in its old place, unless its call says
// otherwise; everything else is the caller's to judge. After the first 401 the token is used no
// more. What a 429 asked an earlier life of this worker to wait, this one waits on. The token is a
// header of the request and never part of an answer, an error or a log line.
#pragma once

#include "common/base/secret.h"
#include "common/net/https_client.h"
#include "common/worker/flood_waits.h"
#include "workers/discord/api.h"
#include "workers/discord/invalid_requests.h"
#include "workers/discord/rest_queue.h"
#include "workers/discord/settings.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace openclaw::discord {

class Rest final : public Api {
  public:
    using OnRefused = std::function<void(const Answer&)>;
    using OnCounted = std::function<void(std::string)>;

    struct Links { // all outlive it
        Loop& loop;
        AlarmMaker& alarms;
        net::Dialer& dialer;
        worker::FloodWaits& floods;
    };

    // `on_refused` is told once: the token is not valid.
    Rest(Links links, const Settings& settings, Secret token, OnRefused on_refused);

    Id call(Call call, OnAnswer done) override;
    void cancel(Id id) override;

    std::size_t in_flight() const override { return pending_.size(); }

    // How many requests were refused of late, over the lives of this worker: what an earlier one
    // was told last, and who is told from now on.
    void keep_count(std::string_view kept, OnCounted on_counted);

    // Makes the connections for answers to interactions, or uses them so that they stay; not while
    // a limit or a ban of everything holds.
    void keep_warm();

    // When the server last answered anything, in unix milliseconds; 0: never.
    std::int64_t last_answer_unix_ms() const { return last_answer_unix_ms_; }

    std::uint32_t refused_of_late() const { return invalid_.count(loop_.clock().now()); }

  private:
    struct Pending {
        Call call;
        Route route;
        OnAnswer done;
        RestQueue::Ticket ticket{};
        int refusals = 0; // 429s in a row
        std::unique_ptr<net::HttpCall> http{};
    };

    RestQueue::Job job_for(Id id, const Pending& pending);
    void on_warmed(const net::HttpOutcome& outcome);
    void on_turn(Id id, const Route& route, RestQueue::Fate fate);
    void start(Id id, Pending& pending);
    net::HttpRequest request_for(const Call& call) const;
    void on_outcome(Id id, net::HttpOutcome outcome);
    Answer judge(const Route& route, const net::HttpOutcome& outcome);
    void wait_out(const Route& route, const Answer& answer);
    void count(const Answer& answer);
    bool goes_again(Id id, Pending& pending, const Answer& answer);
    void finish(Id id, Answer answer);

    Loop& loop_;
    worker::FloodWaits& floods_;
    // Answers to interactions have three seconds: their connections are nobody else's.
    net::HttpClient answers_;
    net::HttpClient others_;
    const Settings& settings_;
    Secret token_;
    OnRefused on_refused_;
    OnCounted on_counted_;
    bool is_refused_ = false;
    InvalidRequests invalid_;
    RestQueue queue_;
    Id last_id_ = 0;
    std::int64_t last_answer_unix_ms_ = 0;
    std::unordered_map<Id, Pending> pending_;
    std::vector<std::unique_ptr<net::HttpCall>> warming_;
};

} // namespace openclaw::discord
