#include "supervisor/flow/incident.h"

#include "common/json/read.h"
#include "common/json/write.h"

namespace openclaw::flow {

namespace {

// Builds that did not count their notes wrote at most so many.
constexpr int most_uncounted = 3;

} // namespace

void Incident::untell() {
    action.clear();
    is_followed = false;
    told_as = is_heard ? down : std::string_view();
}

std::string Incident::record() const {
    return json::Writer()
        .begin_object()
        .member("sinceMs", since_ms)
        .member("told", !told_as.empty()) // all that an older build reads
        .member("toldAs", told_as)
        .member("heard", is_heard)
        .member("due", is_due)
        .member("refusals", refusals)
        .member("notes", notes)
        .member("action", action)
        .end_object()
        .take();
}

Incident Incident::of(std::string_view record) {
    Incident incident;
    const auto document = json::Document::parse(record);
    if (!document) return incident;
    const auto root = document->root();
    const bool is_told = root["told"].boolean();
    incident.since_ms = root["sinceMs"].integer();
    incident.told_as = root["toldAs"].text(is_told ? down : std::string_view());
    incident.is_heard = root["heard"].boolean(is_told);
    incident.is_due = root["due"].boolean();
    incident.refusals = static_cast<int>(root["refusals"].integer());
    incident.notes = static_cast<int>(root["notes"].integer(most_uncounted));
    incident.action = root["action"].text();
    return incident;
}

} // namespace openclaw::flow
