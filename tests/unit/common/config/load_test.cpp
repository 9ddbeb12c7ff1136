#include "tests/unit/common/config/directory.h"
#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

using namespace openclaw;
using namespace openclaw::config;

TEST_SUITE("common/config") {
    TEST_CASE("an empty file is all defaults") {
        const Config config = loaded("{}");
        CHECK_FALSE(config.gateway.mode);
        CHECK_FALSE(config.gateway.port);
        CHECK(config.gateway.bind == Gateway::Bind::loopback);
        CHECK(config.gateway.auth.effective_mode() == GatewayAuth::Mode::token);
        CHECK(config.gateway.auth.rate_limit.max_attempts == 10);
        CHECK(config.agents.default_id == "main");
        REQUIRE(config.agents.find("main") != nullptr);
        CHECK(config.agents.model_of(*config.agents.find("main")).primary.empty());
        CHECK(config.agents.defaults.timeout_seconds == 172'800);
        CHECK(config.session.dm_scope == DmScope::main);
        CHECK(config.session.reset_triggers == std::vector<std::string>{"/new", "/reset"});
        CHECK(config.messages.queue_cap == 20);
        CHECK(config.logging.max_file_bytes == 104'857'600);
        CHECK(config.commands.restart);
        CHECK(config.channels.empty());
        CHECK(config.warnings.empty());
        CHECK(config.inactive.empty());
    }
    TEST_CASE("what programs may ask over HTTP is closed until it is opened") {
        CHECK_FALSE(loaded("{}").gateway.http.has_chat_completions);
        const Config config =
            loaded("{gateway:{http:{endpoints:{chatCompletions:{enabled:true,maxBodyBytes:5},"
                   "responses:{enabled:true}},"
                   "securityHeaders:{strictTransportSecurity:'max-age=1'}},"
                   "tools:{deny:['agents_list'],allow:['x']}},"
                   "agents:{defaults:{memorySearch:{provider:'p',model:'m',remote:{}}}}}");
        CHECK(config.gateway.http.has_chat_completions);
        CHECK(config.gateway.http.has_responses);
        CHECK(config.gateway.http.strict_transport_security == "max-age=1");
        CHECK(config.gateway.http.denied_tools == std::vector<std::string>{"agents_list"});
        CHECK(config.agents.defaults.embedding_provider == "p");
        CHECK(config.agents.defaults.embedding_model == "m");
        CHECK(is_inactive(config, "gateway.tools.allow"));
        CHECK(loaded("{gateway:{http:{securityHeaders:{strictTransportSecurity:false}}}}")
                  .gateway.http.strict_transport_security.empty());
        CHECK(refusal("{gateway:{http:{securityHeaders:{strictTransportSecurity:'a\\r\\nb: c'}}}}")
                  .contains("header value"));
    }
    TEST_CASE("the gateway block is read") {
        const Config config =
            loaded("{gateway:{mode:'local',port:2000,bind:'custom',customBindHost:'10.0.0.5',"
                   "auth:{mode:'trusted-proxy',rateLimit:{maxAttempts:3,windowMs:1000,lockoutMs:0,"
                   "exemptLoopback:false}},"
                   "trustedProxies:['10.0.0.1'],controlUi:{enabled:false,allowedOrigins:['https://"
                   "x'],environment:{label:'edge'}},"
                   "reload:{mode:'off'}}}");
        CHECK(config.gateway.mode == Gateway::Mode::local);
        CHECK(config.gateway.port == 2000);
        CHECK(config.gateway.bind == Gateway::Bind::custom);
        CHECK(config.gateway.auth.effective_mode() == GatewayAuth::Mode::trusted_proxy);
        CHECK(config.gateway.auth.rate_limit.max_attempts == 3);
        CHECK(config.gateway.auth.rate_limit.lockout == Milliseconds(0));
        CHECK_FALSE(config.gateway.auth.rate_limit.exempt_loopback);
        CHECK_FALSE(config.gateway.control_ui.enabled);
        CHECK(config.gateway.reload == Gateway::Reload::off);
    }
    TEST_CASE("gateway secrets come from the file, else from the environment") {
        LoadOptions options{
            .environment = {{"OPENCLAW_GATEWAY_TOKEN", "from-env"}, {"T", "from-ref"}}};
        CHECK(loaded("{}", options).gateway.auth.token.reveal() == "from-env");
        CHECK(loaded("{gateway:{auth:{token:'written'}}}", options).gateway.auth.token.reveal() ==
              "written");
        CHECK(loaded("{gateway:{auth:{token:'${T}'}}}", options).gateway.auth.token.reveal() ==
              "from-ref");
        const Config password = loaded("{gateway:{auth:{password:'p'}}}", options);
        CHECK(password.gateway.auth.effective_mode() == GatewayAuth::Mode::password);
        CHECK(password.gateway.auth.token.empty());
    }
    TEST_CASE("what makes a start impossible is an error with its place") {
        CHECK(refusal("{\n \"gateway\": { \"nope\": 1 }\n}") ==
              "openclaw.json:2:15 — gateway: Unrecognized key: \"nope\" (did you mean \"mode\"?)");
        CHECK(refusal("{gatway:{}}").contains("did you mean \"gateway\"?"));
        CHECK(refusal("{\n  gateway: { bind: 'everywhere' }\n}") ==
              "openclaw.json:2:20 — gateway.bind: Invalid input (allowed: \"auto\", \"lan\", "
              "\"loopback\", \"custom\", \"tailnet\")");
        CHECK(refusal("{gateway:{port:0}}").contains("from 1 to 65535"));
        CHECK(refusal("{gateway:{auth:{token:'a',password:'b'}}}")
                  .contains("gateway.auth.mode is unset"));
        CHECK(refusal("{gateway:{auth:{mode:'token',token:'a',password:'b'}}}") == "loaded");
        CHECK(refusal("{gateway:{auth:{token:{source:'env',id:'ABSENT'}}}}").contains("ABSENT"));
        CHECK(refusal("{gateway:{auth:{token:'${ABSENT}'}}}").contains("not set"));
        CHECK(refusal("{gateway:{bind:'custom'}}").contains("customBindHost"));
        CHECK(refusal("[]").contains("expected an object, found an array"));
        CHECK(refusal("{gateway:{")
                  .contains("openclaw.json:1:11 — <root>: JSON5 parse failed: expected a key, "
                            "found end of input"));
        CHECK(refusal("{gateway:{$include:'./x.json5'}}").contains("in no file"));
        CHECK(refusal("{logging:{level:'loud'}}").contains("\"trace\""));
    }
    TEST_CASE("keys that do nothing here are named once, with their place") {
        const Config config = loaded("{$schema:'x',meta:{lastTouchedVersion:'2026.9.6'},\n"
                                     "browser:{enabled:true},tools:{profile:'coding',deny:['x']},"
                                     "agents:{defaults:{heartbeat:{every:'30m'}}}}");
        REQUIRE(config.inactive.size() == 3);
        CHECK(config.inactive[0].path == "browser");
        CHECK(config.inactive[0].place.line == 2);
        CHECK(is_inactive(config, "agents.defaults.heartbeat"));
        CHECK(config.warnings.empty());
    }
    TEST_CASE("agents, models and bindings are read") {
        const Config config =
            loaded("{agents:{defaults:{model:'fake/fake-1',workspace:'~/ws',maxConcurrent:4},"
                   "entries:{Work:{name:'Worker',model:{primary:'fake/big',fallbacks:['fake/"
                   "fake-1']},identity:{name:'Fair Wind',emoji:'🦥'},"
                   "groupChat:{mentionPatterns:[]},default:true},home:{}}},"
                   "models:{mode:'merge',providers:{fake:{baseUrl:'http://127.0.0.1:1/"
                   "v1',apiKey:'k',api:'openai-completions',timeoutSeconds:30,"
                   "headers:{'x-a':'b'},models:[{id:'fake-1',name:'Fake "
                   "One',contextWindow:32000,maxTokens:2048,cost:{input:0}}]}}},"
                   "bindings:[{agentId:'work',match:{channel:'telegram',accountId:'*',peer:{kind:'"
                   "dm',id:5001}},session:{dmScope:'per-peer'}},"
                   "{type:'acp',agentId:'home',match:{channel:'telegram'}}]}");
        CHECK(config.agents.default_id == "work");
        CHECK(config.agents.defaults.workspace == "/home/op/ws");
        const Agent& work = *config.agents.find("work");
        CHECK(work.name == "Worker");
        CHECK(work.mention_patterns == std::vector<std::string>{});
        CHECK(config.agents.model_of(work).fallbacks == std::vector<std::string>{"fake/fake-1"});
        CHECK(config.agents.model_of(*config.agents.find("home")).primary == "fake/fake-1");
        const Provider& fake = config.models.providers.at("fake");
        CHECK(fake.api_key.reveal() == "k");
        CHECK(fake.headers.at("x-a") == "b");
        CHECK(fake.timeout_seconds == 30);
        CHECK(fake.models[0].context_window == 32'000);
        REQUIRE(config.bindings.size() == 1);
        CHECK(config.bindings[0].peer_kind == Binding::PeerKind::direct);
        CHECK(config.bindings[0].peer_id == "5001");
        CHECK(config.bindings[0].dm_scope == DmScope::per_peer);
        CHECK(split_model("a/b/c") == std::pair<std::string_view, std::string_view>{"a", "b/c"});
    }
    TEST_CASE("of several agents one owns main, unless the fleet says otherwise") {
        CHECK(loaded("{agents:{entries:{a:{},main:{}}}}").agents.default_id == "main");
        CHECK(loaded("{agents:{entries:{solo:{}}}}").agents.default_id == "solo");
        CHECK(loaded("{agents:{entries:{a:{},b:{}}}}").agents.default_id.empty());
        const Config fleet = loaded("{agents:{ownership:'explicit',defaults:{systemAgent:{agentId:'"
                                    "b'}},entries:{a:{},b:{}}}}");
        CHECK(fleet.agents.default_id == "b");
        CHECK_FALSE(fleet.agents.answers_unbound);
    }
    TEST_CASE("a provider without its key is out of use, and nothing else is") {
        const Config config = loaded("{models:{providers:{a:{baseUrl:'http://"
                                     "x',apiKey:'${ABSENT}'},b:{baseUrl:'http://y'}}}}",
                                     {.environment = {{"B_API_KEY", "kb"}}});
        CHECK(config.models.providers.at("a").problem.contains("not set"));
        CHECK(config.models.providers.at("b").problem.empty());
        CHECK(config.models.providers.at("b").api_key.reveal() == "kb");
        CHECK(warns(config, "models.providers.a.apiKey"));
    }
    TEST_CASE("session, messages, commands and logging are read") {
        const Config config =
            loaded("{session:{dmScope:'per-channel-peer',groupScope:'main',identityLinks:{alice:['"
                   "telegram:1','discord:2']},"
                   "reset:{mode:'daily',atHour:6},resetByType:{thread:{mode:'idle',idleMinutes:5}},"
                   "resetByChannel:{telegram:{mode:'none'}},resetTriggers:['/tell']},"
                   "messages:{ackReaction:'',ackReactionScope:'all',queue:{mode:'collect',cap:3,"
                   "drop:'new',byChannel:{telegram:'followup'}},"
                   "inbound:{debounceMs:0,byChannel:{telegram:300}},groupChat:{mentionPatterns:['@"
                   "claw'],historyLimit:9},responsePrefix:'auto'},"
                   "commands:{text:false,restart:false,ownerAllowFrom:['telegram:5001',7],"
                   "allowFrom:{'*':['a'],telegram:[5]}},"
                   "logging:{level:'debug',file:'~/"
                   "x.log',maxFileBytes:5000,consoleLevel:'warn',consoleStyle:'json'}}");
        CHECK(config.session.dm_scope == DmScope::per_channel_peer);
        CHECK(config.session.group_scope == GroupScope::main);
        CHECK(config.session.identity_links.at("alice").size() == 2);
        CHECK(config.session.reset.at_hour == 6);
        CHECK(config.session.reset_by_type.at("thread").idle_minutes == 5);
        CHECK(config.session.reset_by_channel.at("telegram").mode == ResetRule::Mode::none);
        CHECK(config.messages.ack_reaction == "");
        CHECK(config.messages.queue_mode == Messages::QueueMode::collect);
        CHECK(config.messages.queue_by_channel.at("telegram") == Messages::QueueMode::followup);
        CHECK(config.messages.overflow == Messages::Overflow::newest);
        CHECK(config.messages.debounce == Milliseconds(0));
        CHECK(config.messages.debounce_by_channel.at("telegram") == Milliseconds(300));
        CHECK(config.messages.mention_patterns == std::vector<std::string>{"@claw"});
        CHECK(config.commands.owner_allow_from == std::vector<std::string>{"telegram:5001", "7"});
        CHECK(config.commands.allow_from.at("telegram") == std::vector<std::string>{"5"});
        CHECK_FALSE(config.commands.text);
        CHECK(config.logging.file == "/home/op/x.log");
        CHECK(config.logging.console_style == "json");
        CHECK(config.inactive.empty());
    }
    TEST_CASE("the environment is read in the order of trust: process, state directory, config") {
        const Directory directory;
        directory.write(".env", "A=state\nB=state\n");
        const LoadOptions options{.environment = {{"A", "process"}},
                                  .state_directory = directory.path(".")};
        const Config config = loaded(
            "{env:{vars:{B:'config',C:'config'}},agents:{defaults:{model:'${A}/${B}/${C}'}}}",
            options);
        CHECK(config.agents.defaults.model.primary == "process/state/config");
    }
    TEST_CASE("an unset variable is a warning with its place, and the text stays") {
        const Config config = loaded("{agents:{defaults:{model:'${ABSENT}'}}}");
        CHECK(config.agents.defaults.model.primary == "${ABSENT}");
        CHECK(warns(config, "openclaw.json:1:26"));
    }
    TEST_CASE("a missing file is all defaults and says that it is missing") {
        const Directory directory;
        const auto config = load({.file = directory.path("openclaw.json"), .home = "/h"});
        REQUIRE(config);
        CHECK_FALSE(config->exists);
        CHECK(config->hash.empty());
        CHECK(config->file == directory.path("openclaw.json"));
    }
    TEST_CASE("a file open to others is closed, and that is said once") {
        const Directory directory;
        const std::string file = directory.write("openclaw.json", "{}");
        chmod(file.c_str(), 0644);
        const auto config = load({.file = file});
        REQUIRE(config);
        CHECK(warns(*config, "0600"));
        struct stat facts = {};
        stat(file.c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0600);
        CHECK(load({.file = file})->warnings.empty());
        CHECK(config->hash == hash_of("{}"));
        CHECK(config->hash.starts_with("sha256:v1:"));
    }
    TEST_CASE("an included file open to others is closed, and only read by who only looks") {
        const Directory directory;
        const std::string text = "{channels:{$include:'./bots.json5'}}";
        const std::string file = directory.write("openclaw.json", text);
        const std::string included = directory.write("bots.json5", "{}");
        chmod(file.c_str(), 0600);
        chmod(included.c_str(), 0644);
        const auto mode = [&] {
            struct stat facts = {};
            stat(included.c_str(), &facts);
            return facts.st_mode & 0777;
        };
        CHECK(load_text(text, {.file = file}));
        CHECK(mode() == 0644);
        CHECK(warns(*load({.file = file}), "bots.json5 — <root>: the included file was open"));
        CHECK(mode() == 0600);
        CHECK(load({.file = file})->warnings.empty());
    }
    TEST_CASE("a file with a token that others may read is read, kept as it is, and said") {
        const Directory directory;
        const std::string token = directory.write("token", "1:a\n");
        const std::string text = "{channels:{telegram:{tokenFile:'" + token + "'}}}";
        chmod(token.c_str(), 0640);
        CHECK(warns(*load_text(text, {}), "is open to others (run: chmod 600 " + token));
        struct stat facts = {};
        stat(token.c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0640);
        chmod(token.c_str(), 0600);
        CHECK(load_text(text, {})->warnings.empty());
    }
    TEST_CASE("a link is read with a warning, a directory is refused") {
        const Directory directory;
        const std::string file = directory.write("real.json", "{}");
        REQUIRE(symlink(file.c_str(), directory.path("openclaw.json").c_str()) == 0);
        CHECK(warns(*load({.file = directory.path("openclaw.json")}), "symbolic link"));
        CHECK_FALSE(load({.file = directory.path(".")}));
    }
    TEST_CASE("a screen of issues is one screen") {
        std::vector<Issue> issues(
            50, Issue{.path = "a", .place = {3, 4}, .message = "m", .remedy = "r"});
        const std::string screen = render_issues(issues, "/h/openclaw.json");
        CHECK(screen.contains("OpenClaw config is invalid: /h/openclaw.json\n"));
        CHECK(screen.contains("  × openclaw.json:3:4 — a: m (r)\n"));
        CHECK(screen.contains("and 30 more"));
        CHECK(std::ranges::count(screen, '\n') < 30);
    }
}
