// discord/inflater.h — zlib-stream: one deflate stream for a whole connection (DISCORD.md 3.5).
//
// A message is whole when what was received ends in 00 00 FF FF. A new connection needs a new
// Inflater. Memory is bounded: 64 MiB for one message, 16 MiB for what it is made of.
#pragma once

#include "common/base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::discord {

class Inflater {
  public:
    static constexpr std::size_t largest_message = 64u << 20; // DISCORD.md 3.5
    static constexpr std::size_t largest_input = 16u << 20;

    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;
    Inflater& operator=(Inflater&&) noexcept;

    // The message that `bytes` complete; nothing while more is needed. Errors: corrupt (no such
    // stream, or a bound is passed): the connection is of no more use.
    Result<std::optional<std::string>> feed(std::string_view bytes);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace openclaw::discord
