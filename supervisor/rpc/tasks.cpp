#include "supervisor/rpc/tasks.h"

#include "common/json/write.h"
#include "supervisor/rpc/task_row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <set>

namespace openclaw::rpc {

namespace {

using ledger::CronRunPage;

// Which ends a caller wants to see; empty: all.
std::set<std::string, std::less<>> statuses_in(json::View params) {
    std::set<std::string, std::less<>> wanted;
    const auto status = params["status"];
    if (status.is_string()) wanted.emplace(status.text());
    status.each_element([&](json::View one) { return wanted.emplace(one.text()), true; });
    return wanted;
}

std::size_t offset_in(std::string_view cursor) {
    std::size_t offset = 0;
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
    return offset;
}

void list(Call& call, const TaskParts& parts) {
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(50));
    const auto offset = offset_in(call.params["cursor"].text());
    const auto wanted = statuses_in(call.params);
    const auto is_wanted = [wanted](std::string_view status) {
        return wanted.empty() || wanted.contains(status);
    };
    json::Writer out;
    out.begin_object().key("tasks").begin_array();
    if (offset == 0 && is_wanted("running"))
        for (const auto& running : parts.automations.running())
            write_running_task(out, running, parts.desk);
    parts.desk.runs({.offset = offset, .limit = limit},
                    [reply = call.reply, out = std::move(out), is_wanted,
                     next = offset + limit](Result<CronRunPage> page) mutable {
                        if (!page) return reply.fail(page.error());
                        for (const auto& text : page->entries) {
                            const auto entry = json::Document::parse(text);
                            if (entry && is_wanted(task_word(entry->root()["status"].text())))
                                write_ended_task(out, entry->root());
                        }
                        out.end_array();
                        if (static_cast<std::int64_t>(next) < page->total)
                            out.member("nextCursor", std::to_string(next));
                        reply.ok(out.end_object().text());
                    });
}

const RunningJob* running_one(const std::vector<RunningJob>& all, std::string_view run_id) {
    const auto found = std::ranges::find(all, run_id, &RunningJob::run_id);
    return found == all.end() ? nullptr : &*found;
}

// The task as JSON; empty: there is none of this name.
void look_up(const std::string& id, const TaskParts& parts,
             std::move_only_function<void(Result<std::string>)> done) {
    const auto all = parts.automations.running();
    if (const auto* running = running_one(all, id)) {
        json::Writer out;
        write_running_task(out, *running, parts.desk);
        return done(out.take());
    }
    parts.desk.runs({.run_id = id, .limit = 1},
                    [done = std::move(done)](Result<CronRunPage> page) mutable {
                        if (!page) return done(Failure(page.error()));
                        json::Writer out;
                        for (const auto& text : page->entries)
                            if (const auto entry = json::Document::parse(text))
                                write_ended_task(out, entry->root());
                        done(out.take());
                    });
}

void get(Call& call, const TaskParts& parts) {
    const std::string id(call.params["taskId"].text());
    look_up(id, parts, [reply = call.reply, id](Result<std::string> task) {
        if (!task) return reply.fail(task.error());
        if (task->empty()) return reply.fail(invalid_request("task not found: " + id));
        json::Writer out;
        reply.ok(out.begin_object().raw_member("task", *task).end_object().text());
    });
}

void cancel(Call& call, const TaskParts& parts) {
    const std::string id(call.params["taskId"].text());
    const bool is_cancelled = parts.automations.cancel(id);
    look_up(id, parts, [reply = call.reply, is_cancelled](Result<std::string> task) {
        if (!task) return reply.fail(task.error());
        const bool is_found = is_cancelled || !task->empty();
        json::Writer out;
        out.begin_object().member("found", is_found).member("cancelled", is_cancelled);
        if (!is_cancelled)
            out.member("reason", is_found ? "the task has ended already" : "no such task");
        if (!task->empty()) out.raw_member("task", *task);
        reply.ok(out.end_object().text());
    });
}

// One question after the other: how many ended so?
class Count : public std::enable_shared_from_this<Count> {
  public:
    Count(TaskParts parts, std::function<void(const TaskCounts&)> done)
        : parts_(parts)
        , done_(std::move(done)) {}

    void next() {
        if (at_ == ends.size()) {
            counts_.running = static_cast<std::int64_t>(parts_.automations.running_count());
            return done_(counts_);
        }
        const auto& [status, member] = ends[at_++];
        parts_.desk.runs({.status = std::string(status), .limit = 1},
                         [self = shared_from_this(), member](Result<CronRunPage> page) {
                             if (page) self->counts_.*member = page->total;
                             self->next();
                         });
    }

  private:
    static constexpr std::array<std::pair<std::string_view, std::int64_t TaskCounts::*>, 3> ends = {
        {{"ok", &TaskCounts::succeeded},
         {"error", &TaskCounts::failed},
         {"skipped", &TaskCounts::cancelled}}};

    TaskParts parts_;
    std::function<void(const TaskCounts&)> done_;
    TaskCounts counts_;
    std::size_t at_ = 0;
};

constexpr std::array list_params = {anything("status"), text("agentId", 1), text("sessionKey", 1),
                                    integer("limit", 1, 500), text("cursor")};
constexpr std::array get_params = {required_text("taskId")};
constexpr std::array cancel_params = {required_text("taskId"), text("reason")};

} // namespace

void count_tasks(const TaskParts& parts, std::function<void(const TaskCounts&)> done) {
    std::make_shared<Count>(parts, std::move(done))->next();
}

void add_tasks(MethodTable& table, TaskParts parts) {
    table.add({.name = "tasks.list",
               .scope = policy::scope::read,
               .params = list_params,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { list(call, parts); }});
    table.add({.name = "tasks.get",
               .scope = policy::scope::read,
               .params = get_params,
               .handler = [parts](Call& call) { get(call, parts); }});
    table.add({.name = "tasks.cancel",
               .scope = policy::scope::write,
               .params = cancel_params,
               .handler = [parts](Call& call) { cancel(call, parts); }});
}

} // namespace openclaw::rpc
