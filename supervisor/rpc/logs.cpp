#include "supervisor/rpc/logs.h"

#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/json/write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace openclaw::rpc {

namespace {

Result<std::string> read_range(int fd, std::int64_t from, std::int64_t to) {
    std::string bytes(static_cast<std::size_t>(to - from), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::pread(fd, bytes.data() + have, bytes.size() - have,
                                 from + static_cast<std::int64_t>(have));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return Failure(system_error(Code::unavailable, "cannot read the log file", errno));
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

// Where the last `limit` of the lines of `text`, which ends with one, begin.
std::size_t begin_of_last(std::string_view text, std::size_t limit) {
    std::size_t from = text.size();
    for (; limit > 0 && from > 0; --limit) {
        const auto before = from < 2 ? text.npos : text.rfind('\n', from - 2);
        from = before == text.npos ? 0 : before + 1;
    }
    return from;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = text.find('\n', from);
        lines.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

std::string to_json(const std::string& file, const Tail& tail) {
    json::Writer out;
    out.begin_object()
        .member("file", file)
        .member("cursor", tail.cursor)
        .member("size", tail.size)
        .key("lines")
        .begin_array();
    for (const auto& line : tail.lines)
        out.value(line);
    out.end_array().member("truncated", tail.truncated).member("reset", tail.reset);
    if (tail.skipped_bytes > 0) out.member("skippedBytes", tail.skipped_bytes);
    return out.end_object().take();
}

Result<std::string> answer(const TailRequest& request) {
    return to_json(request.file, TRY(read_tail(request)));
}

TailRequest requested(json::View params, const GatewayFacts& facts) {
    TailRequest request{.file = facts.log_file, .cursor = std::nullopt};
    if (params["cursor"]) request.cursor = params["cursor"].integer();
    request.limit =
        static_cast<std::size_t>(params["limit"].integer(static_cast<std::int64_t>(request.limit)));
    request.max_bytes = params["maxBytes"].integer(request.max_bytes);
    return request;
}

void tail(Call& call, Loop& loop, const GatewayFacts& facts) {
    if (facts.log_file.empty())
        return call.reply.fail(unavailable("there is no log file: logging to a file is off"));
    const auto request = std::make_shared<const TailRequest>(requested(call.params, facts));
    const auto outcome = std::make_shared<Result<std::string>>(fail(Code::internal, "not read"));
    loop.on_pool([request, outcome] { *outcome = answer(*request); },
                 [outcome, reply = call.reply] {
                     if (*outcome)
                         reply.ok(**outcome);
                     else
                         reply.fail(outcome->error());
                 });
}

constexpr std::array params = {integer("cursor", 0), integer("limit", 1, 5000),
                               integer("maxBytes", 1, 1'000'000)};

} // namespace

Result<Tail> read_tail(const TailRequest& request) {
    const UniqueFd fd(::open(request.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return Failure(
            system_error(Code::unavailable, "cannot open the log file " + request.file, errno));

    struct stat facts {};

    if (::fstat(fd.get(), &facts) != 0)
        return Failure(system_error(Code::unavailable, "cannot look at the log file", errno));

    Tail tail;
    tail.size = facts.st_size;
    tail.reset = request.cursor && *request.cursor > tail.size;
    const bool follows = request.cursor && !tail.reset;
    const std::int64_t wanted = follows ? *request.cursor : 0;
    const std::int64_t from = std::max(wanted, tail.size - request.max_bytes);
    const std::string bytes = TRY(read_range(fd.get(), from, tail.size));
    std::string_view text = bytes;
    if (from > wanted) {
        tail.truncated = true;
        if (follows) tail.skipped_bytes = from - wanted;
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    }
    // A first half, when reading began inside a line, and a last one, still being written, stay
    // out.
    const std::string_view ended = text.substr(0, text.rfind('\n') + 1);
    tail.cursor = tail.size = tail.size - static_cast<std::int64_t>(text.size() - ended.size());
    const std::size_t from_line = begin_of_last(ended, request.limit);
    tail.truncated = tail.truncated || from_line > 0;
    tail.lines = lines_of(ended.substr(from_line));
    return tail;
}

void add_logs(MethodTable& table, Loop& loop, const GatewayFacts& facts) {
    table.add({.name = "logs.tail",
               .scope = policy::scope::read,
               .params = params,
               .handler = [&loop, &facts](Call& call) { tail(call, loop, facts); }});
}

} // namespace openclaw::rpc
