#include "tests/unit/workers/telegram/stage.h"

#include "common/ipc/in_flight.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>

extern char** environ;

namespace openclaw::telegram::stage {

using namespace std::chrono_literals;

Child::Child(Loop& loop, const std::vector<std::string>& command, std::optional<int> fd_three,
             std::optional<int> fd_out) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (fd_three) posix_spawn_file_actions_adddup2(&actions, *fd_three, 3);
    if (fd_out) posix_spawn_file_actions_adddup2(&actions, *fd_out, 1);
    pid_t pid = 0;
    const int error =
        posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    INFO("starting " << command[0]);
    REQUIRE(error == 0);
    auto watch = ChildWatch::create(loop, pid, [this](ExitStatus how) { ended_ = how; });
    REQUIRE(watch);
    watch_ = std::move(*watch);
}

Child::~Child() {
    if (!ended_) watch_->signal(SIGKILL);
}

bool has_node() {
    return std::system("node --version >/dev/null 2>&1") == 0;
}

Stage::Stage()
    : egress_(loop_)
    , http_(loop_, egress_) {
    std::array<int, 2> pipe{};
    REQUIRE(pipe2(pipe.data(), O_CLOEXEC) == 0);
    const UniqueFd out(pipe[0]), in(pipe[1]);
    server_ = std::make_unique<Child>(
        loop_,
        std::vector<std::string>{"node", OPENCLAW_SOURCE_ROOT "/tests/fakes/telegram/telegram.mjs",
                                 "--port", "0", "--token", bot_token},
        std::nullopt, in.get());
    std::string line;
    FdWatch watch(loop_, out.get(), [&](Ready) {
        std::array<char, 256> bytes{};
        const auto got = read(out.get(), bytes.data(), bytes.size());
        if (got > 0) line.append(bytes.data(), static_cast<std::size_t>(got));
    });
    watch.want(true, false);
    until("the server's first line", [&] { return line.contains(" tokens="); });
    const auto at = line.find("http://");
    server_url_ = line.substr(at, line.find(' ', at) - at);
}

Stage::~Stage() {
    link_.reset();
    worker_.reset();
    server_.reset();
}

std::string Stage::http(const std::string& method, const std::string& path,
                        const std::string& body) {
    std::optional<std::string> answer;
    net::HttpRequest request;
    request.method = method;
    request.url = Secret(server_url_ + path);
    if (method == "POST") request.body = body;
    net::HttpHandlers handlers;
    handlers.done = [&](net::HttpOutcome outcome) { answer = outcome ? outcome->body : "{}"; };
    const auto call = http_.start(std::move(request), std::move(handlers));
    until("the server's control API", [&] { return answer.has_value(); });
    return *answer;
}

std::string Stage::control(const std::string& route, const std::string& body) {
    const auto space = route.find(' ');
    return http(route.substr(0, space), "/_ctl" + route.substr(space + 1), body);
}

std::string Stage::calls(const std::string& query) {
    return control("GET /calls?" + query);
}

std::size_t Stage::count(const std::string& query) {
    return json::Document::parse(calls(query))->root()["calls"].size();
}

json::Document Stage::call_at(const std::string& query, std::size_t index) {
    const auto all = json::Document::parse(calls(query));
    REQUIRE(all);
    INFO(query);
    REQUIRE(all->root()["calls"].size() > index);
    return *json::Document::parse(all->root()["calls"].at(index).dump());
}

void Stage::begin(const std::string& token, const std::string& more_settings,
                  std::map<std::string, std::string> state) {
    token_ = token;
    state_ = std::move(state);
    settings_ = R"({"apiRoot":")" + server_url_ + "\"" + more_settings + "}";
    auto pair = ipc::make_socket_pair();
    REQUIRE(pair);
    auto [ours, theirs] = std::move(*pair);
    link_closed_ = false;
    link_ = std::make_unique<ipc::Link>(loop_, std::move(ours), ipc::Side::supervisor,
                                        ipc::channel_permits, *this);
    worker_ = std::make_unique<Child>(loop_, std::vector<std::string>{OPENCLAW_TELEGRAM_WORKER},
                                      theirs.get(), std::nullopt);
}

void Stage::begin_connected(const std::string& more_settings) {
    begin(bot_token, more_settings);
    until("the first poll", [&] { return status() == "CONNECTED"; });
}

void Stage::on_frame(const wire::Frame& frame, Fds fds) {
    if (frame.has_dial()) return egress_.answer(*link_, frame, std::move(fds));
    frames.push_back(frame);
    if (frame.has_hello()) configure();
    if (frame.has_ready()) hand_over_file();
    if (!acknowledges) return;
    if (frame.has_inbound()) acknowledge(frame.inbound().event_id());
    const auto& delivery = frame.delivery();
    if (delivery.state() == wire::Delivery::SENT) acknowledge_delivery(delivery);
}

void Stage::on_closed(const ipc::LinkEnd& end) {
    link_closed_ = true;
    INFO(end.reason);
    CHECK_FALSE(end.misbehaved);
}

void Stage::configure() {
    wire::Frame frame;
    auto& configure = *frame.mutable_configure();
    configure.set_protocol(ipc::protocol_number);
    configure.set_instance("telegram:default");
    configure.set_generation(1);
    configure.set_settings_json(settings_);
    (*configure.mutable_secrets())["botToken"] = token_;
    configure.set_inbound_credits(credits);
    for (const auto& [key, value] : state_) {
        auto& entry = *configure.add_state();
        entry.set_key(key);
        entry.set_value(value);
    }
    link_->enter(ipc::Phase::configuring);
    send(frame);
}

