#include "workers/discord/inflater.h"

#include "common/base/check.h"

#include <zlib.h>

#include <array>

namespace openclaw::discord {

namespace {

constexpr std::string_view end_of_message("\0\0\xFF\xFF", 4); // Z_SYNC_FLUSH
constexpr std::size_t step = 32u << 10;

} // namespace

struct Inflater::State {
    State() { CHECK_INVARIANT(inflateInit(&stream) == Z_OK); }

    ~State() { inflateEnd(&stream); }

    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Result<std::string> inflate_all();

    z_stream stream{};
    std::string input; // of a message that is not whole yet
};

Inflater::Inflater()
    : state_(std::make_unique<State>()) {}

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Result<std::optional<std::string>> Inflater::feed(std::string_view bytes) {
    auto& input = state_->input;
    if (input.size() + bytes.size() > largest_input)
        return fail(Code::corrupt, "a compressed gateway message is longer than 16 MiB");
    input += bytes;
    if (!input.ends_with(end_of_message)) return std::optional<std::string>();
    auto message = TRY(state_->inflate_all());
    input.clear();
    if (input.capacity() > 1u << 20) input.shrink_to_fit(); // a large one is rare
    return std::optional(std::move(message));
}

Result<std::string> Inflater::State::inflate_all() {
    std::string out;
    std::array<char, step> room; // NOLINT: filled by inflate
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    do {
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = static_cast<uInt>(room.size());
        const int outcome = inflate(&stream, Z_SYNC_FLUSH);
        if (outcome != Z_OK && outcome != Z_BUF_ERROR)
            return fail(Code::corrupt, "the gateway's compressed stream cannot be read");
        out.append(room.data(), room.size() - stream.avail_out);
        if (out.size() > largest_message)
            return fail(Code::corrupt, "a gateway message is longer than 64 MiB");
    } while (stream.avail_out == 0);
    return out;
}

} // namespace openclaw::discord
