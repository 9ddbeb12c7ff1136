// The routes over a real socket: who may come in, what a run looks like from outside.
#include "supervisor/http/api.h"
#include "supervisor/web/listener.h"
#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

struct FakeEmbedder final : flow::Embedder {
    void embed(flow::EmbeddingOrder order, flow::EmbeddingDone done) override {
        orders.push_back(std::move(order));
        waiting.push_back(std::move(done));
    }

    std::vector<flow::EmbeddingOrder> orders;
    std::vector<flow::EmbeddingDone> waiting;
};

struct ApiDoor : Desk {
    ApiDoor() {
        runs.add_listener(tally);
        runs.add_listener(api.listener());
        web::ServerOptions options;
        options.rules.wanted_headers = http::wanted_headers();
        options.http = &api;
        auto made = web::Server::create(loop, std::move(options), door);
        REQUIRE(made);
        server = std::move(*made);
        auto sockets =
            web::open_listen_sockets({.bind = web::Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        listener = std::make_unique<web::Listener>(
            loop, std::move(*sockets), [this](UniqueFd fd) { server->adopt(std::move(fd)); });
    }

    std::uint16_t port() const { return listener->port(); }

    static std::string bearer(std::string_view token = "s3cret") {
        return "Authorization: Bearer " + std::string(token) + "\r\n";
    }

    static std::string post(std::string_view path, std::string_view body,
                            const std::string& headers = bearer()) {
        return "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    }

    HttpResponse ask_http(const std::string& request) { return test::http(loop, port(), request); }

    // Asks for a run and waits until it was begun.
    const flow::Run& begin(TcpClient& client, std::string_view path, std::string_view body) {
        const auto before = runs.begun.size();
        client.send(post(path, body));
        REQUIRE(turn_until(loop, [&] { return runs.begun.size() > before; }));
        return *runs.begun.back();
    }

    auth::AttemptLimit attempts{loop.clock(), {.attempts = 3, .exempts_loopback = false}};
    rpc::FrontDoor door{
        {.loop = loop,
         .dispatch = dispatch,
         .events = events,
         .presence = presence,
         .health = health,
         .facts = facts,
         .attempts = attempts,
         .devices = Desk::devices},
        {.gate = {.mode = auth::Mode::token, .secret = Secret("s3cret")}, .allowed_origins = {}}};
    FakeEmbedder embedder;
    http::RunTally tally;
    http::Api api{
        {.door = door,
         .runs = {.loop = loop,
                  .runs = runs,
                  .run_events = run_events,
                  .conversations = conversations,
                  .facts = facts},
         .dispatch = dispatch,
         .health = health,
         .embedder = embedder,
         .tally = tally,
         .readiness = [] { return web::Readiness{}; },
         .door_figures = [] { return http::DoorFigures{}; }},
        {.api = {.has_chat_completions = true, .has_responses = true}, .embedding_model = {}}};
    std::unique_ptr<web::Server> server;
    std::unique_ptr<web::Listener> listener;
};

constexpr std::string_view hello = R"({"messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view streamed =
    R"({"stream":true,"messages":[{"role":"user","content":"hi"}]})";

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE("nobody asks without the secret, and a wrong one is counted") {
        ApiDoor edge;
        for (const std::string_view path :
             {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/tools/invoke"}) {
            const auto refused = edge.ask_http(ApiDoor::post(path, "{}", ""));
            CHECK_MESSAGE(refused.status == 401, path);
            CHECK(refused.body == R"({"error":{"message":"Unauthorized","type":"unauthorized"}})");
        }
        for (const std::string_view path : {"/v1/models", "/api/diagnostics/prometheus"})
            CHECK(edge.ask_http(get(path)).status == 401);
        for (int i = 0; i < 3; ++i)
            CHECK(edge.ask_http(get("/v1/models", ApiDoor::bearer("wrong"))).status == 401);
        const auto locked = edge.ask_http(get("/v1/models", ApiDoor::bearer()));
        CHECK(locked.status == 429);
        CHECK(locked.header("Retry-After") != "");
        CHECK(locked.body.contains("\"rate_limited\""));
        CHECK(edge.runs.begun.empty());
    }

    TEST_CASE("a wrong method is refused before anybody asks who asks") {
        ApiDoor edge;
        for (const std::string_view method : {"GET", "HEAD", "OPTIONS", "DELETE", "PUT"}) {
            const auto refused =
                test::http(edge.loop, edge.port(), get("/v1/chat/completions", {}, method), false);
            CHECK_MESSAGE(refused.status == 405, method);
            CHECK(refused.header("Allow") == "POST");
        }
        CHECK(edge.ask_http(ApiDoor::post("/v1/models", "{}")).header("Allow") == "GET, HEAD");
    }

    TEST_CASE("routes that are switched off are not there") {
        ApiDoor edge;
        edge.api.use({});
        CHECK(edge.ask_http(get("/v1/models", ApiDoor::bearer())).status == 404);
        for (const std::string_view path :
             {"/v1/chat/completions", "/v1/responses", "/v1/embeddings"})
            CHECK(edge.ask_http(ApiDoor::post(path, hello)).status == 404);
        CHECK(edge.ask_http(ApiDoor::post("/tools/invoke", "{}")).status == 400);
        edge.api.use({.api = {.has_responses = true}, .embedding_model = {}});
        CHECK(edge.ask_http(get("/v1/models", ApiDoor::bearer())).status == 200);
        CHECK(edge.ask_http(ApiDoor::post("/v1/chat/completions", hello)).status == 404);
    }

    TEST_CASE("the models are the agents, as captured") {
        ApiDoor edge;
        const auto list = edge.ask_http(get("/v1/models", ApiDoor::bearer()));
        CHECK(
            list.body ==
            R"({"object":"list","data":[{"id":"openclaw","object":"model","created":0,"owned_by":"openclaw","permission":[]},{"id":"openclaw/default","object":"model","created":0,"owned_by":"openclaw","permission":[]},{"id":"openclaw/main","object":"model","created":0,"owned_by":"openclaw","permission":[]}]})");
        for (const std::string_view path : {"/v1/models/openclaw%2Fmain", "/v1/models/openclaw"})
            CHECK_MESSAGE(edge.ask_http(get(path, ApiDoor::bearer())).status == 200, path);
        const auto unknown = edge.ask_http(get("/v1/models/gpt-5", ApiDoor::bearer()));
        CHECK(unknown.status == 400);
        CHECK(unknown.body ==
              R"({"error":{"message":"Invalid model id.","type":"invalid_request_error"}})");
    }

    TEST_CASE("a chat is a run like any other, answered when it is over") {
        ApiDoor edge;
        TcpClient client(edge.loop, edge.port());
        const auto& run = edge.begin(client, "/v1/chat/completions", R"({"model":"openclaw",
            "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"one"},
            {"role":"assistant","content":"two"},{"role":"user","content":"three"}]})");
        CHECK(run.request.message == "three");
        CHECK(run.request.extra_system_prompt == "Be brief.");
        CHECK(run.request.earlier.size() == 2);
        CHECK(run.request.session_key.starts_with("agent:main:openai:"));
        CHECK_FALSE(run.request.target);
        const std::string id = run.request.run_id;
        CHECK(id.starts_with("chatcmpl_"));
        edge.runs.start(id);
        edge.runs.speak(id, "Hello");
        CHECK(client.received.empty());
        edge.runs.end(id, flow::RunStatus::completed, "stop");
        REQUIRE(client.wait_for([&] { return client.received.contains("\"total_tokens\""); }));
        CHECK(client.received.contains("\"content\":\"Hello\""));
        CHECK(client.received.contains("x-request-id: " + id));
        CHECK(client.received.contains("X-Content-Type-Options: nosniff"));
        CHECK(edge.tally.completed == 1);
    }

    TEST_CASE("a streamed chat comes word by word") {
        ApiDoor edge;
        TcpClient client(edge.loop, edge.port());
        const std::string id = edge.begin(client, "/v1/chat/completions", streamed).request.run_id;
        edge.runs.start(id);
        edge.runs.speak(id, "Hel");
        REQUIRE(client.wait_for([&] { return client.received.contains("\"content\":\"Hel\""); }));
        CHECK(client.received.contains("Content-Type: text/event-stream; charset=utf-8"));
        CHECK(client.received.contains("Cache-Control: no-cache"));
        edge.runs.speak(id, "lo");
        REQUIRE(client.wait_for([&] { return client.received.contains("\"content\":\"lo\""); }));
        edge.runs.end(id, flow::RunStatus::completed, "stop");
        REQUIRE(client.wait_for([&] { return client.received.contains("[DONE]"); }));
        CHECK(client.received.contains("\"finish_reason\":\"stop\""));
    }

    TEST_CASE("a run that fails before its first word is an HTTP error, later an event") {
        ApiDoor edge;
        for (const bool has_spoken : {false, true}) {
            TcpClient client(edge.loop, edge.port());
            const std::string id =
                edge.begin(client, "/v1/chat/completions", streamed).request.run_id;
            edge.runs.start(id);
            if (has_spoken) edge.runs.speak(id, "Hel");
            edge.runs.runs.at(id)->error = "no luck";
            edge.runs.runs.at(id)->error_kind = "server";
            edge.runs.end(id, flow::RunStatus::failed, "error");
            REQUIRE(client.wait_for([&] { return client.received.contains("no luck"); }));
            CHECK(client.received.starts_with(has_spoken ? "HTTP/1.1 200" : "HTTP/1.1 502"));
            CHECK(client.received.contains("x-should-retry: false") != has_spoken);
        }
    }

    TEST_CASE("who leaves stops his run and nobody else's") {
        ApiDoor edge;
        TcpClient stays(edge.loop, edge.port());
        const std::string other = edge.begin(stays, "/v1/chat/completions", hello).request.run_id;
        for (const std::string_view body : {hello, streamed}) {
            TcpClient client(edge.loop, edge.port());
            const std::string id = edge.begin(client, "/v1/chat/completions", body).request.run_id;
            edge.runs.start(id);
            edge.runs.speak(id, "Hel");
            client.close();
            REQUIRE(turn_until(edge.loop, [&] { return edge.runs.find(id)->is_over(); }));
            CHECK(edge.runs.find(id)->status == flow::RunStatus::aborted);
        }
        CHECK_FALSE(edge.runs.find(other)->is_over());
    }

    TEST_CASE("a slow reader gets fewer, longer pieces, and all of the text") {
        ApiDoor edge;
        TcpClient client(edge.loop, edge.port());
        const std::string id = edge.begin(client, "/v1/chat/completions", streamed).request.run_id;
        edge.runs.start(id);
        client.pause();
        std::string text;
        for (int i = 0; i < 400; ++i) {
            const std::string piece = std::to_string(i) + std::string(30'000, 'p');
            text += piece;
            edge.runs.speak(id, piece);
            edge.loop.turn(false);
        }
        client.resume();
        edge.runs.end(id, flow::RunStatus::completed, "stop");
        REQUIRE(client.wait_for([&] { return client.received.contains("[DONE]"); }));
        std::string told;
        std::size_t pieces = 0;
        constexpr std::string_view mark = R"("content":")";
        for (auto at = client.received.find(mark); at != std::string::npos;
             at = client.received.find(mark, at + 1), ++pieces) {
            const auto from = at + mark.size();
            told += client.received.substr(from, client.received.find('"', from) - from);
        }
        std::erase_if(told, [](char c) { return c == '\r' || c == '\n'; });
        CHECK(told.size() == text.size());
        CHECK(told == text);
        CHECK(pieces < 400);
    }

    TEST_CASE("a stream whose agent began again goes on only when the words agree") {
        ApiDoor edge;
        for (const bool agrees : {true, false}) {
            TcpClient client(edge.loop, edge.port());
            const std::string id =
                edge.begin(client, "/v1/chat/completions", streamed).request.run_id;
            edge.runs.start(id);
            edge.runs.speak(id, "Hello");
            edge.runs.runs.at(id)->text.clear(); // another life of the agent
            edge.runs.speak(id, agrees ? "Hello the" : "Good day t");
            edge.runs.speak(id, agrees ? "re" : "o you");
            edge.runs.end(id, flow::RunStatus::completed, "stop");
            REQUIRE(client.wait_for([&] { return client.received.contains("[DONE]"); }));
            CHECK(client.received.contains("\"content\":\" there\"") == agrees);
            CHECK(client.received.contains("began again") != agrees);
        }
    }

    TEST_CASE("a response that names the one before goes on in its session") {
        ApiDoor edge;
        TcpClient client(edge.loop, edge.port());
        const auto& first = edge.begin(client, "/v1/responses", R"({"input":"one"})");
        CHECK(first.request.run_id.starts_with("resp_"));
        CHECK(first.request.session_key.starts_with("agent:main:openresponses:"));
        const std::string key = first.request.session_key, id = first.request.run_id;
        edge.runs.end(id, flow::RunStatus::completed, "stop");
        TcpClient next(edge.loop, edge.port());
        CHECK(edge.begin(next, "/v1/responses",
                         R"({"input":"two","previous_response_id":")" + id + "\"}")
                  .request.session_key == key);
        auto& kept = edge.conversations.add("agent:main:openresponses:old", 1);
        kept.last_run_id = "resp_old";
        TcpClient later(edge.loop, edge.port());
        CHECK(edge.begin(later, "/v1/responses",
                         R"({"input":"two","previous_response_id":"resp_old"})")
                  .request.session_key == "agent:main:openresponses:old");
        const auto unknown = edge.ask_http(ApiDoor::post(
            "/v1/responses", R"({"input":"two","previous_response_id":"resp_none"})"));
        CHECK(unknown.status == 400);
        CHECK(unknown.body.contains("previous_response_not_found"));
    }

