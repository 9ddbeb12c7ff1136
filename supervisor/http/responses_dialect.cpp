// Responses: objects and the order of events as the product's own answers have them (PROTOCOL.md
// 17, captures/http-api.json).
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/http/dialect.h"
#include "supervisor/http/sse.h"

namespace openclaw::http {

namespace {

struct Counts {
    std::uint64_t input = 0, output = 0;
};

std::string usage_json(Counts counts) {
    json::Writer out;
    out.begin_object().member("input_tokens", counts.input);
    out.raw_member("input_tokens_details", R"({"cached_tokens":0,"cache_write_tokens":0})");
    out.member("output_tokens", counts.output);
    out.raw_member("output_tokens_details", R"({"reasoning_tokens":0})");
    return out.member("total_tokens", counts.input + counts.output).end_object().take();
}

std::string part_json(std::string_view text) {
    return json::Writer()
        .begin_object()
        .member("type", "output_text")
        .member("text", text)
        .end_object()
        .take();
}

class ResponsesDialect final : public Dialect {
  public:
    explicit ResponsesDialect(AnswerName name)
        : name_(std::move(name))
        , item_id_("msg_" + uuid_v4()) {}

    std::string begin() override {
        const auto begun = response("in_progress", {}, {}, nullptr);
        std::string out = told("response.created", begun) + told("response.in_progress", begun);
        json::Writer added = event("response.output_item.added");
        added.member("output_index", 0).key("item").begin_object().member("type", "message");
        added.member("id", item_id_).member("role", "assistant");
        added.key("content").begin_array().end_array().member("status", "in_progress").end_object();
        out += sent("response.output_item.added", added);
        json::Writer part = place("response.content_part.added");
        part.raw_member("part", part_json(""));
        return out + sent("response.content_part.added", part);
    }

    std::string more(std::string_view text) override {
        json::Writer delta = place("response.output_text.delta");
        delta.member("delta", text);
        return sent("response.output_text.delta", delta);
    }

    std::string finish(const flow::Run& run) override {
        json::Writer text = place("response.output_text.done");
        text.member("text", run.text);
        json::Writer part = place("response.content_part.done");
        part.raw_member("part", part_json(run.text));
        json::Writer item = event("response.output_item.done");
        item.member("output_index", 0).raw_member("item", item_json(run.text));
        return sent("response.output_text.done", text) + sent("response.content_part.done", part) +
               sent("response.output_item.done", item) +
               told(run.stop_reason == "length" ? "response.incomplete" : "response.completed",
                    whole(run))
                   .append(sse::done);
    }

    std::string fail(const ApiError& error) override {
        return told("response.failed", response("failed", {}, {}, &error)).append(sse::done);
    }

    std::string whole(const flow::Run& run) override {
        const Counts counts{run.input_tokens, run.output_tokens};
        const bool is_cut = run.stop_reason == "length";
        return response(is_cut ? "incomplete" : "completed", item_json(run.text), counts, nullptr);
    }

  private:
    std::string item_json(std::string_view text) const {
        json::Writer out;
        out.begin_object().member("type", "message").member("id", item_id_);
        out.member("role", "assistant").key("content").begin_array().raw(part_json(text));
        out.end_array().member("phase", "final_answer").member("status", "completed");
        return out.end_object().take();
    }

    std::string response(std::string_view status, std::string_view item, Counts counts,
                         const ApiError* error) const {
        json::Writer out;
        out.begin_object().member("id", name_.id).member("object", "response");
        out.member("created_at", name_.created_at_ms / 1000).member("status", status);
        if (status == "incomplete")
            out.raw_member("incomplete_details", R"({"reason":"max_output_tokens"})");
        out.member("model", name_.model).key("output").begin_array();
        if (!item.empty()) out.raw(item);
        out.end_array().raw_member("usage", usage_json(counts));
        if (error != nullptr)
            out.key("error")
                .begin_object()
                .member("code", error->code.empty() ? error->type : error->code)
                .member("message", error->message)
                .end_object();
        return out.end_object().take();
    }

    static json::Writer event(std::string_view type) {
        json::Writer out;
        out.begin_object().member("type", type);
        return out;
    }

    json::Writer place(std::string_view type) const {
        json::Writer out = event(type);
        out.member("item_id", item_id_).member("output_index", 0).member("content_index", 0);
        return out;
    }

    static std::string sent(std::string_view type, json::Writer& out) {
        return sse::event(type, out.end_object().text());
    }

    static std::string told(std::string_view type, std::string_view response_json) {
        json::Writer out = event(type);
        out.raw_member("response", response_json);
        return sent(type, out);
    }

    AnswerName name_;
    std::string item_id_;
};

} // namespace

std::unique_ptr<Dialect> responses_dialect(AnswerName name) {
    return std::make_unique<ResponsesDialect>(std::move(name));
}

} // namespace openclaw::http
