// JSON literals for the readers under test.
#pragma once

#include "common/json/read.h"
#include "supervisor/http/conversation.h"

#include <doctest/doctest.h>

#include <string_view>

namespace openclaw::test {

inline json::Document json_of(std::string_view text) {
    auto document = json::Document::parse(text);
    REQUIRE_MESSAGE(document, text);
    return std::move(*document);
}

// The conversation, or a failed test.
inline http::Conversation read_with(http::ReadConversation (*read)(json::View),
                                    std::string_view text) {
    auto asked = read(json_of(text).root());
    if (!asked) FAIL(asked.error().message);
    return std::move(*asked);
}

// The refusal's words; "read" when there was none.
inline std::string refusal_of(http::ReadConversation (*read)(json::View), std::string_view text) {
    const auto asked = read(json_of(text).root());
    return asked ? "read" : asked.error().message;
}

} // namespace openclaw::test