    TEST_CASE("a gateway that takes no work says when to come back") {
        ApiDoor edge;
        edge.runs.refusal = Error{.code = Code::unavailable, .sentence = "stopping"};
        const auto refused = edge.ask_http(ApiDoor::post("/v1/chat/completions", hello));
        CHECK(refused.status == 503);
        CHECK(refused.header("Retry-After") == "2");
        auto settings = edge.door.settings();
        settings.is_starting = true;
        edge.door.use(std::move(settings));
        CHECK(edge.ask_http(ApiDoor::post("/v1/chat/completions", hello)).status == 503);
    }

    TEST_CASE("bodies above the limit are refused unread") {
        ApiDoor edge;
        const auto head = [](std::string_view headers) {
            return get("/v1/chat/completions", ApiDoor::bearer() + std::string(headers), "POST");
        };
        CHECK(edge.ask_http(head("Content-Length: 99999999\r\n")).status == 413);
        CHECK(edge.ask_http(head("Transfer-Encoding: gzip\r\n")).status == 400);
        const auto tools = edge.ask_http(
            get("/tools/invoke", ApiDoor::bearer() + "Content-Length: 9999999\r\n", "POST"));
        CHECK(tools.status == 413);
        CHECK(tools.body.starts_with(R"({"ok":false,"error":{)"));
    }

