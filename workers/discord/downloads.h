// discord/downloads.h — the files of messages, fetched before the supervisor is told of them.
//
// Addresses of files expire, and the agent's process reaches no such host: so the bytes travel with
// the message. It waits for them in the intake, and its place is not on record meanwhile, so that a
// kill brings it again. All of a message within twenty seconds; what is not there by then, or
// cannot be had, is named in words. An address that gives nothing is refreshed once. At most four
// at once, and bounded in memory: until their message is on record, bytes count. How much strangers
// can make us fetch: allowance.h.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/allowance.h"
#include "workers/discord/api.h"
#include "workers/discord/attachment.h"
#include "workers/discord/cdn.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::discord {

// What came of a message's files.
struct Fetched {
    AttachedFiles files{};
    std::vector<std::string> words{};    // for each that is not among them
    std::shared_ptr<const void> lease{}; // their part of the memory there is for files
};

class Downloads {
  public:
    static constexpr std::size_t most_at_once = 4;
    static constexpr std::size_t most_in_memory = 24u << 20; // room for any one message
    static constexpr Milliseconds within = std::chrono::seconds(20);

    struct Links { // all outlive it
        const Clock& clock;
        AlarmMaker& alarms;
        Api& api;
        Cdn& cdn;
        const Settings& settings;
    };

    // Once for each message that was begun, never from inside.
    using OnDone = std::function<void(const std::string& event_id, Fetched fetched)>;

    Downloads(Links links, OnDone on_done);
    ~Downloads();
    Downloads(const Downloads&) = delete;
    Downloads& operator=(const Downloads&) = delete;

    struct Wanted {
        std::string event_id;
        std::vector<Attachment> attachments;
        std::string sender;
        Said how = Said::in_passing;
    };

    // Nothing: it was begun. Else there is nothing to fetch, and this is all.
    std::optional<Fetched> begin(Wanted wanted);
    void on_room(); // a lease has ended
    // Its message is not wanted any more: nothing of it is fetched, nobody is told, and others may
    // begin in its place.
    void cancel(const std::string& event_id);

    std::size_t under_way() const { return jobs_.size(); }

  private:
    struct Piece {
        Attachment about;
        std::string why_not; // empty: fetched, or still to be
        std::string url;
        bool is_refreshed = false;
        bool is_open = false;
        Cdn::Id fetch = 0;
        Api::Id refresh = 0;
        AttachedFile file{};
    };

    struct Job {
        std::string event_id;
        std::vector<Piece> pieces;
        Instant until;
        std::size_t reserved = 0;
        std::shared_ptr<const void> lease{};
    };

    using JobId = std::uint64_t;
    using Place = std::pair<JobId, std::size_t>; // a job's piece

    std::vector<Piece> pieces_of(const Wanted& wanted);
    void pump();
    bool may_start(Job& job);
    void start(Place place);
    void on_file(Place place, CdnOutcome outcome);
    void refresh(Place place);
    void on_refreshed(Place place, const Answer& answer);
    void close(Place place, std::string why_not);
    void finish(JobId id);
    void on_alarm();
    void give_up(Piece& one);
    void plan();

    Piece& piece(Place place) { return jobs_.at(place.first).pieces[place.second]; }

    Links to_;
    OnDone on_done_;
    Allowance allowance_;
    JobId last_ = 0;
    std::map<JobId, Job> jobs_; // in the order they came
    std::deque<Place> queue_;   // to be fetched
    std::size_t fetching_ = 0;
    std::shared_ptr<std::size_t> in_memory_ = std::make_shared<std::size_t>(0);
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
