#include "supervisor/rpc/session_changes.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/rpc/session_answer.h"
#include "supervisor/rpc/session_patch.h"

#include <array>
#include <memory>

namespace openclaw::rpc {

namespace {

struct Patched {
    ledger::Session session;
    bool model_changed = false;
};

// The session after the patch, not yet kept. A session that is not there yet is made: clients mark
// conversations before the first word.
std::expected<Patched, WireError> patched(std::string_view written_key, json::View expectations,
                                          json::View patch, const RunParts& parts) {
    const auto key = session_named(written_key, parts.facts);
    if (!key) return std::unexpected(to_wire(key.error()));
    const auto* known = parts.conversations.find(*key);
    Patched result{.session = known != nullptr ? *known : new_session(*key, parts)};
    if (known != nullptr)
        if (auto broken = broken_expectation(expectations, *known))
            return std::unexpected(std::move(*broken));
    const auto& label = patch["label"];
    if (label.is_string())
        for (const auto* other : parts.conversations.list())
            if (other->key != *key && other->label == label.text())
                return std::unexpected(
                    invalid_request("label already in use: " + std::string(label.text())));
    auto outcome = apply_patch(result.session, patch, parts.facts, parts.loop.clock().unix_ms());
    if (outcome.refused) return std::unexpected(std::move(*outcome.refused));
    result.model_changed = outcome.model_changed;
    return result;
}

void patch(Call& call, const RunParts& parts) {
    auto result = patched(call.params["key"].text(), call.params, call.params, parts);
    if (!result) return call.reply.fail(result.error());
    const std::string key = result->session.key;
    parts.conversations.keep(
        result->session,
        [reply = call.reply, key, parts, model_changed = result->model_changed](Result<void> kept) {
            if (!kept) return reply.fail(kept.error());
            const auto* session = parts.conversations.find(key);
            if (session == nullptr) return reply.fail(no_such_session(key));
            parts.run_events.tell_session_patched(key, model_changed);
            auto out = begin_session_answer(*session);
            out.member("path", parts.facts.ledger_path);
            reply.ok(finish_session_answer(out, *session, parts));
        });
}

// Many in one call: each succeeds or fails for itself.
class PatchMany : public std::enable_shared_from_this<PatchMany> {
  public:
    PatchMany(Reply reply, RunParts parts)
        : reply_(std::move(reply))
        , parts_(parts) {}

    void begin(json::View targets, json::View patch) {
        outcomes_.resize(targets.size());
        left_ = targets.size();
        if (left_ == 0) return finish();
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            apply(i, targets.at(i), patch);
    }

  private:
    void apply(std::size_t i, json::View target, json::View patch) {
        const std::string written(target["key"].text());
        auto result = patched(written, target, patch, parts_);
        if (!result) return settle(i, refusal(written, result.error()));
        const std::string key = result->session.key;
        parts_.conversations.keep(
            std::move(result->session),
            [self = shared_from_this(), i, key, model = result->model_changed](Result<void> kept) {
                if (!kept) return self->settle(i, refusal(key, to_wire(kept.error())));
                self->parts_.run_events.tell_session_patched(key, model);
                self->settle(i, json::Writer()
                                    .begin_object()
                                    .member("ok", true)
                                    .member("key", key)
                                    .end_object()
                                    .take());
            });
    }

    static std::string refusal(const std::string& key, const WireError& error) {
        json::Writer out;
        out.begin_object().member("ok", false).member("key", key);
        return out.raw_member("error", to_json(error)).end_object().take();
    }

    void settle(std::size_t i, std::string outcome) {
        outcomes_[i] = std::move(outcome);
        if (--left_ == 0) finish();
    }

    void finish() {
        json::Writer out;
        out.begin_object().key("outcomes").begin_array();
        for (const auto& outcome : outcomes_)
            out.raw(outcome);
        reply_.ok(out.end_array().end_object().text());
    }

    Reply reply_;
    RunParts parts_;
    std::vector<std::string> outcomes_;
    std::size_t left_ = 0;
};

constexpr std::size_t max_targets = 500;

void patch_many(Call& call, const RunParts& parts) {
    const auto targets = call.params["targets"];
    if (targets.size() > max_targets)
        return call.reply.fail(invalid_request("sessions.patchMany takes 500 targets at most"));
    if (const auto problem = complaint(call.params["patch"], session_patch_fields()))
        return call.reply.fail(
            invalid_request("invalid sessions.patchMany params: at /patch: " + *problem));
    std::make_shared<PatchMany>(call.reply, parts)->begin(targets, call.params["patch"]);
}

std::string_view patch_many_scope(json::View params) {
    return session_patch_scope(params["patch"]);
}

constexpr std::array many_params = {
    Field{.name = "targets", .kind = Kind::array, .required = true},
    Field{.name = "patch", .kind = Kind::object, .required = true},
};

} // namespace

void add_session_changes(MethodTable& table, RunParts parts) {
    table.add({.name = "sessions.patch",
               .scope = policy::scope::write,
               .scope_rule = session_patch_scope,
               .params = session_patch_params(),
               .handler = [parts](Call& call) { patch(call, parts); }});
    table.add({.name = "sessions.patchMany",
               .scope = policy::scope::write,
               .scope_rule = patch_many_scope,
               .params = many_params,
               .handler = [parts](Call& call) { patch_many(call, parts); }});
}

} // namespace openclaw::rpc
