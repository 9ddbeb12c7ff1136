#include "common/json/read.h"
#include "workers/agent/dialect_builtin.h"
#include "workers/agent/dialect_openai.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::agent;

namespace {

ProviderSettings provider() {
    ProviderSettings settings;
    settings.id = "acme";
    settings.base_url = "https://api.acme.example/v1";
    settings.api_key = Secret("sk-acme-0123456789");
    return settings;
}

std::string header(const net::HttpRequest& request, std::string_view name) {
    std::string found;
    for (const auto& entry : request.headers)
        if (entry.name == name) found += entry.value + "|";
    return found;
}

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE("a request goes to chat/completions with the key in the header and the prompt in the "
              "body") {
        const auto request = build_request(provider(), "acme/large",
                                           {{"system", "Be kind."}, {"user", "Say \"hi\"\n"}});
        CHECK(request.method == "POST");
        CHECK(request.url.reveal() == "https://api.acme.example/v1/chat/completions");
        CHECK(header(request, "Authorization") == "Bearer sk-acme-0123456789|");
        CHECK(header(request, "Content-Type") == "application/json|");
        CHECK(request.stream);
        CHECK(
            request.body ==
            R"({"model":"acme/large","messages":[{"role":"system","content":"Be kind."},)"
            R"({"role":"user","content":"Say \"hi\"\n"}],"stream":true,"stream_options":{"include_usage":true}})");
    }

    TEST_CASE("images go with the last message, as data: URLs behind its words") {
        const std::vector<ipc::FileView> images{
            {.name = "a.png", .mime = "image/png", .kind = "image", .bytes = "\x89PNG"}};
        const auto request =
            build_request(provider(), "m", {{"user", "first"}, {"user", "look"}}, 0, images);
        CHECK(
            request.body ==
            R"({"model":"m","messages":[{"role":"user","content":"first"},{"role":"user","content":[)"
            R"({"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}}]}],)"
            R"("stream":true,"stream_options":{"include_usage":true}})");
    }

    TEST_CASE("the placeholder says what it was given") {
        const std::vector<ipc::FileView> images{
            {.name = "a.png", .mime = "image/png", .kind = "image", .bytes = "1234"}};
        CHECK(answer_of_echo("look", images).contains("You sent: a.png (image/png, 4 bytes)"));
    }

    TEST_CASE("an address that names the endpoint already is taken as it is") {
        auto settings = provider();
        settings.base_url = "http://localhost:11434/v1/chat/completions";
        CHECK(build_request(settings, "m", {}).url.reveal() == settings.base_url);
    }

    TEST_CASE("the operator's headers are sent, and replace ours") {
        auto settings = provider();
        settings.headers = {{"X-Team", "blue"},
                            {"authorization", "Basic abc"},
                            {"content-type", "application/json; v=2"}};
        const auto request = build_request(settings, "m", {});
        CHECK(header(request, "X-Team") == "blue|");
        CHECK(header(request, "Authorization").empty());
        CHECK(header(request, "Content-Type").empty());
    }

    TEST_CASE("without a key, or when the key is not for the header, none is sent") {
        auto settings = provider();
        settings.sends_key = false;
        CHECK(header(build_request(settings, "m", {}), "Authorization").empty());
        settings = provider();
        settings.api_key = Secret();
        CHECK(header(build_request(settings, "m", {}), "Authorization").empty());
    }

    TEST_CASE("error bodies are read in every shape servers use") {
        CHECK(read_error(
                  R"({"error":{"message":"no","type":"server_error","code":"insufficient_quota"}})")
                  .code == "insufficient_quota");
        CHECK(read_error(R"({"error":{"message":"no","type":"server_error","code":null}})").code ==
              "server_error");
        CHECK(read_error(R"({"error":{"message":"no","code":503}})").status == 503);
        CHECK(read_error(R"({"error":"plain"})").message == "plain");
        CHECK(read_error(R"({"object":"error","message":"flat"})").message == "flat");
        CHECK(read_error("<html>Bad gateway</html>").message == "<html>Bad gateway</html>");
        CHECK(read_error("").message.empty());
        CHECK(read_error("\xff\xfe").message == "\xEF\xBF\xBD\xEF\xBF\xBD");
        CHECK(read_error(R"({"error":{"message":")" + std::string(5000, 'x') + "\"}}")
                  .message.size() == 500);
    }

    TEST_CASE("the placeholder repeats the message and says how to get a real model") {
        const auto answer = answer_of_echo("hello");
        CHECK(answer.starts_with("You said: hello\n"));
        CHECK(answer.find("placeholder") != std::string::npos);
        CHECK(
            answer.find("`openclaw config set agents.defaults.model.primary <provider>/<model>`") !=
            std::string::npos);
        CHECK(answer_of_echo(std::string(100'000, 'x')).size() < 5000);
    }
}
