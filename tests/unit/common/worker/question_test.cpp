#include "common/ipc/protocol.h"
#include "common/ipc/text.h"
#include "common/worker/question.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw;
using namespace openclaw::worker;

namespace {

struct Sent {
    std::vector<wire::Frame> frames;
    Fds blobs;

    Question ask(const wire::ChannelQuery& query) {
        wire::Frame frame;
        frame.set_id(7);
        frame.set_trace("abc");
        *frame.mutable_channel_query() = query;
        return Question(frame, [this](wire::Frame answer, UniqueFd blob) {
            frames.push_back(std::move(answer));
            if (blob) blobs.push_back(std::move(blob));
        });
    }

    const wire::ChannelAnswer& only() const {
        REQUIRE(frames.size() == 1);
        return frames.front().channel_answer();
    }
};

wire::ChannelQuery action(const std::string& name) {
    wire::ChannelQuery query;
    query.set_within_ms(1500);
    query.mutable_action()->set_name(name);
    return query;
}

} // namespace

TEST_SUITE("common/worker") {
    TEST_CASE("an answer goes back to the question's id, under its trace") {
        Sent sent;
        auto question = sent.ask(action("edit"));
        CHECK(question.asked().action().name() == "edit");
        CHECK(question.within() == Milliseconds(1500));
        question.done("42", R"({"edited":true})");
        CHECK(sent.only().refusal() == wire::ChannelAnswer::REFUSAL_NONE);
        CHECK(sent.only().action().message_id() == "42");
        CHECK(sent.only().action().result().inline_text() == R"({"edited":true})");
        CHECK(sent.frames.front().re() == 7);
        CHECK(sent.frames.front().trace() == "abc");
    }
    TEST_CASE("the first answer counts, and the end of the question adds none") {
        Sent sent;
        {
            auto question = sent.ask(action("react"));
            question.refuse(wire::ChannelAnswer::RATE, "too many", Milliseconds(3000));
            question.done();
        }
        CHECK(sent.only().refusal() == wire::ChannelAnswer::RATE);
        CHECK(sent.only().retry_after_ms() == 3000);
    }
    TEST_CASE("a question that is forgotten says so, once, wherever it was moved") {
        Sent sent;
        {
            auto question = sent.ask(action("react"));
            const Question elsewhere(std::move(question));
        }
        CHECK(sent.only().refusal() == wire::ChannelAnswer::UNAVAILABLE);
    }
    TEST_CASE("an action that the channel does not know is named in the refusal") {
        Sent sent;
        sent.ask(action("levitate")).refuse_unsupported();
        CHECK(sent.only().refusal() == wire::ChannelAnswer::UNSUPPORTED);
        CHECK(sent.only().sentence() == "this channel does not support levitate");
    }
    TEST_CASE("a long directory is cut to what fits into a frame, and says that there is more") {
        Sent sent;
        wire::ChannelQuery query;
        query.mutable_directory()->set_kind(wire::DirectoryLookup::PEERS);
        wire::DirectoryPage page;
        for (int i = 0; i < 1000; ++i)
            page.add_entries()->set_name(std::string(100, 'x'));
        sent.ask(query).answer(std::move(page));
        CHECK(sent.frames.front().ByteSizeLong() < ipc::max_frame_bytes);
        CHECK(sent.only().directory().more());
        CHECK(sent.only().directory().entries_size() > 500);
    }
    TEST_CASE("a long result travels as a blob") {
        Sent sent;
        const std::string result = "{\"text\":\"" + std::string(100'000, 'x') + "\"}";
        sent.ask(action("read")).done({}, result);
        CHECK(ipc::take_text(sent.only().action().result(), sent.blobs).value() == result);
    }
}
