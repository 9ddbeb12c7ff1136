#include "workers/telegram/checkup.h"

#include "workers/telegram/refusal.h"
#include "workers/telegram/target.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

void add_fact(wire::ProbeFacts& facts, std::string_view name, std::string value) {
    auto& fact = *facts.add_facts();
    fact.set_name(std::string(name));
    fact.set_value(std::move(value));
}

void add_link(wire::ProbeFacts& facts, std::string_view name, std::string url) {
    auto& link = *facts.add_links();
    link.set_name(std::string(name));
    link.set_url(std::move(url));
}

std::string_view yes_or_no(json::View flag) {
    return flag.boolean() ? "yes" : "no";
}

} // namespace

void Checkup::begin(worker::Question question) {
    const auto id = ++last_id_;
    const auto within = question.within();
    probes_.emplace(id,
                    Probe{.question = std::move(question), .give_up_at = clock_.now() + within});
    ask(id, "getMe", "{}", &Checkup::on_me);
}

void Checkup::ask(Id id, std::string_view method, std::string body, Step next) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(probes_.at(id).give_up_at - clock_.now());
    api_.call({.method = method,
               .body = std::move(body),
               .deadline = std::max(left, Milliseconds(1)),
               .idempotent = true},
              [this, id, next](const Answer& answer) { (this->*next)(id, answer); });
}

void Checkup::on_me(Id id, const Answer& answer) {
    auto& probe = probes_.at(id);
    if (!answer.ok() || !answer.result()["id"].is_integer()) {
        refuse(probe.question, answer, Repeatable::yes);
        probes_.erase(id);
        return;
    }
    const auto me = answer.result();
    const std::string name(me["username"].text());
    probe.facts.set_identity("@" + name);
    probe.facts.set_identity_id(std::to_string(me["id"].integer()));
    probe.facts.set_display_name(std::string(me["first_name"].text()));
    add_fact(probe.facts, "joinsGroups", std::string(yes_or_no(me["can_join_groups"])));
    add_fact(probe.facts, "readsAllGroupMessages",
             std::string(yes_or_no(me["can_read_all_group_messages"])));
    if (!name.empty()) { // Bot API, deep linking
        add_link(probe.facts, "chat", "https://t.me/" + name);
        if (me["can_join_groups"].boolean())
            add_link(probe.facts, "invite", "https://t.me/" + name + "?startgroup=true");
    }
    ask(id, "getWebhookInfo", "{}", &Checkup::on_webhook);
}

// A server that does not know it says nothing about the bot.
void Checkup::on_webhook(Id id, const Answer& answer) {
    auto& probe = probes_.at(id);
    if (answer.ok()) {
        const bool is_set = !answer.result()["url"].text().empty();
        add_fact(probe.facts, "webhook", is_set ? "set" : "none");
        add_fact(probe.facts, "pendingUpdates",
                 std::to_string(answer.result()["pending_update_count"].integer()));
        if (is_set)
            probe.facts.add_warnings("a webhook is set for this bot, so that polling gets nothing: "
                                     "somebody else uses the token, or once did");
    }
    const auto target = Target::of(probe.question.asked().probe().target());
    if (target.chat_id.empty()) return finish(id);
    ask(id, "getChatMember", member_body(target, probe.facts.identity_id()), &Checkup::on_member);
}

void Checkup::on_member(Id id, const Answer& answer) {
    auto& probe = probes_.at(id);
    const auto& chat = probe.question.asked().probe().target().id();
    const std::string status(answer.result()["status"].text());
    if (!answer.ok())
        probe.facts.add_warnings("chat " + chat + ": " + answer.description);
    else if (status == "left" || status == "kicked")
        probe.facts.add_warnings("chat " + chat + ": the bot is no member (" + status +
                                 "): invite it");
    else if (status == "restricted" && !answer.result()["can_send_messages"].boolean())
        probe.facts.add_warnings("chat " + chat + ": the bot may not send messages");
    if (answer.ok()) add_fact(probe.facts, "targetStatus", status);
    finish(id);
}

void Checkup::finish(Id id) {
    auto& probe = probes_.at(id);
    probe.question.answer(std::move(probe.facts));
    probes_.erase(id);
}

} // namespace openclaw::telegram
