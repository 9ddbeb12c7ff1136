// The files of `send`: which ones leave the disk, what they are called, and how many are read at
// once.
#include "supervisor/rpc/send_files.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <filesystem>
#include <fstream>

using namespace openclaw;
using namespace openclaw::test;

namespace {

// A home with the state directory in it, as most people have it.
struct Disk : Desk {
    Disk() {
        facts.state_directory = state;
        facts.config_path = state + "/openclaw.json";
        facts.workspace = state + "/workspace";
        for (const std::string folder : {"/media", "/workspace/docs", "/credentials", "/state"})
            std::filesystem::create_directories(state + folder);
        for (const std::string file :
             {"/media/report.csv", "/workspace/docs/plan.md", "/openclaw.json",
              "/credentials/telegram.json", "/state/gateway-native.sqlite"})
            std::ofstream(state + file) << "a,b";
        std::ofstream(home + "/notes.txt") << "note";
    }

    // What a call is answered with, or "sent".
    std::string send(const std::string& members) {
        const auto answers = owner->frames.size(), sent = outgoing.messages.size();
        ask("send",
            R"({"to":"5","idempotencyKey":")" + std::to_string(++calls) + "\"," + members + "}");
        while (owner->frames.size() == answers && outgoing.messages.size() == sent)
            loop.turn();
        if (outgoing.messages.size() > sent) return "sent";
        return std::string(parsed(owner->last()).root()["error"]["message"].text());
    }

    std::string send_path(const std::string& path) { return send(R"("mediaUrl":")" + path + "\""); }

    // Of the path: nothing but the path itself may differ between two refusals.
    std::string refusal_of(const std::string& path) {
        auto sentence = send_path(path);
        REQUIRE(sentence.starts_with(path));
        return sentence.substr(path.size());
    }

    const AttachedFile& last_file() const { return outgoing.messages.back().files->back(); }

    std::string home = scratch.file("home"), state = home + "/.openclaw";
    int calls = 0;
};

std::string many_paths(const std::string& path, int count) {
    std::string list;
    for (int i = 0; i < count; ++i)
        list += (i == 0 ? "\"" : ",\"") + path + "\"";
    return R"("mediaUrls":[)" + list + "]";
}

