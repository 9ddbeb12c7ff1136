// Canned answers of the gateway, as its methods give them, and the moment at which they are looked
// at.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string_view>

namespace openclaw::cli::canned {

inline constexpr std::int64_t now = 1'795'000'000'000;

inline Look look(int width = 120) {
    return {.colour = false, .width = width, .now_ms = now, .home = "/home/op"};
}

inline json::Document parse(std::string_view text) {
    return json::Document::parse(text).value();
}

inline constexpr std::string_view workers = R"({"ts":1795000000000,
 "supervisor":{"pid":26480,"startedAtMs":1794992620000},
 "workers":[
  {"id":"agent","kind":"agent","state":"ready","stateReason":"","pid":26488,"startedAtMs":1794992620000,"uptimeMs":7380000,
   "generation":1,"restarts":{"total":0,"window10m":0,"consecutive":0},"backoff":null,"lastExit":null,"deaths":[],
   "resources":{"rssBytes":38400000,"pssBytes":9100000,"cpuRatio":0.004},
   "ipc":{"queued":0,"inFlight":0,"credits":0,"framesIn":1204,"framesOut":998,"lastPongMs":1794999996000,"unresponsive":false},
   "lastUpstreamMs":1794999988000,"buildId":"0123456789ab","sandbox":"without files","manualStop":false,"health":{"level":"ok"},
   "sandboxLayers":[{"name":"files","holds":false,"detail":"no Landlock in this kernel","spare":false},
                    {"name":"calls","holds":true,"detail":"83 system calls; any other ends it","spare":false}]},
  {"id":"telegram:default","kind":"channel","state":"backoff","stateReason":"exit 139 SIGSEGV: it touched memory that is not its own",
   "pid":0,"startedAtMs":0,"uptimeMs":0,"generation":5,"restarts":{"total":4,"window10m":4,"consecutive":4},
   "backoff":{"attempt":4,"max":10,"nextAtMs":1795000038000},
   "lastExit":{"code":0,"signal":11,"reason":"exit 139 SIGSEGV","atMs":1794999940000},
   "deaths":[{"atMs":1794999700000,"code":1,"signal":0,"reason":"exit 1: an error it could not handle","servedMs":640},
             {"atMs":1794999940000,"code":0,"signal":11,"reason":"exit 139 SIGSEGV: it touched memory that is not its own","servedMs":12400}],
   "resources":{"rssBytes":0,"pssBytes":0,"cpuRatio":0},
   "ipc":{"queued":2,"inFlight":0,"credits":32,"framesIn":10,"framesOut":9,"lastPongMs":0,"unresponsive":false},
   "lastUpstreamMs":1794999940000,"buildId":"0123456789ab","sandbox":"","manualStop":false,
   "health":{"level":"degraded","reason":"exit 139 SIGSEGV","sinceMs":1794999940000}}]})";

inline constexpr std::string_view healthy_workers =
    R"({"ts":1795000000000,"supervisor":{"pid":26480,"startedAtMs":1794992620000},
 "workers":[{"id":"agent","kind":"agent","state":"ready","pid":26488,"uptimeMs":7380000,"generation":1,
   "restarts":{"total":0,"window10m":0,"consecutive":0},"backoff":null,"lastExit":null,"deaths":[],
   "resources":{"rssBytes":38400000,"pssBytes":9100000,"cpuRatio":0.004},"ipc":{"queued":0,"inFlight":0,"unresponsive":false},
   "lastUpstreamMs":1794999988000,"manualStop":false}]})";

inline constexpr std::string_view channels =
    R"({"ts":1795000000000,"channelOrder":["telegram"],"channelLabels":{"telegram":"Telegram"},
 "channels":{"telegram":{"configured":true,"running":true}},
 "channelAccounts":{"telegram":[
  {"accountId":"default","enabled":true,"configured":true,"running":true,"connected":true,"lifecycle":"running","tokenSource":"config",
   "mode":"polling","lastInboundAt":1794999880000,"lastOutboundAt":1794999940000,"lastError":null},
  {"accountId":"alerts","enabled":true,"configured":true,"running":true,"connected":false,"lifecycle":"starting","tokenSource":"tokenFile",
   "mode":"polling","lastError":"401 Unauthorized: the bot token is refused"},
  {"accountId":"old","enabled":false,"configured":true,"running":false}]},
 "channelDefaultAccountId":{"telegram":"default"},"statusIssues":["telegram: one account is refused"]})";

inline constexpr std::string_view good_channels =
    R"({"ts":1795000000000,"channelLabels":{"telegram":"Telegram"},
 "channelAccounts":{"telegram":[{"accountId":"default","enabled":true,"configured":true,"running":true,"connected":true,
   "tokenSource":"config","mode":"polling","lastInboundAt":1794999880000,"lastOutboundAt":1794999940000}]}})";

inline constexpr std::string_view sessions =
    R"({"ts":1795000000000,"path":"/home/op/.openclaw/state/gateway-native.sqlite","count":2,"totalCount":9,
 "sessions":[
  {"key":"agent:main:main","kind":"direct","updatedAt":1794999700000,"modelProvider":"fake","model":"fake-1","totalTokens":17510,
   "contextTokens":32000,"hasActiveRun":true,"abortedLastRun":false},
  {"key":"agent:main:telegram:group:-1001:topic:7","kind":"group","updatedAt":1794800000000,"model":"echo"}]})";

inline constexpr std::string_view health = R"({"ok":true,"ts":1795000000000,"durationMs":9,
 "health":{"level":"down","down":["egress","telegram:alerts"],"degraded":["agent"],"processes":{
   "agent":{"level":"degraded","reason":"exit 139 SIGSEGV"},"egress":{"level":"down","reason":"8 deaths in ten minutes"}}},
 "channels":{"telegram":{"configured":true,"running":true,"accounts":{"default":{"enabled":true,"configured":true,"running":true,"connected":true},
   "alerts":{"enabled":true,"configured":true,"running":true,"connected":false,"lastError":"401 Unauthorized"}}}},
 "channelLabels":{"telegram":"Telegram"},"heartbeatSeconds":1800,"defaultAgentId":"main",
 "agents":[{"agentId":"main","isDefault":true},{"agentId":"ops","isDefault":false}],
 "sessions":{"path":"/home/op/.openclaw/state/gateway-native.sqlite","count":9,"recent":[]},
 "eventLoop":{"degraded":false,"reasons":[],"delayP99Ms":23.2,"delayMaxMs":23.4,"utilization":0.0071,"cpuCoreRatio":0.011}})";

} // namespace openclaw::cli::canned
