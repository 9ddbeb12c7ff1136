// rpc/channel_report.h — channels as health, status and channels.status show them: configuration,
// worker, connection.
#pragma once

#include "common/json/write.h"
#include "supervisor/rpc/channel_probe.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/verdicts.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct ChannelLine {
    ChannelFacts facts;
    std::optional<process::WorkerView> worker; // none: nothing runs for it
    policy::HealthVerdict verdict;
    std::int64_t contact_ms = 0;       // the platform's last answer, as the wall clock is set now
    std::optional<Probed> probed = {}; // the platform was asked for this answer

    bool is_running() const;
    bool is_connected() const;
    std::string last_error() const; // empty: none
};

// The accounts with their workers, in the order they are shown; accounts of one channel stand
// together.
std::vector<ChannelLine> channel_lines(const std::vector<ChannelFacts>& facts,
                                       const std::vector<process::WorkerView>& workers,
                                       const Judging& by);

// "channelOrder":[…],"channelLabels":{…},"channels":{…}: shared by health and channels.status.
void write_channel_summary(json::Writer& out, const std::vector<ChannelLine>& lines);
void write_account(json::Writer& out, const ChannelLine& line);
// "connected (@bot)", "failed: …", "disabled"
std::string connection_words(const ChannelLine& line);
// "Telegram: connected (@bot)": one line a channel, for status.
std::vector<std::string> channel_sentences(const std::vector<ChannelLine>& lines);

} // namespace openclaw::rpc
