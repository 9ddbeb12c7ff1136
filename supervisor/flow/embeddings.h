// flow/embeddings.h — texts to vectors: asked of the agent worker, which holds the providers' keys.
//
// Belongs to no run and to no session; nothing is remembered. Every request has a deadline, an
// answer is at most as long as so many vectors can be, and so many requests are open at one time.
#pragma once

#include "common/base/clock.h"
#include "supervisor/process/workers.h"

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace openclaw::flow {

struct EmbeddingOrder {
    std::string provider, model;
    std::string input_json; // the API's `input`, checked JSON
    std::size_t inputs = 1; // in it, each of which gets a vector
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
    static constexpr long max_open = 64;
    // A vector of 16,384 numbers with all their digits; models have 4096 at most.
    static constexpr std::size_t most_of_vector = 512u << 10;

    AgentEmbedder(Loop& loop, process::Links& links)
        : loop_(loop)
        , links_(links) {}

    void embed(EmbeddingOrder order, EmbeddingDone done) override;

  private:
    void refuse(EmbeddingDone done, std::string sentence);

    Loop& loop_;
    process::Links& links_;
    std::shared_ptr<int> seat_ = std::make_shared<int>(); // every open request holds it as well
};

} // namespace openclaw::flow
