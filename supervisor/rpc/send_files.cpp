#include "supervisor/rpc/send_files.h"

#include "supervisor/rpc/attachments.h"
#include "supervisor/rpc/sendable_files.h"

#include <utility>

namespace openclaw::rpc {

// The files of one call.
struct SendFiles::Reading {
    SendableFolders folders = {};
    std::vector<std::string> paths = {};
    std::string name = {}, mime = {}; // of the only one; empty: its path tells it
    AttachedFiles files = {};
    Result<ledger::SharedFiles> outcome = nullptr;

    Result<ledger::SharedFiles> read();
};

namespace {

// The bytes decide what an image is, not the name.
AttachedFile file_to_send(std::string_view name, std::string_view mime, std::string bytes) {
    auto file = attached_file(name, mime, std::move(bytes));
    if (const auto type = image_type_of(file.bytes); !type.empty()) {
        file.mime = type;
        file.kind = "image";
    }
    return file;
}

Result<std::string> path_meant(std::string_view written) {
    if (written.starts_with("https://") || written.starts_with("http://"))
        return fail(Code::invalid,
                    "mediaUrl: this build does not fetch files from the internet; send the bytes "
                    "as `buffer` (base64), or the path of a file under the state directory's "
                    "media/ or a workspace");
    constexpr std::string_view scheme = "file://";
    if (written.starts_with(scheme)) written.remove_prefix(scheme.size());
    if (!written.starts_with('/'))
        return fail(Code::invalid,
                    "mediaUrl must be an absolute path, \"" + std::string(written) + "\" is none");
    return std::string(written);
}

Result<std::vector<std::string>> paths_in(json::View params) {
    std::vector<std::string> paths;
    if (const auto one = params["mediaUrl"].text(params["media"].text()); !one.empty())
        paths.push_back(TRY(path_meant(one)));
    const auto list = params["mediaUrls"];
    for (std::size_t i = 0; i < list.size(); ++i)
        paths.push_back(TRY(path_meant(list.at(i).text())));
    return paths;
}

Result<AttachedFiles> files_in(json::View params) {
    AttachedFiles files;
    const auto buffer = params["buffer"].text();
    if (buffer.empty()) return files;
    auto bytes = bytes_of_base64(buffer);
    if (!bytes) return fail(Code::invalid, "buffer is not base64");
    files.push_back(
        file_to_send(params["filename"].text(), params["contentType"].text(), std::move(*bytes)));
    return files;
}

// Of several files nobody knows which one is meant.
Result<void> check_description(json::View params, std::size_t files) {
    if (files > max_attached_files)
        return fail(Code::invalid, "a message may carry 10 files at most");
    for (const std::string_view word : {"filename", "contentType"})
        if (files > 1 && !params[word].text().empty())
            return fail(Code::invalid,
                        std::string(word) + " describes one file, and this call has " +
                            std::to_string(files) + ": send them one by one, or leave it out");
    return {};
}

} // namespace

Result<ledger::SharedFiles> SendFiles::Reading::read() {
    for (const auto& path : paths) {
        auto file = TRY(read_sendable(folders, path));
        files.push_back(file_to_send(name.empty() ? file.name : name, mime, std::move(file.bytes)));
        if (bytes_of(files) > max_attached_bytes)
            return fail(Code::invalid, "a message may carry 24 MiB of files at most");
    }
    return std::make_shared<const AttachedFiles>(std::move(files));
}

Result<SendFiles::Reading> SendFiles::wanted(json::View params) const {
    auto files = TRY(files_in(params));
    auto paths = TRY(paths_in(params));
    TRY_VOID(check_description(params, files.size() + paths.size()));
    return Reading{.folders = sendable_folders(facts_),
                   .paths = std::move(paths),
                   .name = text_in(params, "filename"),
                   .mime = text_in(params, "contentType"),
                   .files = std::move(files)};
}

void SendFiles::gather(json::View params, OnSendFiles done) {
    auto wanted = this->wanted(params);
    if (!wanted) return done(Failure(wanted.error()));
    if (wanted->paths.empty() && wanted->files.empty()) return done(nullptr);
    if (wanted->paths.empty()) return done(wanted->read());
    if (waiting_.size() >= max_waiting)
        return done(fail(Code::busy, "32 calls wait for their files to be read from the disk; try "
                                     "again in a second"));
    waiting_.push_back(
        {.reading = std::make_shared<Reading>(std::move(*wanted)), .done = std::move(done)});
    if (waiting_.size() == 1) next();
}

void SendFiles::next() {
    const auto reading = waiting_.front().reading;
    loop_.on_pool([reading] { reading->outcome = reading->read(); },
                  [this, reading, alive = std::weak_ptr(alive_)] {
                      if (!alive.expired()) settle(*reading);
                  });
}

void SendFiles::settle(Reading& reading) {
    auto done = std::move(waiting_.front().done);
    waiting_.pop_front();
    if (!waiting_.empty()) next();
    done(std::move(reading.outcome));
}

} // namespace openclaw::rpc
