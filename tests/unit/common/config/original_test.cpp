// A configuration as the original's users have them must start us as it is.
#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace openclaw;
using namespace openclaw::config;

namespace {

// Every block of the published reference, with values of the kinds it shows.
constexpr std::string_view full = R"json5({
  $schema: "https://docs.openclaw.ai/schema.json",
  meta: { lastTouchedVersion: "2026.9.6", lastTouchedAt: "2026-09-06T00:00:00Z", migrations: { modelPolicyAllowlist: true } },
  env: { vars: { TEAM: "blue" }, shellEnv: { enabled: false, timeoutMs: 15000 } },
  wizard: { lastRunAt: "2026-01-01", lastRunMode: "local" },
  diagnostics: { enabled: true, flags: [], otel: { enabled: false } },
  logging: { level: "info", consoleLevel: "warn", consoleStyle: "compact", redactPatterns: ["x"], audit: { enabled: true } },
  update: { checkOnStart: true, channel: "stable" },
  telemetry: { enabled: false },
  browser: { enabled: true, profiles: { openclaw: { cdpPort: 18800 } } },
  ui: { seamColor: "#112233" },
  secrets: { providers: { default: { source: "env" } }, defaults: { env: "default" }, egressProxy: { enabled: false } },
  auth: { profiles: { "openai:default": { provider: "openai", mode: "api_key" } }, order: { openai: ["openai:default"] } },
  accessGroups: { operators: { type: "message.senders", members: { telegram: ["5001"] } } },
  acp: { enabled: true }, nodeHost: { browserProxy: { enabled: true } },
  models: { mode: "merge", catalogRefresh: { enabled: true }, providers: {
    "custom-proxy": { baseUrl: "http://localhost:4000/v1", apiKey: "LITELLM_KEY", api: "openai-completions", auth: "api-key",
      request: { allowPrivateNetwork: true }, params: {}, maxTokens: 100, injectNumCtxForOpenAICompat: true,
      models: [{ id: "llama", name: "Llama", reasoning: false, input: ["text"], cost: { input: 0 }, contextWindow: 128000, contextTokens: 96000, maxTokens: 32000, compat: { supportsStore: false } }] } } },
  agents: { ownership: "explicit", defaults: {
      workspace: "~/.openclaw/workspace", cwd: "~/x", repoRoot: "~/y", model: { primary: "custom-proxy/llama", fallbacks: [] },
      models: { "custom-proxy/llama": { alias: "l", params: {} } }, modelPolicy: { allow: [] }, utilityModel: "a/b", imageModel: "a/c", pdfModel: { primary: "a/d" },
      mediaModels: {}, params: {}, pdfMaxMb: 10, pdfMaxPages: 20, thinkingDefault: "low", verboseDefault: "off", reasoningDefault: "off", elevatedDefault: "on",
      fastModeDefault: false, toolProgressDetail: "explain", timeoutSeconds: 600, mediaMaxMb: 5, maxConcurrent: 4, userTimezone: "UTC", timeFormat: "auto",
      typingMode: "instant", typingIntervalSeconds: 6, blockStreamingDefault: "off", blockStreamingBreak: "text_end", blockStreamingChunk: { minChars: 800 },
      blockStreamingCoalesce: { idleMs: 1000 }, humanDelay: { mode: "off" }, heartbeat: { every: "30m", target: "last" }, subagents: { maxConcurrent: 8 },
      compaction: { mode: "safeguard" }, contextPruning: { mode: "off" }, contextTokens: 200000, sandbox: { mode: "off" }, skipBootstrap: true,
      bootstrapMaxChars: 1, bootstrapTotalMaxChars: 2, memorySearch: {}, imageMaxDimensionPx: 1200, imageQuality: "auto", contextInjection: "always",
      startupContext: {}, contextLimits: {}, skipOptionalBootstrapFiles: [], systemAgent: { agentId: "main" } },
    entries: { main: { name: "Main Agent", agentDir: "~/a", identity: { name: "Samantha", theme: "sloth", emoji: "🦥", avatar: "a.png" }, default: true,
        groupChat: { mentionPatterns: ["@openclaw"] }, sandbox: { mode: "off" }, runtime: { type: "acp" }, subagents: { allowAgents: ["*"] }, tts: {},
        skills: ["x"], thinkingDefault: "high", tools: { profile: "coding" }, params: {}, utilityModel: "a/b", fastModeDefault: "auto", description: "d" },
      work: { workspace: "~/w" } } },
  worktreeRoot: "~/wt", worktreeAcceleration: {},
  tools: { profile: "full", exec: { security: "ask" }, web: { search: { enabled: true } } },
  security: { audit: { suppressions: [{ checkId: "x", reason: "y" }] } },
  bindings: [{ type: "route", agentId: "work", comment: "c", match: { channel: "telegram", accountId: "alerts", peer: { kind: "group", id: "-1001" } }, session: { dmScope: "per-peer", groupScope: "main" } }],
  broadcast: { strategy: "parallel" }, attachments: {},
  messages: { responsePrefix: "auto", ackReaction: "👀", ackReactionScope: "group-mentions", removeAckAfterReply: false, statusReactions: { enabled: true }, visibleReplies: "automatic",
    queue: { mode: "steer", cap: 20, drop: "summarize", byChannel: { whatsapp: "followup" }, debounceMsByChannel: { telegram: 5 } }, usageTemplate: "x", responseUsage: "off",
    inbound: { debounceMs: 2000, byChannel: { whatsapp: 5000 } }, groupChat: { mentionPatterns: [], historyLimit: 50, unmentionedInbound: "user_request", visibleReplies: "automatic" } },
  tts: { auto: "off" },
  commands: { native: "auto", nativeSkills: "auto", text: true, bash: false, bashForegroundMs: 2000, config: false, mcp: false, plugins: false, debug: false, restart: true,
    ownerAllowFrom: ["telegram:5001"], ownerDisplay: "raw", allowFrom: { "*": ["user1"], discord: ["user:123"] }, useAccessGroups: true },
  approvals: { exec: { enabled: false } },
  session: { scope: "per-sender", dmScope: "main", groupScope: "per-group", notifyOnCreate: true, identityLinks: { alice: ["telegram:1"] }, reset: { mode: "daily", atHour: 4, idleMinutes: 60 },
    resetByType: { thread: { mode: "daily" }, direct: { mode: "idle", idleMinutes: 240 }, group: { mode: "none" } }, resetByChannel: { discord: { mode: "idle", idleMinutes: 30 } },
    resetTriggers: ["/new"], store: "~/s", maintenance: { mode: "enforce", pruneAfter: "30d" }, threadBindings: { enabled: true }, sharing: { drafts: true }, sendPolicy: { default: "allow", rules: [] } },
  cron: { enabled: true, webhookToken: "t", failureAlert: { enabled: false } }, transcripts: {},
  hooks: { enabled: true, token: "h", path: "/hooks", mappings: [] },
  channels: {
    defaults: { groupPolicy: "allowlist", contextVisibility: "all", implicitMentions: { replyToBot: true } },
    modelByChannel: { telegram: { "123": "a/b" } },
    telegram: { enabled: true, name: "Bot", botToken: "123:abc", dmPolicy: "pairing", allowFrom: ["tg:5001", 5002, "accessGroup:operators"], groupAllowFrom: ["5001"], groupPolicy: "allowlist",
      groups: { "*": { requireMention: true }, "-1001": { allowFrom: ["@admin"], systemPrompt: "s", skills: [], tools: { deny: ["x"] }, ingest: true, errorPolicy: "once",
        topics: { "99": { requireMention: false, skills: ["search"], systemPrompt: "t", agentId: "work", disableAudioPreflight: true } } } },
      direct: { "*": { tools: {} }, "5001": { dmPolicy: "allowlist", allowFrom: ["5001"], requireTopic: false, autoTopicLabel: true } },
      customCommands: [{ command: "backup", description: "Git backup" }], commands: { native: "auto", nativeSkills: false }, historyLimit: 50, dmHistoryLimit: 5, dms: { "1": { historyLimit: 2 } },
      textChunkLimit: 4000, mediaMaxMb: 100, streaming: { mode: "partial", chunkMode: "length", preview: { toolProgress: true }, progress: { maxLines: 3 }, block: { enabled: false } },
      replyToMode: "first", linkPreview: true, reactionNotifications: "own", reactionLevel: "minimal", ackReaction: "👀", joinIntro: true, actions: { reactions: true, poll: true },
      retry: { attempts: 3, minDelayMs: 400, maxDelayMs: 30000, jitter: 0.1 }, network: { autoSelectFamily: true, dnsResultOrder: "ipv4first" }, proxy: "socks5://localhost:9050",
      webhookUrl: "https://x/y", webhookSecret: "w", webhookPath: "/telegram-webhook", webhookHost: "127.0.0.1", webhookPort: 8787, apiRoot: "https://api.telegram.org",
      trustedLocalFileRoots: ["/srv"], execApprovals: {}, threadBindings: {}, autoTopicLabel: false, richMessages: true, errorPolicy: "always", silentErrorReplies: false,
      capabilities: ["x"], configWrites: true, healthMonitor: { enabled: true }, heartbeat: { showOk: true }, markdown: { tables: "code" }, contextVisibility: "all", defaultTo: "1", timeoutSeconds: 30,
      mentionPatterns: { mode: "allow", allowIn: ["-1001"] }, responsePrefix: "", defaultAccount: "default",
      accounts: { default: { name: "Primary" }, alerts: { botToken: "987:xyz", groups: {} } } },
    discord: { token: "d", guilds: { "1": { channels: {} } } }, whatsapp: { allowFrom: ["+1"] }, signal: {}, slack: { botToken: "x" },
  },
  discovery: { mdns: { mode: "minimal" }, wideArea: { domain: "x" } }, talk: { provider: "system" },
  gateway: { mode: "local", port: 18789, bind: "loopback", publicOrigin: "https://g", customBindHost: "",
    auth: { mode: "token", token: "t", allowTailscale: true, identityScopes: {}, rateLimit: { maxAttempts: 10 }, trustedProxy: { userHeader: "x" } },
    roles: { default: "guest", definitions: {} }, tailscale: { mode: "off", resetOnExit: false }, cliAgents: { enabled: true }, terminal: { enabled: false }, portals: {},
    controlUi: { enabled: true, basePath: "/o", experimental: { customPlugins: false }, embedSandbox: "scripts", allowedOrigins: [], environment: { label: "e", color: "amber" } },
    remote: { url: "ws://127.0.0.1:18789", transport: "ssh", token: "r", remotePort: 1, sshHostKeyPolicy: "strict" }, trustedProxies: [], allowRealIpFallback: false,
    nodes: { pairing: { autoApproveLocal: true }, allowCommands: ["x"] }, tools: { deny: [] }, push: { apns: {} }, reload: { mode: "hybrid" }, tls: { enabled: false },
    http: { endpoints: { chatCompletions: { enabled: true } } }, webchat: { chatHistoryMaxChars: 5 }, workspacePreviewMaxBytes: 262144 },
  cloudWorkers: {}, desktop: {}, memory: { backend: "builtin" }, mcp: { servers: {} }, skills: { entries: {} },
  plugins: { entries: { "openclaw-native": { config: { workers: {} } } }, allow: [] }, surfaces: {}, proxy: {},
})json5";

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("a full configuration of the original starts us as it is") {
        const Config config = loaded(full);
        CHECK(config.gateway.mode == Gateway::Mode::local);
        REQUIRE(config.channels.size() == 3);
        for (const ChannelAccount& account : config.channels)
            CHECK_MESSAGE(account.should_run(), account.problem);
        CHECK(config.find_channel("telegram", "default")->access.allow_from ==
              SenderList{"tg:5001", "5002", "5001"});
        CHECK(config.find_channel("telegram", "alerts")->access.groups->empty());
        CHECK(config.models.providers.at("custom-proxy").api_key.reveal() == "LITELLM_KEY");
        CHECK(config.bindings.size() == 1);
        CHECK(config.inactive.size() > 60);
        for (const char* path : {"browser", "tools", "skills", "memory", "mcp", "plugins", "hooks",
                                 "cron", "channels.slack", "gateway.tls"})
            CHECK_MESSAGE(is_inactive(config, path), path);
    }
    TEST_CASE("no inactive key is named twice") {
        const Config config = loaded(full);
        std::vector<std::string> paths;
        for (const InactiveKey& key : config.inactive)
            paths.push_back(key.path);
        std::ranges::sort(paths);
        const auto twice = std::ranges::adjacent_find(paths);
        CHECK_MESSAGE(twice == paths.end(), (twice == paths.end() ? "" : *twice));
    }
    TEST_CASE("any character changed or cut out is a value or an error, never worse") {
        unsigned state = 12345;
        const auto random = [&](std::size_t limit) {
            return (state = state * 1'103'515'245 + 12'345) / 65'536 % limit;
        };
        const std::string_view alphabet = "{}[]:,'\"x0 -\n/";
        for (int round = 0; round < 400; ++round) {
            std::string text(full);
            for (std::size_t i = random(4) + 1; i > 0; --i) {
                const std::size_t at = random(32'768) * 1000 % text.size();
                if (random(2) == 0)
                    text[at] = alphabet[random(alphabet.size())];
                else
                    text.erase(at, random(40));
            }
            const auto config = load_text(text, {.home = "/h"});
            if (!config) CHECK(config.error().front().place.line > 0);
        }
    }
}