    TEST_CASE("a tool is a method, asked with the caller's scopes") {
        ApiDoor edge;
        edge.conversations.add("agent:main:main", 5);
        const auto list =
            edge.ask_http(ApiDoor::post("/tools/invoke", R"({"tool":"sessions_list"})"));
        CHECK(list.status == 200);
        const auto document = parsed(list.body);
        CHECK(document.root()["ok"].boolean());
        CHECK(document.root()["result"]["details"]["sessions"].at(0)["key"].text() ==
              "agent:main:main");
        CHECK(
            document.root()["result"]["content"].at(0)["text"].text().contains("agent:main:main"));
        for (const std::string_view tool :
             {"agents_list", "session_status", "sessions_history", "sessions_list"})
            CHECK_MESSAGE(edge.ask_http(ApiDoor::post("/tools/invoke",
                                                      R"({"name":")" + std::string(tool) + "\"}"))
                                  .status == 200,
                          tool);
        for (const std::string_view body :
             {R"({"tool":"exec"})", R"({"tool":"zzz","name":"exec"})"})
            CHECK(
                edge.ask_http(ApiDoor::post("/tools/invoke", body)).body ==
                R"({"ok":false,"error":{"type":"not_found","message":"Tool not available: exec"}})");
        CHECK(
            edge.ask_http(ApiDoor::post("/tools/invoke", "{}")).body ==
            R"({"ok":false,"error":{"type":"invalid_request","message":"tools.invoke requires name"}})");
        edge.api.use({.api = {.denied_tools = {"sessions_list"}}, .embedding_model = {}});
        CHECK(edge.ask_http(ApiDoor::post("/tools/invoke", R"({"tool":"sessions_list"})")).status ==
              404);
    }

    TEST_CASE("vectors come from the embedder, or its reason does") {
        ApiDoor edge;
        edge.facts.providers.push_back({.id = "fake"});
        edge.api.use({.api = {.has_responses = true}, .embedding_model = "fake/embed"});
        for (const bool works : {true, false}) {
            TcpClient client(edge.loop, edge.port());
            client.send(ApiDoor::post("/v1/embeddings", R"({"model":"openclaw","input":"a"})"));
            REQUIRE(turn_until(edge.loop, [&] { return !edge.embedder.waiting.empty(); }));
            auto done = std::move(edge.embedder.waiting.back());
            edge.embedder.waiting.clear();
            if (works)
                done(std::string(R"({"object":"list","data":[]})"));
            else
                done(std::unexpected(flow::EmbeddingFailure{"too much", "rate"}));
            REQUIRE(client.wait_for([&] { return client.received.ends_with("}"); }));
            CHECK(client.received.starts_with(works ? "HTTP/1.1 200" : "HTTP/1.1 429"));
        }
    }

    TEST_CASE("the numbers are open to this machine and to who has the secret") {
        ApiDoor edge;
        edge.workers.list.push_back({.id = "telegram:default",
                                     .kind = "telegram",
                                     .account = "default",
                                     .state = process::State::ready,
                                     .is_channel = true,
                                     .restarts = 3});
        edge.channels.push_back(
            {.channel = "telegram", .account = "default", .connection = "connected", .owed = 2});
        edge.ledger_counters.units = 9;
        const auto page = edge.ask_http(get("/metrics"));
        CHECK(page.status == 200);
        CHECK(page.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
        for (const std::string_view line :
             {"openclaw_worker_state{worker=\"telegram:default\",state=\"ready\"} 1\n",
              "openclaw_worker_state{worker=\"telegram:default\",state=\"failed\"} 0\n",
              "openclaw_worker_restarts_total{worker=\"telegram:default\"} 3\n",
              "openclaw_channel_connected{channel=\"telegram\",account=\"default\"} 1\n",
              "openclaw_channel_owed_messages{channel=\"telegram\",account=\"default\"} 2\n",
              "openclaw_ledger_units_total 9\n", "openclaw_ready 0\n"})
            CHECK_MESSAGE(page.body.contains(line), line);
        CHECK(edge.ask_http(get("/metrics", ApiDoor::bearer("wrong"))).status == 401);
        CHECK(edge.ask_http(get("/api/diagnostics/prometheus", ApiDoor::bearer())).status == 200);
        CHECK(edge.ask_http(ApiDoor::post("/metrics", "x")).status == 405);
    }

    TEST_CASE("without a secret a header narrows what may be done, and foreign pages stay out") {
        ApiDoor edge;
        auto settings = edge.door.settings();
        settings.gate = {.mode = auth::Mode::none, .secret = Secret()};
        edge.door.use(std::move(settings));
        CHECK(edge.ask_http(get("/v1/models")).status == 200);
        CHECK(edge.ask_http(get("/v1/models", "x-openclaw-scopes: operator.read\r\n")).status ==
              200);
        const auto refused = edge.ask_http(ApiDoor::post(
            "/v1/chat/completions", hello, "x-openclaw-scopes: operator.read, operator.talk\r\n"));
        CHECK(refused.status == 403);
        CHECK(
            refused.body ==
            R"({"error":{"message":"missing scope: operator.write","type":"forbidden","details":{"code":"MISSING_SCOPE","missingScope":"operator.write","requiredScopes":["operator.write"]}}})");
        const auto foreign = edge.ask_http(
            ApiDoor::post("/v1/chat/completions", hello, "Origin: https://evil.example\r\n"));
        CHECK(foreign.status == 403);
        CHECK(edge.runs.begun.empty());
    }
}
