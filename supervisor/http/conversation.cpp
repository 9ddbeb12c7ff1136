#include "supervisor/http/conversation.h"

#include "common/base/strings.h"
#include "supervisor/policy/attached_files.h"
#include "supervisor/rpc/attachments.h"

#include <algorithm>
#include <limits>

namespace openclaw::http {

namespace {

bool is_text_part(std::string_view type) {
    return type == "text" || type == "input_text" || type == "output_text" || type == "refusal";
}

std::string_view words_of(json::View part) {
    const auto text = part["text"].text();
    return text.empty() ? part["refusal"].text() : text;
}

bool is_image_part(std::string_view type) {
    return type == "image_url" || type == "input_image";
}

void append_line(std::string& text, std::string_view line) {
    if (!text.empty() && !line.empty()) text += "\n";
    text += line;
}

// {image_url: {url}} of chat completions, {image_url} of responses: a data: URL; {source: {data}}
// of the product's own page: base64.
std::string_view address_of(json::View part) {
    if (const auto source = part["source"]; source.is_object())
        return source["data"].text(source["url"].text());
    const auto url = part["image_url"];
    return url.is_object() ? url["url"].text() : url.text();
}

// Asked before the image is decoded.
bool fits(const Content& content, std::size_t image_bytes) {
    return image_bytes <= policy::max_image_bytes &&
           bytes_of(content.images) + image_bytes <= policy::max_client_file_bytes &&
           content.images.size() < max_attached_files;
}

std::optional<ApiError> add_image(Content& content, json::View part, std::string_view type) {
    const auto address = address_of(part);
    const auto place = "`" + std::string(type) + "`";
    if (address.starts_with("http://") || address.starts_with("https://"))
        return invalid_request("Unsupported " + place +
                               ": this gateway fetches no images; send the image itself, as a "
                               "data: URL in base64.");
    if (!fits(content, rpc::bytes_in_base64(address)))
        return invalid_request("Too much in " + place +
                               ": at most 10 images of 6291456 bytes each, and about 15 MB "
                               "together.");
    auto bytes = rpc::bytes_of_base64(address);
    if (!bytes || image_type_of(*bytes).empty())
        return invalid_request("Invalid " + place +
                               ": it must be a data: URL with a PNG, JPEG, "
                               "GIF or WebP image in base64.");
    const auto mime = image_type_of(*bytes);
    const auto name = "image-" + std::to_string(content.images.size() + 1) + "." +
                      std::string(mime.substr(mime.find('/') + 1));
    auto image = attached_file(name, mime, std::move(*bytes));
    append_line(content.text, policy::name_of_file(image));
    content.images.push_back(std::move(image));
    return std::nullopt;
}

} // namespace

bool Content::is_empty() const {
    return trim(text).empty();
}

std::optional<ApiError> add_part(Content& content, json::View part) {
    const auto type = part.is_string() ? "text" : part["type"].text("text");
    if (is_image_part(type)) return add_image(content, part, type);
    if (!is_text_part(type))
        return invalid_request("Unsupported content part `" + std::string(type) +
                               "`: the agent of this gateway reads text and looks at images.");
    append_line(content.text, part.is_string() ? part.text() : words_of(part));
    return std::nullopt;
}

std::expected<Content, ApiError> read_content(json::View written) {
    Content content;
    if (!written.is_array()) {
        content.text = written.text();
        return content;
    }
    std::optional<ApiError> refused;
    written.each_element([&](json::View part) {
        refused = add_part(content, part);
        return !refused;
    });
    if (refused) return std::unexpected(*refused);
    return content;
}

void put_said(Conversation& asked, std::vector<SaidMessage> said) {
    asked.message = std::move(said.back().content.text);
    asked.images = std::move(said.back().content.images);
    said.pop_back();
    for (auto& message : said)
        asked.earlier.push_back({std::move(message.role), std::move(message.content.text)});
}

std::expected<std::string, ApiError> read_model(json::View body) {
    const auto model = body["model"];
    if (!model || model.is_null()) return "openclaw";
    if (!model.is_string())
        return std::unexpected(
            invalid_request("Invalid `model`. Use `openclaw` or `openclaw/<agentId>`."));
    return std::string(model.text());
}

bool demands_tool(json::View tool_choice) {
    return tool_choice.is_object() || tool_choice.text() == "required";
}

ApiError cannot_call_tools() {
    return invalid_request("Unsupported `tool_choice`: this gateway does not call tools of the "
                           "client. Use \"auto\" or \"none\".");
}

int positive(json::View number) {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    return static_cast<int>(std::clamp<std::int64_t>(number.integer(), 0, most));
}

std::optional<ApiError> add_to_system(std::string& system, const Content& content,
                                      std::string_view role) {
    if (!content.images.empty())
        return invalid_request("Unsupported image in a `" + std::string(role) +
                               "` message: the system prompt is text. Send the image in a `user` "
                               "message.");
    append_paragraph(system, content.text);
    return std::nullopt;
}

void append_paragraph(std::string& text, std::string_view paragraph) {
    if (paragraph.empty()) return;
    if (!text.empty()) text += "\n\n";
    text += paragraph;
}

} // namespace openclaw::http
