// rpc/frame.h — a request frame, taken apart (PROTOCOL.md 2). Views live as long as the document.
#pragma once

#include "common/json/read.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::rpc {

struct RequestFrame {
    std::string id_json; // as it came, for the answer; "\"invalid\"" when there is none
    std::string_view method;
    json::View params;     // absent, or anything
    std::string complaint; // not empty: this is no request frame, and why
};

RequestFrame read_frame(json::View root);

} // namespace openclaw::rpc
