// flow/embeddings.h — texts to vectors: asked of the agent worker, which holds the providers' keys.
//
// Belongs to no run and to no session; nothing is remembered. Every request has a deadline.
#pragma once

#include "common/base/clock.h"
#include "supervisor/process/workers.h"

#include <expected>
#include <functional>
#include <string>

namespace openclaw::flow {

struct EmbeddingOrder {
    std::string provider, model;
    std::string input_json; // the API's `input`, checked JSON
    int dimensions = 0;     // 0: the model's own
    std::string encoding;   // "float", "base64"; empty: the provider's choice
    std::string shown_model;
    std::string trace;
    Milliseconds timeout = std::chrono::seconds(60);
};

struct EmbeddingFailure {
    std::string sentence; // for the user
    std::string kind;     // the words of Run::error_kind
};

// The API's answer as JSON text.
using EmbeddingDone = std::move_only_function<void(std::expected<std::string, EmbeddingFailure>)>;

class Embedder {
  public:
    virtual ~Embedder() = default;
    // `done` is called once, never from inside.
    virtual void embed(EmbeddingOrder order, EmbeddingDone done) = 0;
};

class AgentEmbedder final : public Embedder {
  public:
    AgentEmbedder(Loop& loop, process::Links& links)
        : loop_(loop)
        , links_(links) {}

    void embed(EmbeddingOrder order, EmbeddingDone done) override;

  private:
    Loop& loop_;
    process::Links& links_;
};

} // namespace openclaw::flow
