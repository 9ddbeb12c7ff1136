#include "supervisor/rpc/table_page.h"

#include "supervisor/rpc/events.h"

#include <algorithm>
#include <array>
#include <limits>

namespace openclaw::rpc {

namespace {

constexpr std::string_view preface =
    R"(# The control plane

Gateway protocol 4: WebSocket on the gateway's port, any path; and the owner's Unix socket, where every line is a frame.
Whoever speaks it to the original speaks it to this gateway. This page lists what this build implements, and nothing
else: hello-ok advertises the same rows. It is printed from the method table (`supervisor/rpc/table.cpp`); a test keeps
it so, and writes it again with `OPENCLAW_WRITE_DOCS=1`.

- **Scope**: the least operator scope, without `operator.`; "–" is any authenticated client; "*" depends on the
  parameters, and the word is the least they ask for. Scopes are checked before parameters.
- **Parameters**: `name?` is optional, `name!` may be null. Others are refused, but for rows that end with `…`.
- **work** is refused while the gateway stops; **once** is never done twice for one `idempotencyKey`; **rationed** is
  possible 30 times a minute for one caller.
)";

// What the original does not have.
struct Ours {
    std::string_view prefix, sentence;
};

constexpr std::array<Ours, 10> ours = {{
    {"workers.list",
     "Every process of the gateway: what it is for, its state, its pid, its memory, its deaths."},
    {"workers.get", "One of them, with the history of its lives."},
    {"workers.start",
     "Starts a worker that was stopped by hand; `workers.stop` and `workers.restart` likewise."},
    {"workers.pause",
     "Takes a worker out of service until `workers.resume`, over restarts of the "
     "gateway too; `workers.recycle` replaces it in peace, `workers.kill` at once."},
    {"workers.trace", "Type, size and ids of every frame of one worker, as they pass: each answer "
                      "names the `cursor` of the next call, which waits for more; `dropped` counts "
                      "what was not fetched in time."},
    {"messages.explain", "The story of one message or run, step by step: where it came from, what "
                         "was decided, what left."},
    {"channels.capabilities", "What each account's channel can do; with `probe`, what its platform "
                              "says now, and with `target` "
                              "whether it may speak there."},
    {"channels.directory",
     "Who can be written to through an account: `self`, `peers`, `groups`, `members` of a group. "
     "`live` "
     "says that the platform was asked; otherwise it is whom the gateway has met."},
    {"pairing.list",
     "`channels.pairing.list` and `.approve` in fewer words, for the command line."},
    {"gateway.auth.rotate", "A new shared secret; sockets that showed the old one are closed."},
}};

constexpr std::string_view differences =
    R"(
## Where an answer is shorter than the original's

- `cron.*` keeps jobs and runs them by hand (`cron.run`, mode `force` or `if-enabled`); nothing runs by itself, and
  `cron.status` says so. Payloads `agentTurn` and `systemEvent`, schedules `at`, `every`, `cron`, deliveries `none` and
  `announce` are taken; others are refused in words.
- `chat.send` with `queueMode` `collect` makes one turn of the messages that wait for the end of the running one;
  `interrupt` ends that; with `steer`, `followup` and no mode (`messages.queue.mode` counts then) each waits for its own
  answer. A run has no tool calls between which a message could enter it.
- Attachments: text stands below the message under its name; images (PNG, JPEG, GIF, WebP) are shown to a model whose
  `input` names `"image"`, and named to others; other kinds are refused by name.
- `sessions.patch` takes names, marks and the model. What this build does not act on is refused, never kept in silence.
- Skills, plugins, tools, boards, projects and the like do not exist here: their lists are empty.
- Going back in a conversation (`sessions.rewind`), forks and compaction make a new transcript with a copy of the old rows;
  the old one stays as a branch (16 are remembered) or a checkpoint (8). Not while a run is active.
- `sessions.files.*` shows the workspace of the session's agent; which files a run read or changed is not known.
- `tasks.*` and the event `task` show the runs of automations. `cron.scratch.*` keeps 30,000 bytes for each.
- Approvals: `allow-always` means the same command, word by word, on this machine; for a cron job it is a grant that can
  be taken back. Patterns of `exec.approvals.set` mean programs: `rg` one that is found by PATH, `/usr/bin/*` a place,
  with `argPattern` only such arguments. Every program of a line has to be allowed; a line with redirections, expansions,
  variables, or a program that runs another one (`sh`, `env`, `sudo`, …) is asked about. Sockets and tools of servers are
  refused by name. `exec.approvals.node.*` asks the node, by its commands `system.execApprovals.get` and `.set`.
- `node.pending.*`: one request of a kind for each node, until it is acknowledged or expires. What a node sends with
  `node.invoke.progress` goes to the connection that asked, as an event of that name without a number.
- `channels.status` with `probe` asks the platforms of all accounts at once, ten seconds at most; a worker that is not there is
  the answer of its account.
- `message.action` knows, besides `send`, what the channel's row names (`channels.capabilities`), and `poll` is one of them.
  Nothing is repeated: an outcome that is not known is told as such.
- `channels.logout` and `models.authLogout` take the credential out of the configuration file; one that the environment
  brings is named (`envToken`), and its channel stopped.
- `sessions.cleanup` removes by `session.maintenance` (`pruneAfter`, `maxEntries`), 1,000 sessions at most, and only when
  it is called; with `mode` `warn` and without `enforce` it only counts.
- What is empty because this build has none of it is listed in differences.md.
- Prices of models are not known: costs are 0, and every answer counts as a missing one.
)";

