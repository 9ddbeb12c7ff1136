// agents.*, bindings[]: CONFIG.md 6.
#include "common/config/agents.h"
#include "common/config/choices.h"
#include "common/config/field_rows.h"
#include "common/config/tables.h"

namespace openclaw::config {

namespace {

// "provider/model", or { primary, fallbacks }.
void read_choice(ModelChoice& choice, const Node& node, const std::string& path,
                 const Reading& reading) {
    if (node.is_string()) {
        choice.primary = node.text;
        return;
    }
    if (!node.is_object())
        return expect(reading, path, node, R"("provider/model" or { primary, fallbacks })");
    static constexpr std::array fields = {
        set<&ModelChoice::primary>("primary", Reload::hot),
        set<&ModelChoice::fallbacks>("fallbacks", Reload::hot),
        known("timeoutMs", Reload::hot),
    };
    static constexpr Section section{fields};
    read_section(section, node, &choice, path, reading);
}

template <class Owner>
void read_model(void* target, const Node& node, const std::string& path, const Reading& reading) {
    ModelChoice unused;
    read_choice(target == nullptr ? unused : static_cast<Owner*>(target)->model, node, path,
                reading);
}

void read_peer_kind(void* target, const Node& node, const std::string& path,
                    const Reading& reading) {
    using Kind = Binding::PeerKind;
    auto* binding = static_cast<Binding*>(target);
    if (node.is_string() && binding != nullptr) {
        if (node.text == "direct" || node.text == "dm")
            return void(binding->peer_kind = Kind::direct);
        if (node.text == "group") return void(binding->peer_kind = Kind::group);
        if (node.text == "channel") return void(binding->peer_kind = Kind::channel);
    }
    expect(reading, path, node, R"("direct", "group" or "channel")");
}

void read_peer_id(void* target, const Node& node, const std::string& path, const Reading& reading) {
    const auto id = id_text(node);
    if (!id) return expect(reading, path, node, "a string or a whole number");
    if (target != nullptr) static_cast<Binding*>(target)->peer_id = *id;
}

constexpr std::array identity_fields = {
    set<&Identity::name>("name", Reload::hot),
    set<&Identity::theme>("theme", Reload::hot),
    set<&Identity::emoji>("emoji", Reload::hot),
    set<&Identity::avatar>("avatar", Reload::hot),
};
constexpr Section identity_section{identity_fields};

constexpr std::array agent_group_chat_fields = {
    set<&Agent::mention_patterns>("mentionPatterns", Reload::hot),
    known("historyLimit", Reload::hot),
    known("unmentionedInbound", Reload::hot),
};
constexpr Section agent_group_chat_section{agent_group_chat_fields};

// Keys that defaults and entries share and this build does not act on.
constexpr std::array shared_agent_fields = {
    known("agentRuntime", Reload::hot),
    known("blockStreamingBreak", Reload::hot),
    known("blockStreamingChunk", Reload::hot),
    known("blockStreamingCoalesce", Reload::hot),
    known("blockStreamingDefault", Reload::hot),
    known("bootstrapMaxChars", Reload::hot),
    known("bootstrapTotalMaxChars", Reload::hot),
    known("compaction", Reload::hot),
    known("contextInjection", Reload::hot),
    known("contextLimits", Reload::hot),
    known("contextPruning", Reload::hot),
    known("contextTokens", Reload::hot),
    known("cwd", Reload::hot),
    known("elevatedDefault", Reload::hot),
    known("embeddedAgent", Reload::hot),
    known("embeddedPi", Reload::hot),
    known("experimental", Reload::hot),
    known("fastModeDefault", Reload::hot),
    known("heartbeat", Reload::hot),
    known("humanDelay", Reload::hot),
    known("imageModel", Reload::hot),
    known("memory", Reload::hot),
    known("modelPolicy", Reload::hot),
    known("models", Reload::hot),
    known("params", Reload::hot),
    known("pdfModel", Reload::hot),
    known("reasoningDefault", Reload::hot),
    known("sandbox", Reload::hot),
    known("skills", Reload::hot),
    known("subagents", Reload::hot),
    known("thinkingDefault", Reload::hot),
    known("toolProgressDetail", Reload::hot),
    known("tools", Reload::hot),
    known("tts", Reload::hot),
    known("typingMode", Reload::hot),
    known("utilityModel", Reload::hot),
    known("verboseDefault", Reload::hot),
};
constexpr Section shared_agent_section{shared_agent_fields};

constexpr std::array agent_fields = {
    set<&Agent::id>("id", Reload::hot),
    set<&Agent::name>("name", Reload::hot),
    set<&Agent::is_default>("default", Reload::hot),
    set<&Agent::workspace>("workspace", Reload::hot),
    custom("model", Reload::hot, read_model<Agent>),
    set<&Agent::system_prompt>("systemPrompt", Reload::hot),
    set<&Agent::system_prompt>("systemPromptOverride", Reload::hot),
    part<&Agent::identity>("identity", identity_section),
    group("groupChat", agent_group_chat_section),
    set<&Agent::timeout_seconds>("timeoutSeconds", Reload::hot).bounds(1, 31'536'000),
    known("agentDir", Reload::hot),
    known("description", Reload::hot),
    known("memorySearch", Reload::hot),
    known("plugins", Reload::hot),
    known("runtime", Reload::hot),
    known("skillsLimits", Reload::hot),
    known("typingIntervalSeconds", Reload::hot),
};

// Nothing searches a memory yet; /v1/embeddings uses the model named here.
constexpr std::array memory_search_fields = {
    set<&AgentDefaults::embedding_provider>("provider", Reload::hot),
    set<&AgentDefaults::embedding_model>("model", Reload::hot),
};
constexpr Section memory_search_section{.fields = memory_search_fields, .is_open = true};

constexpr std::array defaults_fields = {
    set<&AgentDefaults::workspace>("workspace", Reload::hot),
    custom("model", Reload::hot, read_model<AgentDefaults>),
    set<&AgentDefaults::system_prompt>("systemPrompt", Reload::hot),
    set<&AgentDefaults::system_prompt>("additionalSystemPrompt", Reload::hot),
    set<&AgentDefaults::system_prompt>("systemPromptOverride", Reload::hot),
    set<&AgentDefaults::timeout_seconds>("timeoutSeconds", Reload::hot)
        .bounds(1, 31'536'000)
        .by_default("172800"),
    set<&AgentDefaults::max_concurrent>("maxConcurrent", Reload::hot).bounds(1, 10'000),
    set<&AgentDefaults::typing_interval_seconds>("typingIntervalSeconds", Reload::hot)
        .bounds(1, 3600)
        .by_default("6"),
    known("bootstrapPromptTruncationWarning", Reload::hot),
    known("cliBackends", Reload::hot),
    known("envelopeElapsed", Reload::hot),
    known("envelopeTimestamp", Reload::hot),
    known("envelopeTimezone", Reload::hot),
    known("imageGenerationModel", Reload::hot),
    known("imageMaxDimensionPx", Reload::hot),
    known("imageQuality", Reload::hot),
    known("mediaGenerationAutoProviderFallback", Reload::hot),
    group("memorySearch", memory_search_section, Reload::hot),
    known("mediaMaxMb", Reload::channel),
    known("mediaModels", Reload::hot),
    known("modelSelectionScope", Reload::hot),
    known("musicGenerationModel", Reload::hot),
    known("pdfMaxBytesMb", Reload::hot),
    known("pdfMaxMb", Reload::hot),
    known("pdfMaxPages", Reload::hot),
    known("promptOverlays", Reload::hot),
    known("repoRoot", Reload::hot),
    known("runRetries", Reload::hot),
    known("silentReply", Reload::hot),
    known("skipBootstrap", Reload::hot),
    known("skipOptionalBootstrapFiles", Reload::hot),
    known("startupContext", Reload::hot),
    elsewhere("systemAgent",
              Reload::hot), // read by finish_agents(): whose session "main" is in a fleet
    known("timeFormat", Reload::hot),
    known("userTimezone", Reload::hot),
    known("videoGenerationModel", Reload::hot),
    known("voiceModel", Reload::hot),
};

constexpr std::array agents_fields = {
    map_of<&Agents::entries>("entries", Reload::hot, agent_section),
    part<&Agents::defaults>("defaults", defaults_section),
    elsewhere("ownership", Reload::hot), // read by finish_agents()
};

constexpr std::array peer_fields = {
    custom("kind", Reload::none, read_peer_kind),
    custom("id", Reload::none, read_peer_id),
};
constexpr Section peer_section{peer_fields};

constexpr std::array match_fields = {
    set<&Binding::channel>("channel", Reload::none),
    set<&Binding::account_id>("accountId", Reload::none),
    group("peer", peer_section),
    set<&Binding::guild_id>("guildId", Reload::none),
    set<&Binding::team_id>("teamId", Reload::none),
    set<&Binding::roles>("roles", Reload::none),
};
constexpr Section match_section{match_fields};

constexpr std::array binding_session_fields = {
    set<&Binding::dm_scope>("dmScope", Reload::none, words_of(dm_scopes)),
    set<&Binding::group_scope>("groupScope", Reload::none, words_of(group_scopes)),
};
constexpr Section binding_session_section{binding_session_fields};

constexpr std::array binding_fields = {
    set<&Binding::type>("type", Reload::none),
    set<&Binding::agent_id>("agentId", Reload::none),
    group("match", match_section),
    group("session", binding_session_section),
    known("comment", Reload::none),
    known("acp", Reload::none),
};

} // namespace

constinit const Section agent_section{.fields = agent_fields, .also = &shared_agent_section};
constinit const Section defaults_section{.fields = defaults_fields, .also = &shared_agent_section};
constinit const Section agents_section{agents_fields};
constinit const Section binding_section{binding_fields};

} // namespace openclaw::config
