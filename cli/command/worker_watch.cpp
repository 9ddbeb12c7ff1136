#include "cli/command/worker_watch.h"

#include "cli/interrupt.h"
#include "cli/view/words.h"
#include "cli/view/worker_top.h"
#include "common/base/clock.h"
#include "common/json/write.h"

#include <poll.h>

#include <optional>

namespace openclaw::cli {

namespace {

// Private modes of every terminal since the VT220 and xterm: the other screen, and no cursor on it.
constexpr std::string_view enter_screen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view leave_screen = "\x1b[?25h\x1b[?1049l";
constexpr std::int64_t ask_for_ms = 5000; // the gateway waits so long for something to show

Look look_now(const Console& console) {
    Look look = console.look();
    look.now_ms = SystemClock().unix_ms();
    return look;
}

// Gives the terminal back as it was, however the command ends.
class OtherScreen {
  public:
    explicit OtherScreen(const Console& console)
        : console_(console) {
        console_.out(enter_screen);
    }

    ~OtherScreen() { console_.out(leave_screen); }

    OtherScreen(const OtherScreen&) = delete;
    OtherScreen& operator=(const OtherScreen&) = delete;

  private:
    const Console& console_;
};

CallResult<Answer> list_workers(RpcClient& client, const WatchOptions& options) {
    return client.call("workers.list", "", options.connection.timeout());
}

int print_once(const Context& context, const WatchOptions& options, const Answer& answer) {
    if (options.connection.json)
        print_json(context.console, answer.payload());
    else
        context.console.out(worker_top(answer.payload(), look_now(context.console)));
    return exit_ok;
}

CallResult<void> paint_until_interrupted(const Context& context, RpcClient& client,
                                         const WatchOptions& options) {
    const OtherScreen screen(context.console);
    while (interrupted_by() == 0) {
        const auto answer = list_workers(client, options);
        if (!answer && interrupted_by() != 0) break;
        if (!answer) return std::unexpected(answer.error());
        context.console.out(repaint(worker_top(answer->payload(), look_now(context.console))));
        poll(nullptr, 0, static_cast<int>(options.interval_ms)); // a signal ends it early
    }
    return {};
}

std::string trace_params(const WatchOptions& options, std::optional<std::int64_t> cursor) {
    json::Writer params;
    params.begin_object().member("id", options.id);
    if (cursor) params.member("cursor", *cursor).member("waitMs", ask_for_ms);
    return params.end_object().take();
}

void show_frames(const Context& context, const WatchOptions& options, json::View page,
                 std::int64_t& shown) {
    if (const auto dropped = page["dropped"].integer(); dropped > 0)
        context.console.note(plural(dropped, "frame") +
                             " came faster than they were fetched, and were dropped");
    page["frames"].each_element([&](json::View frame) {
        context.console.line(options.connection.json
                                 ? std::string(frame.dump())
                                 : frame_line(frame, look_now(context.console)));
        return ++shown != options.frames;
    });
}

} // namespace

int worker_top_command(const Context& context, const WatchOptions& options) {
    auto client = open_gateway(context, options.connection);
    if (!client) return report(context, options.connection.json, client.error());
    if (options.connection.json || !context.console.is_terminal()) {
        const auto answer = list_workers(*client, options);
        return answer ? print_once(context, options, *answer)
                      : report(context, options.connection.json, answer.error());
    }
    catch_interrupts();
    if (const auto ended = paint_until_interrupted(context, *client, options); !ended)
        return report(context, options.connection.json, ended.error());
    return exit_ok;
}

int worker_trace_command(const Context& context, const WatchOptions& options) {
    auto client = open_gateway(context, options.connection);
    if (!client) return report(context, options.connection.json, client.error());
    catch_interrupts();
    std::optional<std::int64_t> cursor;
    std::int64_t shown = 0;
    while (interrupted_by() == 0 && (options.frames == 0 || shown < options.frames)) {
        const auto page = client->call("workers.trace", trace_params(options, cursor),
                                       options.connection.timeout() + Milliseconds(ask_for_ms));
        if (!page && interrupted_by() != 0) break;
        if (!page) return report(context, options.connection.json, page.error());
        if (!cursor && !options.connection.json)
            context.console.note("Watching " + options.id +
                                 ": → to the worker, ← from it. Ctrl-C ends.");
        show_frames(context, options, page->payload(), shown);
        cursor = page->payload()["cursor"].integer();
    }
    return exit_ok;
}

} // namespace openclaw::cli
