// rpc/models.h — models.list, models.authStatus: which models there are, and whether their keys
// are.
#pragma once

#include "common/base/clock.h"
#include "common/json/write.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

#include <expected>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// Is "provider/model" one that a run could use?
bool is_known_model(std::string_view reference, const GatewayFacts& facts);
WireError unknown_model(std::string_view reference);

// Which of a provider's models a probe asks. Error: nobody configured such a provider.
struct ProbeChoice {
    std::string model;   // without the provider; empty: it has none
    std::string problem; // why it cannot be asked; empty: it can
};

std::expected<ProbeChoice, WireError> model_to_probe(std::string_view provider,
                                                     const GatewayFacts& facts);
// Its context window; 0: unknown.
int context_window_of(std::string_view provider, std::string_view model, const GatewayFacts& facts);
// The value of "models": an array of rows.
void write_models(json::Writer& out, const GatewayFacts& facts);
// {id,label} of the only level there is.
void write_thinking(json::Writer& out);

void add_models(MethodTable& table, const GatewayFacts& facts, const Clock& clock);

} // namespace openclaw::rpc
