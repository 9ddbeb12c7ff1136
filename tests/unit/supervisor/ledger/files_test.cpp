#include "supervisor/ledger/database.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

const InboxKey photo_key{"discord", "default", "77"};

SharedFiles two_photos() {
    AttachedFiles files;
    files.push_back(attached_file("a.png", "image/png", std::string("\x89PNG\0zero", 9)));
    files.push_back(attached_file("b.jpg", "image/jpeg", std::string(300'000, 'b')));
    return std::make_shared<const AttachedFiles>(std::move(files));
}

InboxRow photo_message() {
    InboxRow row;
    row.key = photo_key;
    row.payload = "p";
    row.trace = "t";
    return row;
}

OutboxRow owed_photo() {
    OutboxRow row;
    row.action_id = "send:1";
    row.files = 2;
    return row;
}

Result<Files::Loaded> try_load(Fixture& it, std::vector<std::string> owners) {
    return wait_for<Result<Files::Loaded>>(
        it.loop, [&](auto done) { it.ledger->files.load(std::move(owners), std::move(done)); });
}

AttachedFiles load(Fixture& it, std::vector<std::string> owners) {
    return try_load(it, std::move(owners)).value().files;
}

std::int64_t rows_of_files(Fixture& it) {
    return wait_for<Result<std::int64_t>>(it.loop,
                                          [&](auto done) {
                                              it.ledger->store->read<std::int64_t>(
                                                  [](Database* database) {
                                                      return database->number(
                                                          "select count(*) from files", 0);
                                                  },
                                                  std::move(done));
                                          })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a message's files are recorded with it, survive a kill, and go when it is done") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->inbox.record(photo_message(), nullptr, two_photos())));
        it.crash();
        const auto files = load(it, {files_of(photo_key)});
        REQUIRE(files.size() == 2);
        CHECK(files[0].name == "a.png");
        CHECK(files[0].bytes == std::string("\x89PNG\0zero", 9));
        CHECK(files[1].kind == "image");
        CHECK(files[1].bytes.size() == 300'000);
        SUBCASE("answered") {
            REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::done, "")));
            CHECK(rows_of_files(it) == 0);
        }
        SUBCASE("dropped") {
            REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::dropped, "no")));
            CHECK(rows_of_files(it) == 0);
        }
        SUBCASE("set aside: a person may want them") {
            REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::parked, "no")));
            CHECK(rows_of_files(it) == 2);
        }
    }
    TEST_CASE("a redelivery of a finished message leaves no files behind") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->inbox.record(photo_message(), nullptr, two_photos())));
        REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::done, "")));
        REQUIRE(it.keep(it.ledger->inbox.record(photo_message(), nullptr, two_photos())));
        CHECK(rows_of_files(it) == 0);
    }
    TEST_CASE("an answer's files are counted in its row and go with its fate") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(owed_photo(), two_photos())));
        it.crash();
        const auto rows = wait_for<Result<std::vector<OutboxRow>>>(it.loop, [&](auto done) {
                              it.ledger->outbox.unfinished(0, 10, std::move(done));
                          }).value();
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].files == 2);
        CHECK(load(it, {files_of_action("send:1")}).size() == 2);
        REQUIRE(it.keep(it.ledger->outbox.finish("send:1", OutboxState::failed, "x", "y")));
        CHECK(rows_of_files(it) == 0);
    }
    TEST_CASE("the same action twice has its files once") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(owed_photo(), two_photos())));
        REQUIRE(it.keep(it.ledger->outbox.add(owed_photo(), two_photos())));
        CHECK(rows_of_files(it) == 2);
    }
    TEST_CASE("what a client's run left behind goes at the next start") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->files.add(files_of_run("r1"), two_photos())));
        CHECK(load(it, {files_of_run("r1")}).size() == 2);
        it.crash();
        CHECK(rows_of_files(it) == 0);
    }
    TEST_CASE("several owners' files come in order, and no more than one message may carry") {
        Fixture it;
        AttachedFiles ten(10, attached_file("x.png", "image/png", "1"));
        REQUIRE(it.keep(
            it.ledger->files.add("run:a", two_photos()),
            it.ledger->files.add("run:b", std::make_shared<const AttachedFiles>(std::move(ten)))));
        const auto found = try_load(it, {"run:a", "run:b"}).value();
        REQUIRE(found.files.size() == max_attached_files);
        CHECK(found.files[0].name == "a.png");
        CHECK(found.files[2].name == "x.png");
        CHECK(found.left_out == std::vector<std::string>{"x.png", "x.png"});
        CHECK(try_load(it, {"run:a", "nobody"}).error().code == Code::corrupt);
    }
    TEST_CASE("a message that comes under the id of one that was set aside has its own files") {
        Fixture it;
        auto aside = photo_message();
        aside.logical_id = "first";
        REQUIRE(it.keep(it.ledger->inbox.record(std::move(aside), nullptr, two_photos())));
        REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::parked, "no")));
        AttachedFiles own(1, attached_file("own.png", "image/png", "1"));
        auto next = photo_message();
        next.logical_id = "second";
        REQUIRE(it.keep(it.ledger->inbox.record(
            std::move(next), nullptr, std::make_shared<const AttachedFiles>(std::move(own)))));
        const auto files = load(it, {files_of(photo_key)});
        REQUIRE(files.size() == 1);
        CHECK(files[0].name == "own.png");
    }
    TEST_CASE("leftovers go with the tombstones of their age") {
        Fixture it;
        it.inbox_options.keep_for = Milliseconds(1000);
        it.reopen();
        REQUIRE(it.keep(it.ledger->inbox.record(photo_message(), nullptr, two_photos())));
        REQUIRE(it.keep(it.ledger->inbox.settle(photo_key, InboxState::parked, "no")));
        it.clock.advance(Milliseconds(2000));
        for (int i = 0; i < 20; ++i) {
            InboxRow row;
            row.key = {"discord", "default", "later" + std::to_string(i)};
            REQUIRE(it.keep(it.ledger->inbox.record(std::move(row))));
        }
        CHECK(rows_of_files(it) == 0);
    }
}
