#include "supervisor/rpc/cron_scratch.h"

#include "common/json/write.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::string_view book = "(cron-scratch)";
constexpr std::int64_t max_bytes = 30'000; // a note holds 64 KiB, and JSON doubles some bytes

struct ScratchParts {
    CronParts cron;
    Notes& notes;
};

struct Scratch {
    std::string content;
    std::int64_t revision = 0, updated_at_ms = 0; // revision 0: there never was one
    bool is_there = false;
};

std::string to_note(const Scratch& scratch) {
    json::Writer out;
    out.begin_object().member("content", scratch.content).member("revision", scratch.revision);
    out.member("updatedAtMs", scratch.updated_at_ms).member("isThere", scratch.is_there);
    return out.end_object().take();
}

Scratch scratch_of(const std::string& job_id, const Notes& notes) {
    for (const auto& [id, note] : notes.load(book)) {
        if (id != job_id) continue;
        if (const auto document = json::Document::parse(note))
            return {.content = std::string(document->root()["content"].text()),
                    .revision = document->root()["revision"].integer(),
                    .updated_at_ms = document->root()["updatedAtMs"].integer(),
                    .is_there = document->root()["isThere"].boolean()};
    }
    return {};
}

std::string shown(const Scratch& scratch, bool is_write) {
    json::Writer out;
    out.begin_object();
    if (is_write) out.member("ok", true);
    out.key("scratch");
    if (!scratch.is_there)
        out.null();
    else
        out.begin_object()
            .member("content", scratch.content)
            .member("revision", scratch.revision)
            .member("updatedAtMs", scratch.updated_at_ms)
            .end_object();
    out.member("currentRevision", scratch.revision).member("maxBytes", max_bytes);
    return out.end_object().take();
}

void get(Call& call, const ScratchParts& parts) {
    const auto* job = job_meant(call, parts.cron);
    if (job != nullptr) call.reply.ok(shown(scratch_of(job->id, parts.notes), false));
}

void set(Call& call, const ScratchParts& parts) {
    const auto* job = job_meant(call, parts.cron);
    if (job == nullptr) return;
    const auto content = call.params["content"];
    Scratch scratch = scratch_of(job->id, parts.notes);
    if (const auto expected = call.params["expectedRevision"];
        expected && expected.integer() != scratch.revision)
        return call.reply.ok(json::Writer()
                                 .begin_object()
                                 .member("ok", false)
                                 .member("reason", "revision-conflict")
                                 .member("currentRevision", scratch.revision)
                                 .end_object()
                                 .text());
    if (content.text().size() > static_cast<std::size_t>(max_bytes))
        return call.reply.fail(invalid_request("the scratch of an automation holds 30000 bytes"));
    scratch.content = content.text();
    scratch.is_there = !content.is_null();
    scratch.updated_at_ms = parts.cron.clock.unix_ms();
    ++scratch.revision;
    parts.notes.keep(std::string(book), job->id, to_note(scratch),
                     [reply = call.reply, scratch](Result<void> kept) {
                         if (!kept) return reply.fail(kept.error());
                         reply.ok(shown(scratch, true));
                     });
}

constexpr std::array get_params = {text("id", 1), text("jobId", 1)};
constexpr std::array set_params = {text("id", 1), text("jobId", 1),
                                   Field{.name = "content",
                                         .kind = Kind::string,
                                         .required = true,
                                         .max = 262'144, // published: CronScratchSetParams
                                         .nullable = true},
                                   integer("expectedRevision", 0)};

} // namespace

void add_cron_scratch(MethodTable& table, CronParts cron, Notes& notes) {
    const ScratchParts parts{.cron = cron, .notes = notes};
    table.add({.name = "cron.scratch.get",
               .scope = policy::scope::admin,
               .params = get_params,
               .handler = [parts](Call& call) { get(call, parts); }});
    table.add({.name = "cron.scratch.set",
               .scope = policy::scope::admin,
               .params = set_params,
               .handler = [parts](Call& call) { set(call, parts); }});
}

} // namespace openclaw::rpc
