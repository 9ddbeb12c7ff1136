// rpc/attachments.h — what clients attach to a message: `attachments` of chat.send, agent,
// sessions.send and sessions.create, [{mimeType, fileName, content (base64, or a data: URL)}].
//
// Text follows the message under its name; images go to the model and are named there
// (policy/attached_files.h). Everything else is refused, by name: an answer that ignored it would
// be wrong without saying so.
#pragma once

#include "common/json/read.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/wire_error.h"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace openclaw::rpc {

struct Attachments {
    std::string text; // to follow the message
    AttachedFiles images;

    bool is_empty() const { return text.empty(); } // images are named in it

    // To `request`, behind its message.
    void put(flow::RunRequest& request) &&;
};

std::expected<Attachments, WireError> read_attachments(json::View attachments);

// Base64, with or without "data:<type>;base64," before it. Error: invalid.
Result<std::string> bytes_of_base64(std::string_view written);
// How many bytes that would be, without decoding any.
std::size_t bytes_in_base64(std::string_view written);

} // namespace openclaw::rpc
