// rpc/json_reader.h — JSON that somebody sent, read where it keeps nobody waiting.
//
// Nearly every text is short and read at once. A long one is read on libuv's pool: 25 MiB take a
// good part of a second, and the loop has others to serve. One at a time, in the order they came,
// so that long texts never fill the pool that the disk needs, too.
#pragma once

#include "common/json/read.h"
#include "common/loop/loop.h"

#include <deque>
#include <memory>
#include <string>

namespace openclaw::rpc {

class JsonReader {
  public:
    // Measured on a small machine: what takes longest to read (a list of zeros) takes 5 ms at this
    // length.
    static constexpr std::size_t short_text = 256u << 10;
    static constexpr std::size_t max_waiting = 32; // long texts

    using Done = std::move_only_function<void(Result<json::Document>)>;

    explicit JsonReader(Loop& loop)
        : loop_(loop) {}

    // `done` is called with a short text before this returns. Errors: busy (32 long texts wait),
    // those of Document::parse. After the reader's end nothing is called any more.
    void read(std::string text, Done done);

  private:
    struct Job {
        std::string text;
        Done done;
        Result<json::Document> outcome = Failure(Error{});
    };

    void next();

    Loop& loop_;
    std::deque<std::shared_ptr<Job>> jobs_; // the first one is being read
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::rpc
