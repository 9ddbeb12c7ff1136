#include "workers/discord/downloads.h"

#include "common/json/write.h"
#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

std::string could_not(std::string_view reason) {
    return "could not be fetched: " + std::string(reason);
}

std::string refresh_body(const std::string& url) {
    json::Writer out;
    out.begin_object().key("attachment_urls").begin_array().value(url).end_array();
    return out.end_object().take();
}

} // namespace

Downloads::Downloads(Links links, OnDone on_done)
    : to_(links)
    , on_done_(std::move(on_done))
    , alarm_(links.alarms.make([this] { on_alarm(); })) {}

Downloads::~Downloads() {
    for (const auto& [id, job] : jobs_)
        for (const auto& one : job.pieces) {
            if (one.fetch != 0) to_.cdn.cancel(one.fetch);
            if (one.refresh != 0) to_.api.cancel(one.refresh);
        }
}

std::optional<Fetched> Downloads::begin(Wanted wanted) {
    Job job{.event_id = wanted.event_id,
            .pieces = pieces_of(wanted),
            .until = to_.clock.now() + within};
    const auto id = ++last_;
    for (std::size_t i = 0; i < job.pieces.size(); ++i) {
        if (!job.pieces[i].is_open) continue;
        queue_.emplace_back(id, i);
        job.reserved += job.pieces[i].about.size;
    }
    if (job.reserved == 0) {
        Fetched none;
        for (const auto& one : job.pieces)
            none.words.push_back(in_words(one.about, one.why_not));
        return none;
    }
    jobs_.emplace(id, std::move(job));
    pump();
    plan();
    return std::nullopt;
}

std::vector<Downloads::Piece> Downloads::pieces_of(const Wanted& wanted) {
    auto reasons = reasons_not_to_fetch(wanted.attachments, to_.settings.most_media_bytes);
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < wanted.attachments.size(); ++i) {
        const auto& about = wanted.attachments[i];
        Piece one{.about = about, .why_not = std::move(reasons[i]), .url = about.url};
        if (one.why_not.empty() && !is_file_address(one.url, to_.settings))
            one.why_not = could_not("its address is not one of Discord's");
        if (one.why_not.empty() &&
            !allowance_.take(wanted.sender, wanted.how, about.size, to_.clock.now()))
            one.why_not = "not fetched: too many files came within a minute";
        one.is_open = one.why_not.empty();
        pieces.push_back(std::move(one));
    }
    return pieces;
}

void Downloads::pump() {
    while (!queue_.empty() && fetching_ < most_at_once) {
        const auto place = queue_.front();
        const auto job = jobs_.find(place.first);
        if (job != jobs_.end() && piece(place).is_open) { // its time may be over
            if (!may_start(job->second)) return;
            start(place);
        }
        queue_.pop_front();
    }
}

// A message gets the memory for all of its files at once: two halves would wait for each other.
bool Downloads::may_start(Job& job) {
    if (job.lease) return true;
    if (*in_memory_ + job.reserved > most_in_memory) return false;
    *in_memory_ += job.reserved;
    job.lease = std::shared_ptr<const void>(
        in_memory_.get(),
        [bytes = job.reserved, in_memory = in_memory_](const void*) { *in_memory -= bytes; });
    return true;
}

void Downloads::start(Place place) {
    auto& one = piece(place);
    const auto left =
        std::chrono::ceil<Milliseconds>(jobs_.at(place.first).until - to_.clock.now());
    ++fetching_;
    one.fetch =
        to_.cdn.fetch(one.url, one.about.size, std::max(left, Milliseconds(1)),
                      [this, place](CdnOutcome outcome) { on_file(place, std::move(outcome)); });
}

void Downloads::on_file(Place place, CdnOutcome outcome) {
    auto& one = piece(place);
    one.fetch = 0;
    --fetching_;
    if (outcome) {
        auto file = as_file(one.about, std::move(*outcome));
        if (file) one.file = std::move(*file);
        close(place, file ? std::string() : file.error().sentence);
    } else if (outcome.error().may_pass && !std::exchange(one.is_refreshed, true)) {
        refresh(place);
    } else {
        close(place, could_not(outcome.error().reason));
    }
    pump();
}

void Downloads::refresh(Place place) {
    auto& one = piece(place);
    one.refresh =
        to_.api.call({.method = "POST",
                      .path = "/attachments/refresh-urls",
                      .body = refresh_body(one.about.url),
                      .idempotent = true},
                     [this, place](const Answer& answer) { on_refreshed(place, answer); });
}

// Not refreshed: the same address once more, since it may have been the network.
void Downloads::on_refreshed(Place place, const Answer& answer) {
    auto& one = piece(place);
    one.refresh = 0;
    const auto fresh = answer.result()["refreshed_urls"].at(0)["refreshed"].text();
    if (!fresh.empty() && is_file_address(fresh, to_.settings)) one.url = fresh;
    queue_.push_front(place);
    pump();
}

void Downloads::close(Place place, std::string why_not) {
    auto& one = piece(place);
    one.is_open = false;
    one.why_not = std::move(why_not);
    const auto& pieces = jobs_.at(place.first).pieces;
    if (std::ranges::none_of(pieces, &Piece::is_open)) finish(place.first);
}

void Downloads::finish(JobId id) {
    auto job = std::move(jobs_.extract(id).mapped());
    plan();
    Fetched fetched;
    fetched.lease = std::move(job.lease);
    for (auto& one : job.pieces) {
        if (one.why_not.empty())
            fetched.files.push_back(std::move(one.file));
        else
            fetched.words.push_back(in_words(one.about, one.why_not));
    }
    log::info("discord.files_fetched", {{"event", job.event_id},
                                        {"files", fetched.files.size()},
                                        {"bytes", bytes_of(fetched.files)},
                                        {"not_fetched", fetched.words.size()}});
    on_done_(job.event_id, std::move(fetched));
}

void Downloads::on_alarm() {
    while (!jobs_.empty() && jobs_.begin()->second.until <= to_.clock.now()) {
        const auto id = jobs_.begin()->first;
        for (auto& one : jobs_.begin()->second.pieces)
            if (one.is_open) give_up(one);
        finish(id);
    }
    pump();
    plan();
}

void Downloads::give_up(Piece& one) {
    if (one.refresh != 0) to_.api.cancel(one.refresh);
    if (one.fetch != 0) {
        to_.cdn.cancel(one.fetch);
        --fetching_;
    }
    one.is_open = false;
    one.why_not = could_not("it took longer than 20 s");
}

void Downloads::on_room() {
    pump();
}

void Downloads::cancel(const std::string& event_id) {
    const auto found = std::ranges::find_if(
        jobs_, [&](const auto& entry) { return entry.second.event_id == event_id; });
    if (found != jobs_.end()) {
        for (auto& one : found->second.pieces)
            if (one.is_open) give_up(one);
        jobs_.erase(found);
        plan();
    }
    pump(); // also for what had come already, and waited in memory with its message
}

// Jobs are in the order they came, and all have the same time.
void Downloads::plan() {
    if (jobs_.empty()) return alarm_->clear();
    const auto left = jobs_.begin()->second.until - to_.clock.now();
    alarm_->set(std::max(std::chrono::ceil<Milliseconds>(left), Milliseconds(1)));
}

} // namespace openclaw::discord
