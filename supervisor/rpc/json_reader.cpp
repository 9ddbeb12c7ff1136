#include "supervisor/rpc/json_reader.h"

namespace openclaw::rpc {

void JsonReader::read(std::string text, Done done) {
    if (text.size() <= short_text) return done(json::Document::parse(text));
    if (jobs_.size() >= max_waiting)
        return done(fail(Code::busy, "32 long requests wait to be read; try again in a second"));
    auto& job = *jobs_.emplace_back(std::make_shared<Job>());
    job.text = std::move(text);
    job.done = std::move(done);
    if (jobs_.size() == 1) next();
}

void JsonReader::next() {
    const auto job = jobs_.front();
    loop_.on_pool(
        [job] {
            job->outcome = json::Document::parse(job->text);
            job->text = {};
        },
        [this, job, alive = std::weak_ptr(alive_)] {
            if (alive.expired()) return;
            jobs_.pop_front();
            if (!jobs_.empty()) next();
            job->done(std::move(job->outcome));
        });
}

} // namespace openclaw::rpc
