#include "cli/command/log_tail.h"

#include "cli/config_source.h"
#include "cli/interrupt.h"
#include "cli/view/log_line.h"
#include "cli/view/words.h"
#include "common/base/strings.h"
#include "common/json/write.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace openclaw::cli {

namespace {

constexpr int max_reconnects = 8; // CLI.md 8.3
constexpr Milliseconds first_pause{500}, longest_pause{30'000};

class Tail {
  public:
    Tail(const Context& context, const LogOptions& options)
        : context_(context)
        , options_(options) {}

    int run();

  private:
    CallResult<void> read_once();
    void show(json::View page);
    void show_line(std::string_view line) const;
    void notice(const std::string& message) const;
    int show_file(const CallError& why) const;
    int follow();
    void pause(Milliseconds how_long) const;

    const Context& context_;
    const LogOptions& options_;
    std::optional<RpcClient> client_;
    std::optional<std::int64_t> cursor_;
};

std::string configured_file(const Context& context) {
    const auto loaded = config::load(config_source(context));
    return loaded && !loaded->logging.file.empty()
               ? config::expand_home(loaded->logging.file, context.paths.home)
               : context.paths.in_state("logs/gateway.log");
}

// The last `limit` bytes of a file, from the first whole line on.
Result<std::string> end_of_file(const std::string& path, std::int64_t limit) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));

    struct stat facts {};

    if (!file || fstat(file.get(), &facts) != 0)
        return Failure(system_error(Code::not_found, "cannot read " + path, errno));
    const off_t start = std::max<off_t>(0, facts.st_size - limit);
    std::string text(static_cast<std::size_t>(facts.st_size - start), '\0');
    const ssize_t length = pread(file.get(), text.data(), text.size(), start);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    if (start > 0) text.erase(0, text.find('\n') + 1);
    return text;
}

void Tail::notice(const std::string& message) const {
    if (!options_.connection.json) return context_.console.note(message);
    context_.console.line(json::Writer()
                              .begin_object()
                              .member("type", "notice")
                              .member("message", message)
                              .end_object()
                              .take());
}

void Tail::show_line(std::string_view line) const {
    const auto record = read_log_line(line);
    if (!options_.worker.empty() && record.worker != options_.worker) return;
    Look look = context_.console.look();
    look.colour = look.colour && !options_.plain;
    context_.console.line(options_.connection.json ? log_line_json(record, line)
                                                   : log_line_view(record, look));
}

void Tail::show(json::View page) {
    if (!cursor_ && options_.connection.json) {
        json::Writer meta;
        meta.begin_object()
            .member("type", "meta")
            .member("file", page["file"].text())
            .member("sourceKind", "file");
        context_.console.line(meta.member("cursor", page["cursor"].integer())
                                  .member("size", page["size"].integer())
                                  .end_object()
                                  .take());
    } else if (!cursor_ && options_.worker.empty()) {
        context_.console.line("Log file: " +
                              short_path(page["file"].text(), context_.console.look()));
    }
    if (page["reset"].boolean()) notice("The log file was rotated; continuing with the new one.");
    if (page["truncated"].boolean() && cursor_)
        notice("Some lines were left out: more was written than --max-bytes.");
    page["lines"].each_element([&](json::View line) { return show_line(line.text()), true; });
    cursor_ = page["cursor"].integer();
}

CallResult<void> Tail::read_once() {
    if (!client_) {
        auto opened = open_gateway(context_, options_.connection);
        if (!opened) return std::unexpected(opened.error());
        client_.emplace(std::move(*opened));
    }
    json::Writer params;
    params.begin_object();
    if (cursor_) params.member("cursor", *cursor_);
    // One worker's lines are a part of all lines: look at more of them to find enough.
    params.member("limit", options_.worker.empty() ? options_.limit : std::int64_t{5000});
    params
        .member("maxBytes", options_.worker.empty() ? options_.max_bytes : std::int64_t{1'000'000})
        .end_object();
    auto answer = client_->call("logs.tail", params.text(), options_.connection.timeout());
    if (answer) return show(answer->payload()), CallResult<void>();
    if (answer.error().type == CallError::Type::transport) client_.reset();
    return std::unexpected(answer.error());
}

int Tail::show_file(const CallError& why) const {
    if (!options_.connection.url.empty() || options_.connection.port != 0)
        return report(context_, options_.connection.json, why);
    const auto path = configured_file(context_);
    const auto text = end_of_file(path, options_.max_bytes);
    if (!text) {
        auto error = why;
        error.message += "\nLog file: " + text.error().sentence;
        return report(context_, options_.connection.json, error);
    }
    notice("Local Gateway RPC unavailable; reading configured file log instead.");
    auto lines = split(*text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const auto skip = std::max<std::ptrdiff_t>(0, std::ssize(lines) -
                                                      static_cast<std::ptrdiff_t>(options_.limit));
    for (const auto line : std::span(lines).subspan(static_cast<std::size_t>(skip)))
        show_line(line);
    return exit_ok;
}

void Tail::pause(Milliseconds how_long) const {
    poll(nullptr, 0, static_cast<int>(how_long.count()));
}

int Tail::follow() {
    int failures = 0;
    for (Milliseconds wait = first_pause; interrupted_by() == 0;) {
        const auto read = read_once();
        if (read) {
            if (failures > 0) notice("Connected to the gateway again.");
            failures = 0;
            wait = first_pause;
            pause(Milliseconds(options_.interval_ms));
            continue;
        }
        if (interrupted_by() != 0) break;
        if (read.error().type != CallError::Type::transport || ++failures > max_reconnects)
            return report(context_, options_.connection.json, read.error());
        if (failures == 1) notice("The gateway is not reachable; trying again…");
        pause(wait);
        wait = std::min(wait * 2, longest_pause);
    }
    return 128 + interrupted_by();
}

int Tail::run() {
    if (options_.follow) {
        catch_interrupts();
        return follow();
    }
    const auto read = read_once();
    if (read) return exit_ok;
    return read.error().type == CallError::Type::transport
               ? show_file(read.error())
               : report(context_, options_.connection.json, read.error());
}

} // namespace

void add_log_options(Command& command, LogOptions& options) {
    command.flag("--follow,-f", options.follow, "keep showing new lines");
    command.number("--limit,--lines,-n", options.limit, {1, 5000},
                   "at most n lines to begin with (200)");
    command.number("--max-bytes", options.max_bytes, {1, 1'000'000},
                   "at most so much at a time (250000)");
    command.number("--interval", options.interval_ms, {100, 60'000},
                   "milliseconds between looks with --follow (1000)");
    command.flag("--plain", options.plain, "no colour");
    add_connection_options(command, options.connection);
}

int show_log(const Context& context, const LogOptions& options) {
    return Tail(context, options).run();
}

} // namespace openclaw::cli
