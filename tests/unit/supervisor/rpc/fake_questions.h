// Questions to channels, kept until the test answers them.
#pragma once

#include "supervisor/flow/questions.h"

#include <string>
#include <utility>
#include <vector>

namespace openclaw::test {

struct FakeQuestions final : flow::Questions {
    struct Probe {
        flow::AccountName account;
        std::string target;
        Milliseconds within;
        flow::Answered<flow::ProbeReport> done;
    };

    struct LookUp {
        flow::AccountName account;
        flow::DirectoryQuestion question;
        flow::Answered<flow::DirectoryReport> done;
    };

    struct Action {
        flow::AccountName account;
        flow::ActionOrder order;
        flow::Answered<flow::ActionReport> done;
    };

    void probe(const flow::AccountName& account, const std::string& target, Milliseconds within,
               flow::Answered<flow::ProbeReport> done) override {
        probes.push_back({account, target, within, std::move(done)});
    }

    void look_up(const flow::AccountName& account, const flow::DirectoryQuestion& question,
                 flow::Answered<flow::DirectoryReport> done) override {
        lookups.push_back({account, question, std::move(done)});
    }

    void act(const flow::AccountName& account, const flow::ActionOrder& order,
             flow::Answered<flow::ActionReport> done) override {
        actions.push_back({account, order, std::move(done)});
    }

    std::vector<Probe> probes;
    std::vector<LookUp> lookups;
    std::vector<Action> actions;
};

} // namespace openclaw::test
