// supervisor/generation.h — DECISIONS: everything that is rebuilt as one when the configuration is
// read again.
//
// Facts outlive it in Standing (HOUSE 3.3). A generation never changes; the next one replaces it
// whole.
#pragma once

#include "common/config/config.h"
#include "supervisor/flow/decisions.h"
#include "supervisor/flow/dials.h"
#include "supervisor/reach_table.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

class Generation {
  public:
    explicit Generation(config::Config config);

    const config::Config& config() const { return config_; }

    const policy::MentionPatterns& mentions(std::string_view agent_id) const;
    const policy::ReachRules& reach_of(std::string_view worker) const; // of a stranger: nothing
    std::vector<const Secret*> secrets() const; // all that it names, to be known in foreign words

  private:
    config::Config config_;
    std::map<std::string, policy::MentionPatterns, std::less<>> mentions_; // by agent id
    ReachTable reach_;
    std::vector<Secret> headers_; // keys of providers that are written as headers
};

// The present generation, for those who outlive it.
class CurrentGeneration final : public flow::Decisions, public flow::Reaches {
  public:
    // From the loop's thread: what the next one names is masked in the log from now on.
    void replace(std::unique_ptr<Generation> next);

    // Another image made so many before.
    void continue_from(std::uint64_t number) { number_ = number; }

    std::uint64_t number() const { return number_; } // the first is 1

    const config::Config& config() const override { return now_->config(); }

    const policy::MentionPatterns& mentions(std::string_view agent_id) const override {
        return now_->mentions(agent_id);
    }

    const policy::ReachRules& reach_of(std::string_view worker) const override {
        return now_->reach_of(worker);
    }

  private:
    std::unique_ptr<Generation> now_;
    std::uint64_t number_ = 0;
};

} // namespace openclaw
