#include "common/base/strings.h"
#include "common/json/read.h"
#include "supervisor/auth/digest.h"
#include "supervisor/auth/gateway_identity.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace openclaw;
using namespace openclaw::auth;

namespace {

class Folder {
  public:
    Folder() { REQUIRE(mkdtemp(path_.data()) != nullptr); }

    ~Folder() { std::filesystem::remove_all(path_); }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file() const { return path_ + "/identity/device.json"; }

  private:
    std::string path_ = (std::filesystem::temp_directory_path() / "identity-test-XXXXXX").string();
};

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_SUITE("supervisor/auth") {
    TEST_CASE("the gateway's identity is made once, for the owner alone, and stays") {
        const Folder folder;
        const auto made = GatewayIdentity::load_or_create(folder.file(), 1234);
        REQUIRE(made);
        CHECK(made->public_key().size() == 43);
        const std::string key = from_base64url(made->public_key()).value();
        CHECK(made->device_id() == to_hex(sha256(key)));

        struct stat about {};

        REQUIRE(stat(folder.file().c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
        const auto again = GatewayIdentity::load_or_create(folder.file(), 9999);
        REQUIRE(again);
        CHECK(again->device_id() == made->device_id());
        CHECK(again->derive("a").reveal() == made->derive("a").reveal());
        CHECK(again->derive("a").reveal() != made->derive("b").reveal());
        CHECK(made->derive("a").size() == 32);
    }

    TEST_CASE("the file is the one the original's command line signs with") {
        const Folder folder;
        const auto made = GatewayIdentity::load_or_create(folder.file(), 1234);
        REQUIRE(made);
        const auto document = json::Document::parse(text_of(folder.file()));
        REQUIRE(document);
        const auto root = document->root();
        CHECK(root["version"].integer() == 1);
        CHECK(root["deviceId"].text() == made->device_id());
        CHECK(root["publicKeyPem"].text().starts_with("-----BEGIN PUBLIC KEY-----"));
        CHECK(root["privateKeyPem"].text().starts_with("-----BEGIN PRIVATE KEY-----"));
        CHECK(root["createdAtMs"].integer() == 1234);
    }

    TEST_CASE("a damaged identity stops the start and says what to do") {
        for (const auto* text : {"", "not json", "{}", R"({"privateKeyPem":"nonsense"})"}) {
            const Folder folder;
            std::filesystem::create_directories(std::filesystem::path(folder.file()).parent_path());
            std::ofstream(folder.file()) << text;
            const auto refused = GatewayIdentity::load_or_create(folder.file(), 1);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == Code::invalid);
            CHECK(refused.error().sentence.contains(folder.file()));
            CHECK(refused.error().sentence.contains("move it away"));
            CHECK(text_of(folder.file()) == text); // and it is left alone
        }
    }
}
