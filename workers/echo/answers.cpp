#include "workers/echo/answers.h"

#include "common/base/strings.h"
#include "common/json/write.h"

namespace openclaw::echo {

namespace {

constexpr std::size_t shown_bytes = 4096; // of each file: enough for a test to know it again

void add_entry(wire::DirectoryPage& page, const wire::DirectoryLookup& lookup,
               wire::DirectoryEntry entry) {
    const bool is_sought = entry.id() == lookup.query() || entry.name().contains(lookup.query());
    if (is_sought) *page.add_entries() = std::move(entry);
}

wire::DirectoryEntry entry_of(const std::string& id, const char* name, const char* kind) {
    wire::DirectoryEntry entry;
    entry.set_id(id);
    entry.set_name(name);
    entry.set_kind(kind);
    return entry;
}

std::string messages_json(const Injection& inject, std::uint32_t limit,
                          const AttachedFiles& files) {
    json::Writer out;
    out.begin_object().key("messages").begin_array();
    for (std::uint64_t i = 0; i < inject.count && (limit == 0 || i < limit); ++i)
        out.begin_object()
            .member("id", std::to_string(i))
            .member("content", inject.text)
            .end_object();
    out.end_array().key("files").begin_array();
    for (const auto& file : files)
        out.begin_object()
            .member("name", file.name)
            .member("mime", file.mime)
            .member("kind", file.kind)
            .member("bytes", file.bytes.size())
            .member("base64", to_base64(std::string_view(file.bytes).substr(0, shown_bytes)))
            .end_object();
    return out.end_array().end_object().take();
}

} // namespace

wire::ProbeFacts probe_facts(std::string_view instance) {
    wire::ProbeFacts facts;
    facts.set_identity("@echo");
    facts.set_identity_id("echo");
    facts.set_display_name("Echo");
    auto& fact = *facts.add_facts();
    fact.set_name("network");
    fact.set_value("none");
    auto& link = *facts.add_links();
    link.set_name("invite");
    link.set_url("https://echo.invalid/invite/" + std::string(instance));
    return facts;
}

void answer_directory(worker::Question question, const Injection& inject) {
    const auto& lookup = question.asked().directory();
    wire::DirectoryPage page;
    switch (lookup.kind()) {
    case wire::DirectoryLookup::PEERS:
        add_entry(page, lookup, entry_of(inject.chat, "Echo", "user"));
        break;
    case wire::DirectoryLookup::GROUPS:
        add_entry(page, lookup, entry_of("-" + inject.chat, "Echoes", "group"));
        break;
    default:
        return question.refuse_unsupported();
    }
    question.answer(std::move(page));
}

void answer_action(worker::Question question, const Injection& inject, const AttachedFiles& files) {
    const auto& action = question.asked().action();
    if (action.chat().id() != inject.chat)
        return question.refuse(wire::ChannelAnswer::NOT_FOUND,
                               "there is no chat " + action.chat().id() + ", only " + inject.chat);
    if (action.name() == "read")
        return question.done({}, messages_json(inject, action.limit(), files));
    if (action.name() != "react" && action.name() != "edit") return question.refuse_unsupported();
    if (action.message_id().empty())
        return question.refuse(wire::ChannelAnswer::INVALID,
                               action.name() + " needs a message: messageId");
    question.done(action.message_id());
}

} // namespace openclaw::echo
