#include "cli/command/media.h"

#include "common/base/attached_file.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace openclaw::cli {

namespace {

std::unexpected<CallError> cannot_send(const std::string& path, const std::string& why) {
    return std::unexpected(cli_error("--media " + path + ": " + why));
}

std::string words_for(int error) {
    return std::generic_category().message(error);
}

bool is_address(const std::string& argument) {
    return argument.starts_with("https://") || argument.starts_with("http://");
}

// Opened without waiting: a pipe without a writer would hang for ever.
CallResult<std::string> bytes_of_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));

    struct stat about {};

    if (!file || fstat(file.get(), &about) != 0) return cannot_send(path, words_for(errno));
    if (!S_ISREG(about.st_mode)) return cannot_send(path, "this is no file");
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) return cannot_send(path, "the file is empty");
    if (size > largest_media)
        return cannot_send(path, "the file has " + size_in_words(size) + ", and at most " +
                                     size_in_words(largest_media) + " can be sent");
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const auto got = ::read(file.get(), bytes.data() + have, size - have);
        if (got < 0) return cannot_send(path, words_for(errno));
        if (got == 0) return cannot_send(path, "the file became shorter while it was read");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace

CallResult<Media> read_media(const std::string& argument) {
    if (is_address(argument)) return Media{.url = argument};
    const auto bytes = bytes_of_file(argument);
    if (!bytes) return std::unexpected(bytes.error());
    Media media{.file_name = clean_file_name(argument), .base64 = to_base64(*bytes)};
    media.mime = mime_of_name(media.file_name);
    return media;
}

void write_media(json::Writer& params, const Media& media) {
    if (!media.url.empty()) return static_cast<void>(params.member("mediaUrl", media.url));
    params.member("buffer", media.base64)
        .member("filename", media.file_name)
        .member("contentType", media.mime);
}

} // namespace openclaw::cli