void Stage::acknowledge(const std::string& event_id) {
    wire::Frame frame;
    frame.mutable_inbound_ack()->set_event_id(event_id);
    send(frame);
}

void Stage::acknowledge_delivery(const wire::Delivery& report) {
    wire::Frame frame;
    auto& ack = *frame.mutable_delivery_ack();
    ack.set_action_id(report.action_id());
    ack.set_part(report.part());
    ack.set_attempt(report.attempt());
    ack.set_preview(report.preview());
    (void)link_->send(frame); // a worker that drains may be gone already
}

void Stage::hand_over_file() {
    link_->enter(ipc::Phase::serving);
    in_flight_file_.reset(memfd_create("in-flight", MFD_CLOEXEC));
    REQUIRE(ipc::shape_in_flight_file(in_flight_file_.get()));
    wire::Frame frame;
    frame.mutable_in_flight_file();
    const int fd = in_flight_file_.get();
    REQUIRE_SENT(link_->send(frame, {&fd, 1}));
}

void Stage::answer(const std::string& text, const std::string& action_id, const std::string& chat) {
    wire::Frame frame;
    auto& outbound = *frame.mutable_outbound();
    outbound.set_action_id(action_id);
    outbound.set_attempt(1);
    outbound.mutable_chat()->set_id(chat);
    outbound.mutable_chat()->set_kind(wire::CHAT_DIRECT);
    outbound.mutable_markdown()->set_inline_text(text);
    outbound.set_expires_at_ms(loop_.clock().unix_ms() + 600'000);
    send(frame);
}

void Stage::stream(const std::string& text, const std::string& action_id, const std::string& chat) {
    wire::Frame frame;
    auto& update = *frame.mutable_stream_update();
    update.set_action_id(action_id);
    update.mutable_chat()->set_id(chat);
    update.mutable_chat()->set_kind(wire::CHAT_DIRECT);
    update.set_markdown(text);
    send(frame);
}

void Stage::drain() {
    wire::Frame frame;
    frame.mutable_drain()->set_within_ms(5000);
    send(frame);
    link_->enter(ipc::Phase::draining);
}

void Stage::end_worker() {
    link_.reset();
    until("the worker's end", [&] { return worker_->ended().has_value(); });
}

void Stage::until(const std::string& what, const std::function<bool()>& is_true,
                  Milliseconds within) {
    bool late = false;
    Timer deadline(loop_);
    deadline.start(within, [&] { late = true; });
    Timer look_again(loop_); // for conditions that only the server's control API tells
    look_again.repeat(20ms, [] {});
    while (!is_true() && !late)
        loop_.turn();
    INFO("waiting for " << what << "; so far:" << heard());
    REQUIRE(is_true());
}

// What the worker said, for a test that waited in vain.
std::string Stage::heard() const {
    std::string text;
    for (const auto& frame : frames) {
        text += "\n  body " + std::to_string(frame.body_case());
        if (frame.has_delivery())
            text += " " + frame.delivery().error_code() + " " + frame.delivery().error();
        if (frame.has_channel_status()) text += " " + frame.channel_status().detail();
        if (!frame.has_log()) continue;
        text += " " + frame.log().event();
        for (const auto& field : frame.log().fields())
            text += " " + field.name() + "=" + field.value();
    }
    if (link_closed_) text += "\n  the link is closed";
    return text;
}

void Stage::for_a_while(Milliseconds how_long) {
    bool over = false;
    Timer timer(loop_);
    timer.start(how_long, [&] { over = true; });
    while (!over)
        loop_.turn();
}

std::vector<std::string> Stage::event_ids() const {
    std::vector<std::string> ids;
    for (const auto& frame : frames)
        if (frame.has_inbound()) ids.push_back(frame.inbound().event_id());
    return ids;
}

std::vector<std::string> Stage::deliveries() const {
    std::vector<std::string> lines;
    for (const auto& frame : frames) {
        if (!frame.has_delivery()) continue;
        const auto& one = frame.delivery();
        lines.push_back(one.preview()
                            ? "preview"
                            : wire::Delivery::State_Name(one.state()) + " " +
                                  std::to_string(one.part()) + "/" + std::to_string(one.parts()));
    }
    return lines;
}

const wire::Delivery* Stage::delivery(wire::Delivery::State state) const {
    for (const auto& frame : frames)
        if (frame.has_delivery() && frame.delivery().state() == state &&
            !frame.delivery().preview())
            return &frame.delivery();
    return nullptr;
}

std::string Stage::preview_id() const {
    for (const auto& frame : frames)
        if (frame.delivery().preview() && frame.delivery().state() == wire::Delivery::SENT)
            return frame.delivery().message_id();
    return {};
}

std::string Stage::status() const {
    std::string text;
    for (const auto& frame : frames) {
        if (!frame.has_channel_status()) continue;
        const auto& status = frame.channel_status();
        text = wire::ChannelStatus::State_Name(status.state());
        if (!status.error_code().empty()) text += " " + status.error_code();
    }
    return text;
}

std::string Stage::state_of(const std::string& key) const {
    std::string value;
    for (const auto& frame : frames)
        for (const auto& entry : frame.state_write().entries())
            if (entry.key() == key) value = entry.value();
    return value;
}

void Stage::REQUIRE_SENT(const Result<void>& sent) {
    REQUIRE(sent);
}

} // namespace openclaw::telegram::stage