json::Document paths_of(const std::string& path) {
    return parsed("{" + many_paths(path, 1) + "}");
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("files of media/ and of workspaces are sent") {
        Disk desk;
        CHECK(desk.send_path(desk.state + "/media/report.csv") == "sent");
        CHECK(desk.last_file().name == "report.csv");
        CHECK(desk.last_file().mime == "text/csv");
        CHECK(desk.last_file().bytes == "a,b");
        CHECK(desk.send_path("file://" + desk.state + "/workspace/docs/plan.md") == "sent");
        CHECK(desk.last_file().name == "plan.md");
        CHECK(desk.refusal_of(desk.state + "/media/none.csv") == " is not there");
        CHECK(desk.refusal_of(desk.state + "/workspace/docs") == " is no regular file");
    }
    TEST_CASE("a file elsewhere is refused in the same words whether it is there or not") {
        Disk desk;
        namespace fs = std::filesystem;
        const auto media = desk.state + "/media";
        fs::create_symlink(desk.state + "/openclaw.json", media + "/link");
        fs::create_symlink(desk.state + "/none.json", media + "/dangling");
        fs::create_symlink(desk.home, media + "/folder");
        fs::create_symlink(desk.home + "/none", media + "/nowhere");
        const auto refused = desk.refusal_of("/etc/passwd");
        CHECK(refused.contains("may not be sent: only files under " + media));
        for (const std::string path :
             {"/etc/none-such", "/none/such", "/etc/passwd/none", "/root/secret"})
            CHECK_MESSAGE(desk.refusal_of(path) == refused, path);
        for (const std::string below :
             {"/../openclaw.json", "/../none.json", "/none/../../openclaw.json", "/link",
              "/dangling", "/folder/notes.txt", "/folder/none.txt", "/nowhere/x.txt"})
            CHECK_MESSAGE(desk.refusal_of(media + below) == refused, below);
        CHECK(desk.outgoing.messages.empty());
    }
    TEST_CASE("a workspace around the state directory gives away nothing of it") {
        Disk desk;
        desk.facts.workspace = desk.home;
        desk.facts.agents.entries["work"].workspace = desk.state + "/workspace";
        for (const std::string secret :
             {"/openclaw.json", "/credentials/telegram.json", "/state/gateway-native.sqlite",
              "/none.json", "/media/../openclaw.json"})
            CHECK(desk.refusal_of(desk.state + secret).contains("may not be sent"));
        CHECK(desk.outgoing.messages.empty());
        CHECK(desk.send_path(desk.home + "/notes.txt") == "sent");
        CHECK(desk.send_path(desk.state + "/media/report.csv") == "sent");
        CHECK(desk.send_path(desk.state + "/workspace/docs/plan.md") == "sent");
    }
    TEST_CASE("a workspace that is the state directory gives away nothing either, but media/") {
        Disk desk;
        desk.facts.workspace = desk.state + "/";
        CHECK(desk.refusal_of(desk.state + "/openclaw.json").contains("may not be sent"));
        CHECK(desk.refusal_of(desk.state + "/workspace/docs/plan.md").contains("may not be sent"));
        CHECK(desk.send_path(desk.state + "/media/report.csv") == "sent");
    }
    TEST_CASE("the configuration stays here wherever it lies") {
        Disk desk;
        desk.facts.workspace = desk.home;
        desk.facts.config_path = desk.home + "/notes.txt";
        CHECK(desk.refusal_of(desk.home + "/notes.txt").contains("may not be sent"));
    }
    TEST_CASE("a file that is shorter than it says is told as such" *
              doctest::skip(!std::filesystem::exists("/sys/kernel/uevent_seqnum"))) {
        Disk desk; // the kernel says that its files have a page each
        desk.facts.workspace = "/sys/kernel";
        CHECK(desk.refusal_of("/sys/kernel/uevent_seqnum")
                  .contains("became shorter while it was read; try again"));
    }
    TEST_CASE("filename and contentType describe the one file there is") {
        Disk desk;
        const auto path = R"("mediaUrl":")" + desk.state + R"(/media/report.csv")";
        CHECK(desk.send(path + R"(,"filename":"../june.txt")") == "sent");
        CHECK(desk.last_file().name == "june.txt");
        CHECK(desk.last_file().mime == "text/plain");
        CHECK(desk.send(path + R"(,"contentType":"text/x-table")") == "sent");
        CHECK(desk.last_file().name == "report.csv");
        CHECK(desk.last_file().mime == "text/x-table");
        const auto two = many_paths(desk.state + "/media/report.csv", 2);
        CHECK(desk.send(two) == "sent");
        CHECK(desk.outgoing.messages.back().files->size() == 2);
        CHECK(desk.send(two + R"(,"contentType":"text/csv")") ==
              "contentType describes one file, and this call has 2: send them one by one, or "
              "leave it out");
        CHECK(desk.send(path + R"(,"buffer":"aGk=","filename":"a")")
                  .starts_with("filename describes one file, and this call has 2"));
        CHECK(desk.send(many_paths("/x", 11)).contains("10 files at most"));
    }
    TEST_CASE("how a file is shown cannot be asked for, and saying no to it changes nothing") {
        Disk desk;
        for (const std::string flag : {"asVoice", "gifPlayback", "forceDocument"}) {
            CHECK(desk.send(R"("message":"x",")" + flag + R"(":true)")
                      .starts_with(flag + " cannot be asked for"));
            CHECK(desk.send(R"("message":"x",")" + flag + R"(":false)") == "sent");
        }
        CHECK(desk.ask("message.action",
                       R"({"channel":"echo","action":"send","idempotencyKey":"k",)"
                       R"("params":{"to":"5","message":"x","asVoice":true}})")
                  .contains("asVoice cannot be asked for"));
    }
    TEST_CASE("calls that need the disk are answered in order, and too many of them not at all") {
        Disk desk;
        rpc::SendFiles files(desk.loop, desk.facts);
        const auto there = paths_of(desk.state + "/media/report.csv");
        const auto elsewhere = paths_of("/etc/none-such");
        std::vector<bool> found;
        for (std::size_t i = 0; i < rpc::SendFiles::max_waiting; ++i)
            files.gather((i % 3 == 0 ? there : elsewhere).root(),
                         [&](const auto& gathered) { found.push_back(gathered.has_value()); });
        CHECK(found.empty());
        Code code = Code::internal;
        files.gather(there.root(), [&](const auto& gathered) { code = gathered.error().code; });
        CHECK(code == Code::busy);
        std::size_t in_the_call = 0;
        files.gather(parsed(R"({"buffer":"aGk="})").root(),
                     [&](const auto& gathered) { in_the_call = (*gathered)->size(); });
        CHECK(in_the_call == 1);
        while (found.size() < rpc::SendFiles::max_waiting)
            desk.loop.turn();
        for (std::size_t i = 0; i < found.size(); ++i)
            CHECK(found[i] == (i % 3 == 0));
    }
    TEST_CASE("nobody is called when the methods are gone before the file is read") {
        bool was_called = false;
        rpc::GatewayFacts facts;
        {
            Loop loop;
            rpc::SendFiles files(loop, facts);
            for (int i = 0; i < 2; ++i)
                files.gather(paths_of("/etc/hostname").root(),
                             [&](const auto&) { was_called = true; });
        }
        CHECK_FALSE(was_called);
    }
}
