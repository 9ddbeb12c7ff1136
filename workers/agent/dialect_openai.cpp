#include "workers/agent/dialect_openai.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"

#include <algorithm>
#include <charconv>

namespace openclaw::agent {

namespace {

constexpr std::string_view path = "/chat/completions";
constexpr std::size_t kept_error_bytes = 500;

std::string url_of(const ProviderSettings& provider) {
    if (provider.base_url.ends_with(path)) return provider.base_url;
    return provider.base_url + std::string(path);
}

bool has_header(const std::vector<net::HttpHeader>& headers, std::string_view name) {
    return std::ranges::any_of(
        headers, [&](const auto& header) { return equals_ignoring_case(header.name, name); });
}

// {"type":"image_url","image_url":{"url":"data:image/png;base64,…"}}
void put_image(json::Writer& body, const ipc::FileView& image) {
    body.begin_object().member("type", "image_url").key("image_url").begin_object();
    body.raw_member("url", "\"data:" + image.mime + ";base64," + to_base64(image.bytes) + "\"");
    body.end_object().end_object();
}

void put_message(json::Writer& body, const PromptMessage& message,
                 std::span<const ipc::FileView> images) {
    body.begin_object().member("role", message.role).key("content");
    if (images.empty()) return void(body.value(message.text).end_object());
    body.begin_array();
    body.begin_object().member("type", "text").member("text", message.text).end_object();
    for (const auto& image : images)
        put_image(body, image);
    body.end_array().end_object();
}

std::string body_of(std::string_view model, const std::vector<PromptMessage>& prompt,
                    std::uint32_t max_output_tokens, std::span<const ipc::FileView> images) {
    json::Writer body;
    body.begin_object().member("model", model).key("messages").begin_array();
    for (const auto& message : prompt)
        put_message(body, message,
                    &message == &prompt.back() ? images : std::span<const ipc::FileView>());
    body.end_array().member("stream", true);
    if (max_output_tokens > 0) body.member("max_completion_tokens", max_output_tokens);
    body.key("stream_options").begin_object().member("include_usage", true).end_object();
    return body.end_object().take();
}

// A string; or, of some servers, a list of parts of which those with "text" count.
std::string text_of(json::View content) {
    std::string text(content.text());
    content.each_element([&](json::View part) {
        text += part.is_string() ? part.text() : part["text"].text();
        return true;
    });
    return text;
}

std::string text_of_message(json::View message) {
    auto text = text_of(message["content"]);
    return text.empty() ? std::string(message["refusal"].text())
                        : text; // a refusal is an answer too
}

ProviderError error_of(json::View error) {
    ProviderError read;
    read.message =
        utf8_prefix(error.is_string() ? error.text() : error["message"].text(), kept_error_bytes);
    read.code = error["code"].is_string() ? error["code"].text() : error["type"].text();
    read.status = static_cast<int>(std::clamp<std::int64_t>(error["code"].integer(), 0, 999));
    return read;
}

// What a chunk and a whole answer have in common.
Piece common_parts(json::View root) {
    Piece piece;
    piece.model = root["model"].text();
    if (const auto usage = root["usage"]; usage.is_object()) {
        piece.has_usage = true;
        piece.input_tokens =
            static_cast<std::uint64_t>(std::max<std::int64_t>(usage["prompt_tokens"].integer(), 0));
        piece.output_tokens = static_cast<std::uint64_t>(
            std::max<std::int64_t>(usage["completion_tokens"].integer(), 0));
    }
    if (const auto error = root["error"]; error && !error.is_null()) piece.error = error_of(error);
    piece.finish_reason = root["choices"].at(0)["finish_reason"].text();
    return piece;
}

} // namespace

net::HttpRequest post(const ProviderSettings& provider, std::string url) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = Secret(std::move(url));
    request.headers = provider.headers;
    if (!has_header(request.headers, "content-type"))
        request.headers.push_back({"Content-Type", "application/json"});
    const bool adds_key = provider.sends_key && !provider.api_key.empty() &&
                          !has_header(request.headers, "authorization");
    if (adds_key)
        request.headers.push_back({"Authorization", "Bearer " + provider.api_key.reveal()});
    return request;
}

net::HttpRequest build_request(const ProviderSettings& provider, std::string_view model,
                               const std::vector<PromptMessage>& prompt,
                               std::uint32_t max_output_tokens,
                               std::span<const ipc::FileView> images) {
    net::HttpRequest request = post(provider, url_of(provider));
    request.headers.push_back({"Accept", "text/event-stream, application/json"});
    request.body = body_of(model, prompt, max_output_tokens, images);
    request.stream = true;
    return request;
}

Result<Piece> read_chunk(std::string_view data) {
    Piece nothing;
    nothing.is_last = trim(data) == "[DONE]";
    if (nothing.is_last || trim(data).empty()) return nothing;
    const auto document = TRY(json::Document::parse(data));
    const auto root = document.root();
    if (!root.is_object()) return fail(Code::corrupt, "an event that is not a JSON object");
    auto piece = common_parts(root);
    const auto choice = root["choices"].at(0);
    piece.text = text_of_message(choice["delta"] ? choice["delta"] : choice["message"]);
    return piece;
}

Result<Piece> read_completion(std::string_view body) {
    const auto document = TRY(json::Document::parse(body));
    const auto root = document.root();
    auto piece = common_parts(root);
    const auto message = root["choices"].at(0)["message"];
    if (!piece.error && !message.is_object())
        return fail(Code::corrupt, "an answer without choices[0].message");
    piece.text = text_of_message(message);
    piece.is_last = true;
    return piece;
}

ProviderError read_error(std::string_view body) {
    const auto document = json::Document::parse(body);
    if (!document)
        return {
            .message = to_valid_utf8(body.substr(0, kept_error_bytes)), .code = {}, .status = 0};
    const auto root = document->root();
    if (const auto error = root["error"]; error) return error_of(error);
    return error_of(root); // {"message": …} or {"object": "error", "message": …} of some servers
}

} // namespace openclaw::agent
