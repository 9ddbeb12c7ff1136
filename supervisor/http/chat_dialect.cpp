// Chat completions: field names and order as the product's own answers have them (PROTOCOL.md 17,
// captures/http-api.json).
#include "common/json/write.h"
#include "supervisor/http/dialect.h"
#include "supervisor/http/sse.h"

namespace openclaw::http {

namespace {

void write_usage(json::Writer& out, const flow::Run& run) {
    out.key("usage")
        .begin_object()
        .member("prompt_tokens", run.input_tokens)
        .member("completion_tokens", run.output_tokens)
        .member("total_tokens", run.input_tokens + run.output_tokens)
        .end_object();
}

std::string_view finish_reason(const flow::Run& run) {
    return run.stop_reason == "length" ? "length" : "stop";
}

class ChatDialect final : public Dialect {
  public:
    explicit ChatDialect(AnswerName name)
        : name_(std::move(name)) {}

    std::string begin() override { return chunk(R"({"role":"assistant"})", {}); }

    std::string more(std::string_view text) override {
        return chunk(json::Writer().begin_object().member("content", text).end_object().take(), {});
    }

    std::string finish(const flow::Run& run) override {
        std::string out = chunk("{}", finish_reason(run));
        if (name_.wants_usage) {
            json::Writer last = head("chat.completion.chunk");
            last.key("choices").begin_array().end_array();
            write_usage(last, run);
            out += sse::data(last.end_object().take());
        }
        return out.append(sse::done);
    }

    std::string fail(const ApiError& error) override {
        return sse::data(json::Writer()
                             .begin_object()
                             .raw_member("error", error_json(error))
                             .end_object()
                             .take())
            .append(sse::done);
    }

    std::string whole(const flow::Run& run) override {
        json::Writer out = head("chat.completion");
        out.key("choices").begin_array().begin_object().member("index", 0).key("message");
        out.begin_object().member("role", "assistant").member("content", run.text).end_object();
        out.member("finish_reason", finish_reason(run)).end_object().end_array();
        write_usage(out, run);
        return out.end_object().take();
    }

  private:
    json::Writer head(std::string_view object) const {
        json::Writer out;
        out.begin_object().member("id", name_.id).member("object", object);
        out.member("created", name_.created_at_ms / 1000).member("model", name_.model);
        return out;
    }

    std::string chunk(std::string_view delta_json, std::string_view finish) const {
        json::Writer out = head("chat.completion.chunk");
        out.key("choices").begin_array().begin_object().member("index", 0);
        out.raw_member("delta", delta_json).key("finish_reason");
        if (finish.empty())
            out.null();
        else
            out.value(finish);
        return sse::data(out.end_object().end_array().end_object().take());
    }

    AnswerName name_;
};

} // namespace

std::unique_ptr<Dialect> chat_dialect(AnswerName name) {
    return std::make_unique<ChatDialect>(std::move(name));
}

} // namespace openclaw::http
