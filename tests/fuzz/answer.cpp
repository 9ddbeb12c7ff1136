// A provider sends any bytes it likes, in any pieces: the answer is text in valid UTF-8 within its
// limit, the same whether the bytes come at once or one by one.
#include "workers/agent/answer.h"

#include "common/base/strings.h"

#include <cstdlib>

using namespace openclaw;

namespace {

struct Outcome {
    std::string text, stop_reason;
    bool is_whole = false;

    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t step) {
    agent::Answer answer;
    answer.begin("");
    bool fed = true;
    for (; fed && !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
        fed = answer.feed(bytes.substr(0, step)).has_value();
    const bool is_whole = fed && answer.finish().has_value();
    return {answer.text(), answer.stop_reason(), is_whole};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto at_once = read(bytes, size + 1);
    if (at_once.text.size() > agent::Answer::max_text_bytes || !is_valid_utf8(at_once.text))
        std::abort();
    if (!(read(bytes, 1) == at_once) || !(read(bytes, 7) == at_once)) std::abort();
    agent::read_error(bytes);
    return 0;
}
