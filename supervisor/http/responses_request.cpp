#include "supervisor/http/responses_request.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <optional>

namespace openclaw::http {

namespace {

constexpr std::size_t max_file_chars = 200'000; // the product's own default, files.maxChars

struct FileText {
    std::string name, mime, base64;
};

bool is_text_type(std::string_view mime) {
    constexpr std::array<std::string_view, 5> known = {"text/plain", "text/markdown", "text/html",
                                                       "text/csv", "application/json"};
    return std::ranges::find(known, mime) != known.end();
}

// {filename, file_data: "data:<mime>;base64,…"} of OpenAI, {source: {type, media_type, data,
// filename}} of the product's page.
FileText file_of(json::View part) {
    const auto source = part["source"];
    if (source.is_object())
        return {std::string(source["filename"].text("file")),
                std::string(source["media_type"].text()), std::string(source["data"].text())};
    FileText file{std::string(part["filename"].text("file")), {}, {}};
    std::string_view data = part["file_data"].text();
    constexpr std::string_view scheme = "data:", marker = ";base64,";
    const auto comma = data.find(marker);
    if (!data.starts_with(scheme) || comma == data.npos) return file;
    file.mime = data.substr(scheme.size(), comma - scheme.size());
    file.base64 = data.substr(comma + marker.size());
    return file;
}

std::expected<std::string, ApiError> text_of_file(json::View part) {
    const auto file = file_of(part);
    if (is_text_type(file.mime)) // nothing else is decoded
        if (const auto bytes = from_base64(file.base64); bytes && is_valid_utf8(*bytes))
            return "[File " + file.name + "]\n" + std::string(utf8_prefix(*bytes, max_file_chars));
    return std::unexpected(invalid_request("Unsupported `input_file` \"" + file.name +
                                           "\": the agent of this gateway reads text files "
                                           "that come with the request, in base64."));
}

// Parts of a content, and no other list that a tool has written.
bool is_content(json::View output) {
    return output.at(0)["type"].text().starts_with("input_");
}

class Reader {
  public:
    explicit Reader(Conversation& asked)
        : asked_(asked) {}

    std::optional<ApiError> read(json::View input) {
        if (input.is_string()) {
            said.push_back({"user", {std::string(input.text()), {}}});
            return std::nullopt;
        }
        std::optional<ApiError> refused;
        input.each_element([&](json::View item) {
            refused = take(item);
            return !refused;
        });
        return refused;
    }

    std::vector<SaidMessage> said;

  private:
    std::optional<ApiError> take(json::View item) {
        const auto type = item["type"].text("message");
        if (type == "function_call_output") return take_result(item);
        return type == "message" ? take_message(item) : std::nullopt; // others say nothing to us
    }

    // Its output is text, parts as those of a message, or whatever else the tool has said.
    std::optional<ApiError> take_result(json::View item) {
        const auto output = item["output"];
        Content content;
        if (output.is_string() || is_content(output)) {
            if (auto refused = take_content(output, content)) return refused;
        } else {
            content.text = output.dump();
        }
        content.text.insert(0, "[Result of " + std::string(item["call_id"].text("a tool")) + "]\n");
        said.push_back({"user", std::move(content)});
        return std::nullopt;
    }

    std::optional<ApiError> take_message(json::View item) {
        Content content;
        if (auto refused = take_content(item["content"], content)) return refused;
        if (content.is_empty()) return std::nullopt;
        const auto role = item["role"].text("user");
        if (role == "system" || role == "developer")
            return add_to_system(asked_.system, content, role);
        said.push_back({role == "assistant" ? "assistant" : "user", std::move(content)});
        return std::nullopt;
    }

    std::optional<ApiError> take_content(json::View written, Content& content) {
        if (!written.is_array()) {
            content.text = written.text();
            return std::nullopt;
        }
        std::optional<ApiError> refused;
        written.each_element([&](json::View part) {
            refused =
                part["type"].text() == "input_file" ? take_file(part) : add_part(content, part);
            return !refused;
        });
        return refused;
    }

    std::optional<ApiError> take_file(json::View part) {
        const auto file = text_of_file(part);
        if (!file) return file.error();
        append_paragraph(asked_.system, *file);
        return std::nullopt;
    }

    Conversation& asked_;
};

} // namespace

ReadConversation read_responses_request(json::View body) {
    Conversation asked;
    auto model = read_model(body);
    if (!model) return std::unexpected(model.error());
    asked.model = std::move(*model);
    asked.system = body["instructions"].text();
    Reader reader(asked);
    if (const auto refused = reader.read(body["input"])) return std::unexpected(*refused);
    auto& said = reader.said;
    while (!said.empty() && said.back().role != "user")
        said.pop_back();
    if (said.empty() || said.back().content.is_empty())
        return std::unexpected(invalid_request("Missing user message in `input`."));
    put_said(asked, std::move(said));
    if (demands_tool(body["tool_choice"])) return std::unexpected(cannot_call_tools());
    asked.user = body["user"].text();
    asked.previous_response_id = body["previous_response_id"].text();
    asked.is_streamed = body["stream"].boolean();
    asked.max_output_tokens = positive(body["max_output_tokens"]);
    return asked;
}

} // namespace openclaw::http
