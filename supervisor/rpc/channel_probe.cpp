#include "supervisor/rpc/channel_probe.h"

#include <algorithm>
#include <memory>

namespace openclaw::rpc {

namespace {

// Of the caller's time, for everything that is not the probe.
constexpr Milliseconds set_aside{500};
constexpr Milliseconds shortest{500};

struct Gathering {
    std::size_t waiting = 0;
    Probes probes;
    std::move_only_function<void(Probes)> done;

    void note(const std::string& worker, Probed probed) {
        probes.insert_or_assign(worker, std::move(probed));
        if (--waiting == 0) done(std::move(probes));
    }
};

bool is_worth_asking(const ChannelFacts& account) {
    return account.enabled && account.configured && account.problem.empty();
}

void write_bot(json::Writer& out, const flow::ProbeReport& report) {
    if (report.identity.empty() && report.identity_id.empty()) return;
    std::string_view name = report.identity;
    if (name.starts_with('@')) name.remove_prefix(1);
    out.key("bot").begin_object().member("username", name).member("id", report.identity_id);
    if (!report.display_name.empty()) out.member("name", report.display_name);
    out.end_object();
}

void write_report(json::Writer& out, const flow::ProbeReport& report) {
    write_bot(out, report);
    if (!report.facts.empty()) {
        out.key("facts").begin_object();
        for (const auto& [name, value] : report.facts)
            out.member(name, value);
        out.end_object();
    }
    if (!report.links.empty()) {
        out.key("links").begin_array();
        for (const auto& [name, url] : report.links)
            out.begin_object().member("name", name).member("url", url).end_object();
        out.end_array();
    }
    if (report.warnings.empty()) return;
    out.key("warnings").begin_array();
    for (const auto& warning : report.warnings)
        out.value(warning);
    out.end_array();
}

} // namespace

Milliseconds probe_time(json::View params) {
    const auto longest = flow::WorkerQuestions::longest;
    const auto given = params["timeoutMs"].integer((longest + set_aside).count());
    if (given >= (longest + set_aside).count()) return longest;
    return std::max(Milliseconds(given) - set_aside, shortest);
}

void probe_accounts(const std::vector<ChannelFacts>& accounts, const std::string& target,
                    Milliseconds within, flow::Questions& questions, const Clock& clock,
                    std::move_only_function<void(Probes)> done) {
    auto gathering = std::make_shared<Gathering>();
    gathering->done = std::move(done);
    gathering->waiting = static_cast<std::size_t>(std::ranges::count_if(accounts, is_worth_asking));
    if (gathering->waiting == 0) return gathering->done({});
    const auto began = clock.now();
    for (const auto& account : accounts) {
        if (!is_worth_asking(account)) continue;
        questions.probe(
            {.channel = account.channel, .account = account.account}, target, within,
            [gathering, &clock, began,
             worker = account.channel + ":" + account.account](Result<flow::ProbeReport> report) {
                const auto took =
                    std::chrono::duration_cast<Milliseconds>(clock.now() - began).count();
                gathering->note(
                    worker,
                    {.at_ms = clock.unix_ms(), .elapsed_ms = took, .report = std::move(report)});
            });
    }
}

void write_probe(json::Writer& out, const Probed& probed) {
    out.begin_object()
        .member("ok", probed.report.has_value())
        .member("elapsedMs", probed.elapsed_ms)
        .member("checkedAt", probed.at_ms);
    if (probed.report)
        write_report(out, *probed.report);
    else
        out.member("error", probed.report.error().sentence);
    out.end_object();
}

} // namespace openclaw::rpc
