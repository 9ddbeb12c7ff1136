#include "supervisor/rpc/explain.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::array params = {required_text("id", 1, 512)};

} // namespace

void add_explain(MethodTable& table, Explain explain) {
    table.add({.name = "messages.explain",
               .scope = policy::scope::read,
               .params = params,
               .handler = [explain = std::move(explain)](Call& call) {
                   explain(std::string(call.params["id"].text()),
                           [reply = call.reply](Result<std::string> story) {
                               if (story)
                                   reply.ok(*story);
                               else
                                   reply.fail(story.error());
                           });
               }});
}

} // namespace openclaw::rpc
