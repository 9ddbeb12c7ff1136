// What a worker may make our log say.
#include "common/log/log.h"
#include "supervisor/process/events.h"
#include "supervisor/process/worker_log.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace openclaw;
using namespace openclaw::process;

namespace {

struct Line {
    std::string event, trace;
    std::vector<std::pair<std::string, std::string>> fields;
};

// The lines written while this object lives.
struct Written {
    std::vector<Line> lines;

    Written() {
        log::redirect(
            [this](log::Level, std::string_view event, std::span<const log::Field> fields) {
                Line line{
                    .event = std::string(event), .trace = std::string(log::trace()), .fields = {}};
                for (const auto& field : fields)
                    line.fields.emplace_back(field.name, field.value);
                lines.push_back(std::move(line));
            });
    }

    ~Written() { log::redirect({}); }
};

struct Speaker {
    ManualClock clock;
    WorkerLog log{"telegram:default", clock};

    Line says(const std::string& event, const std::string& field, const std::string& trace = "") {
        Written written;
        wire::Log record;
        record.set_level(wire::Log::ERROR);
        record.set_event(event);
        record.add_fields()->set_name(field);
        record.mutable_fields(0)->set_value("value");
        REQUIRE(log.record(record, trace));
        REQUIRE(written.lines.size() == 1);
        return written.lines.front();
    }
};

} // namespace

TEST_SUITE("supervisor/process") {
    TEST_CASE("a worker's record is written with its name first, and its trace") {
        Speaker speaker;
        const auto line = speaker.says("poll.failed", "http_status", "run:A-1_2.3");
        CHECK(line.event == "poll.failed");
        CHECK(line.trace == "run:A-1_2.3");
        REQUIRE(line.fields.size() == 2);
        CHECK(line.fields[0] == std::pair<std::string, std::string>("worker", "telegram:default"));
        CHECK(line.fields[1] == std::pair<std::string, std::string>("http_status", "value"));
    }
    TEST_CASE("a worker cannot pose as another") {
        Speaker speaker;
        CHECK(speaker.says("poll.failed", "worker").fields.size() == 1);
    }
    TEST_CASE("what is no name is left out: it could be a line of its own") {
        Speaker speaker;
        for (const std::string name : {"", "a b", "a=b", "a\nb", "a\x1b[2J", "A", "ä"}) {
            CHECK(speaker.says(name, "field").event == event::log_unnamed);
            CHECK(speaker.says("poll.failed", name).fields.size() == 1);
        }
        CHECK(speaker.says(std::string(64, 'x'), "field").event == std::string(64, 'x'));
        CHECK(speaker.says(std::string(65, 'x'), "field").event == event::log_unnamed);
    }
    TEST_CASE("a trace of foreign characters, or without an end, is none") {
        Speaker speaker;
        for (const std::string trace : {"a b", "a\nb", "a=b", "\x1b"})
            CHECK(speaker.says("poll.failed", "field", trace).trace.empty());
        CHECK(speaker.says("poll.failed", "field", std::string(65, 'x')).trace.empty());
    }
}
