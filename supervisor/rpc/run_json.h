// rpc/run_json.h — the payloads about one run: pieces of chat and agent events, and the final
// answer of `agent`. Pure.
#pragma once

#include "common/json/write.h"
#include "supervisor/flow/runs.h"
#include "supervisor/web/event.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// {"runId":…,"sessionKey":…,"agentId":…,"seq":…,"state":…  — an open object.
json::Writer begin_chat(const flow::Run& run, std::uint64_t sequence, std::string_view state);

// A whole agent event payload.
std::string agent_payload(const flow::Run& run, std::uint64_t sequence, std::string_view stream,
                          std::string_view data_json, std::int64_t now_ms);

// {"role":"assistant","content":[{"type":"text","text":…}],"timestamp":…}
std::string assistant_message(std::string_view text, std::int64_t now_ms);
std::string usage_json(const flow::Run& run);

// Events whose text grows by merging while a socket is slow. `appended`: the text since the last
// one.
web::Event chat_delta(const flow::Run& run, std::uint64_t sequence, std::string_view appended,
                      bool replaces, std::int64_t now_ms);
web::Event agent_delta(const flow::Run& run, std::uint64_t sequence, std::string_view appended,
                       std::int64_t now_ms);

// "terminalReply":{…}: what people saw of it in the end.
void write_terminal_reply(json::Writer& out, const flow::Run& run);
// The second response of `agent` (PROTOCOL.md 12.2).
std::string agent_result(const flow::Run& run);
// What agent.wait says about an ended run.
std::string wait_result(const flow::Run& run);
// {"runId":…,"status":…,"summary":…}
std::string status_payload(const flow::Run& run, std::string_view status);

} // namespace openclaw::rpc