std::string bounds_of(const Field& field) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min(),
                   highest = std::numeric_limits<std::int64_t>::max();
    const bool is_text = field.kind == Kind::string;
    std::string text;
    if (!is_text && field.min != lowest) text += std::to_string(field.min) + "..";
    if (field.max != highest) text += (text.empty() ? ".." : "") + std::to_string(field.max);
    return text.empty() ? "" : " " + text;
}

std::string describe(const Field& field) {
    std::string text = "`" + std::string(field.name) + (field.required ? "" : "?") +
                       (field.nullable ? "!" : "") + "` ";
    if (field.one_of.empty())
        return text + std::string(words_of(field.kind).page) + bounds_of(field);
    for (std::size_t i = 0; i < field.one_of.size(); ++i)
        text += (i == 0 ? "" : "\\|") + std::string(field.one_of[i]);
    return text;
}

std::string params_of(const Method& row) {
    std::string text;
    for (const auto& field : row.params)
        text += (text.empty() ? "" : ", ") + describe(field);
    if (row.unknown == Unknown::ignored) text += text.empty() ? "…" : ", …";
    return text.empty() ? "none" : text;
}

std::string scope_of(const Method& row) {
    constexpr std::string_view prefix = "operator.";
    std::string_view scope = row.scope;
    if (scope.starts_with(prefix)) scope.remove_prefix(prefix.size());
    return (scope.empty() ? std::string("–") : std::string(scope)) +
           (row.scope_rule != nullptr ? " *" : "");
}

std::string notes_of(const Method& row) {
    std::string text;
    const auto add = [&](bool applies, std::string_view note) {
        if (applies) text += (text.empty() ? "" : ", ") + std::string(note);
    };
    add(row.admission == Admission::work, "work");
    add(row.idempotency != Idempotency::none, "once");
    add(row.is_rationed, "rationed");
    return text;
}

bool is_there(const MethodTable& table, std::string_view name) {
    return table.find(name) != nullptr;
}

} // namespace

std::string table_page(const MethodTable& table) {
    auto rows = std::vector<const Method*>();
    for (const auto& row : table.rows())
        rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const Method* row) { return row->name; });
    std::string page(preface);
    page += "\n## The methods\n\n| Method | Scope | | Parameters |\n|---|---|---|---|\n";
    for (const Method* row : rows)
        page += "| `" + std::string(row->name) + "` | " + scope_of(*row) + " | " + notes_of(*row) +
                " | " + params_of(*row) + " |\n";
    page += "\n## The events\n\n";
    for (const auto name : event_names())
        page += "- `" + std::string(name) + "`\n";
    page += "\n## Ours\n\n";
    for (const auto& method : ours)
        if (is_there(table, method.prefix))
            page +=
                "- `" + std::string(method.prefix) + "`: " + std::string(method.sentence) + "\n";
    return page + std::string(differences);
}

} // namespace openclaw::rpc
