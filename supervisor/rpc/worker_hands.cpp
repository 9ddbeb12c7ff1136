#include "supervisor/rpc/worker_hands.h"

#include "common/json/write.h"

#include <array>
#include <utility>

namespace openclaw::rpc {

namespace {

using Hand = Result<void> (WorkerDesk::*)(const std::string&);

void lay_hand_on(Call& call, WorkerDesk& desk, Hand hand) {
    const std::string id(call.params["id"].text());
    if (const auto done = (desk.*hand)(id); !done) return call.reply.fail(done.error());
    call.reply.ok(
        json::Writer().begin_object().member("ok", true).member("id", id).end_object().text());
}

constexpr std::array whose_params = {required_text("id")};

} // namespace

void add_worker_hands(MethodTable& table, WorkerDesk& desk) {
    for (const auto& [name, hand] :
         {std::pair<std::string_view, Hand>{"workers.pause", &WorkerDesk::pause},
          {"workers.resume", &WorkerDesk::start},
          {"workers.kill", &WorkerDesk::kill},
          {"workers.recycle", &WorkerDesk::restart}})
        table.add({.name = name,
                   .scope = policy::scope::admin,
                   .params = whose_params,
                   .handler = [&desk, hand = hand](Call& call) { lay_hand_on(call, desk, hand); }});
}

} // namespace openclaw::rpc
