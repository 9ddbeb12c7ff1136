// log/log.h — a log line is an event name and fields, never prose.
//
//   log::info("worker.exited", {{"name", name}, {"pid", pid}, {"code", code}});
//
// Sinks: stderr (human or JSON) and a rotating JSON file, both set up once by open(). In a worker
// the sink is the link (worker/runtime), so workers open no files. Before open() lines go to
// stderr. Every line written while a trace is set carries trace=…  Event names are constants of
// their room.
#pragma once

#include "common/base/result.h"

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::log {

enum class Level { error = 1, warn = 2, info = 3, debug = 4 };

// error: a person must act. warn: it healed itself, but look. info: one line for each change of a
// life cycle. debug: one line for each message. A quiet day has no error lines.

struct Field {
    std::string_view name;
    std::string value;

    Field(std::string_view field, std::string_view text)
        : name(field)
        , value(text) {}

    Field(std::string_view field, const char* text)
        : name(field)
        , value(text) {}

    Field(std::string_view field, std::string text)
        : name(field)
        , value(std::move(text)) {}

    Field(std::string_view field, bool flag)
        : name(field)
        , value(flag ? "true" : "false") {}

    template <std::integral T>

    requires(!std::same_as<T, bool>) Field(std::string_view field, T number)
        : name(field)
        , value(std::to_string(number)) {}
};

using Fields = std::initializer_list<Field>;

void error(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void debug(std::string_view event, Fields fields = {});
void write(Level level, std::string_view event, std::span<const Field> fields);
bool is_enabled(Level level);
void set_level(Level level);
Result<Level> level_from(std::string_view name);
std::string_view name(Level level);

struct Options {
    Level level = Level::info;
    bool console_json = false;
    bool console = true;
    std::string file;                         // empty: no file
    std::size_t max_file_bytes = 100'000'000; // CONFIG.md: logging.maxFileBytes 104857600
    std::size_t max_files = 5;
};

Result<void> open(const Options& options);
// Sends every line to `sink` instead. For workers.
using Sink = std::function<void(Level, std::string_view event, std::span<const Field>)>;
void redirect(Sink sink);

// What TraceScope has set; empty: nothing.
std::string_view trace();

// Lines written while this object lives carry trace=<id>.
class TraceScope {
  public:
    explicit TraceScope(std::string_view trace);
    ~TraceScope();
    TraceScope(const TraceScope&) = delete;
    TraceScope& operator=(const TraceScope&) = delete;

  private:
    std::string before_;
};

// Masks what looks like a secret inside text that came from elsewhere: bot tokens in URLs, bearer
// headers, sk-… keys. 18 characters and more: first 6, "…", last 4; shorter: "***" (OPS.md §7).
std::string redact(std::string_view text);

} // namespace openclaw::log
