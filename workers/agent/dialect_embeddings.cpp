#include "workers/agent/dialect_embeddings.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"
#include "workers/agent/dialect_openai.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace openclaw::agent {

namespace {

constexpr std::string_view chat_path = "/chat/completions";

// The base address, also where the operator wrote the whole address of the chat endpoint.
std::string embeddings_url(const ProviderSettings& provider) {
    std::string_view base = provider.base_url;
    if (base.ends_with(chat_path)) base.remove_suffix(chat_path.size());
    return std::string(base) + "/embeddings";
}

// Four bytes each. Empty: it is not that.
std::vector<float> floats_of(json::View embedding) {
    std::vector<float> floats;
    if (embedding.is_string()) {
        const auto bytes = from_base64(embedding.text());
        if (!bytes || bytes->size() % sizeof(float) != 0) return {};
        floats.resize(bytes->size() / sizeof(float));
        std::memcpy(floats.data(), bytes->data(), bytes->size()); // little-endian, as we are
        return floats;
    }
    bool is_sound = true;
    embedding.each_element([&](json::View number) {
        floats.push_back(static_cast<float>(number.number()));
        return is_sound = number.is_number();
    });
    return is_sound ? floats : std::vector<float>();
}

std::string base64_of(const std::vector<float>& floats) {
    return to_base64({reinterpret_cast<const char*>(floats.data()), floats.size() * sizeof(float)});
}

// False: it is no vector.
bool write_vector(json::Writer& out, json::View embedding, bool as_base64) {
    if (embedding.is_string() == as_base64 && embedding.is_string()) {
        out.value(embedding.text());
        return from_base64(embedding.text()).has_value();
    }
    const auto floats = floats_of(embedding);
    if (as_base64)
        out.value(base64_of(floats));
    else if (embedding.is_string()) {
        out.begin_array();
        for (const float number : floats)
            out.value(static_cast<double>(number));
        out.end_array();
    } else
        out.raw(embedding.dump()); // every digit the provider gave
    return !floats.empty();
}

void write_usage(json::Writer& out, json::View usage) {
    const auto count = [&](std::string_view name) {
        return std::max<std::int64_t>(usage[name].integer(), 0);
    };
    const auto prompt = count("prompt_tokens");
    out.key("usage")
        .begin_object()
        .member("prompt_tokens", prompt)
        .member("total_tokens", std::max(count("total_tokens"), prompt))
        .end_object();
}

} // namespace

net::HttpRequest build_embedding_request(const ProviderSettings& provider, const wire::Embed& order,
                                         std::string_view input_json) {
    net::HttpRequest request = post(provider, embeddings_url(provider));
    request.headers.push_back({"Accept", "application/json"});
    json::Writer body;
    body.begin_object().member("model", order.model().model()).raw_member("input", input_json);
    if (order.dimensions() > 0) body.member("dimensions", order.dimensions());
    if (!order.encoding().empty()) body.member("encoding_format", order.encoding());
    request.body = body.end_object().take();
    return request;
}

Result<std::string> read_embeddings(std::string_view body, const wire::Embed& order) {
    const auto document = TRY(json::Document::parse(body));
    const auto data = document.root()["data"];
    if (data.size() == 0) return fail(Code::corrupt, "an answer without vectors");
    json::Writer out;
    out.begin_object().member("object", "list").key("data").begin_array();
    bool is_sound = true;
    std::int64_t place = 0;
    data.each_element([&](json::View row) {
        out.begin_object().member("object", "embedding");
        out.member("index", row["index"].integer(place++)).key("embedding");
        is_sound = write_vector(out, row["embedding"], order.encoding() == "base64");
        out.end_object();
        return is_sound;
    });
    if (!is_sound) return fail(Code::corrupt, "a vector that is none");
    out.end_array().member("model", order.shown_model());
    write_usage(out, document.root()["usage"]);
    return out.end_object().take();
}

} // namespace openclaw::agent
