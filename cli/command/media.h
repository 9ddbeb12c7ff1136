// command/media.h — what --media names: a file of this machine, or an address for the gateway to
// judge.
#pragma once

#include "cli/rpc/call_error.h"
#include "common/json/write.h"

#include <cstddef>
#include <string>

namespace openclaw::cli {

// In base64 it still fits the largest request a gateway reads (policy.maxPayload, 25 MiB).
inline constexpr std::size_t largest_media = 18u << 20;

struct Media {
    std::string url{};       // not empty: only that
    std::string file_name{}; // "report.pdf"
    std::string mime{};
    std::string base64{};
};

// The gateway need not be on this machine, so a file's bytes go to it, not its path.
// Errors: of the command line, in one sentence.
CallResult<Media> read_media(const std::string& argument);

// The members of the RPC `send` that say what is sent.
void write_media(json::Writer& params, const Media& media);

} // namespace openclaw::cli
