#include "supervisor/rpc/attachments.h"

#include "common/base/strings.h"
#include "supervisor/policy/attached_files.h"

#include <utility>

namespace openclaw::rpc {

namespace {

std::expected<AttachedFile, WireError> read_attachment(json::View attachment) {
    const auto name = attachment["fileName"].text(attachment["name"].text("file"));
    const auto mime = attachment["mimeType"].text();
    auto bytes = bytes_of_base64(attachment["content"].text());
    if (!bytes)
        return std::unexpected(invalid_request("attachment \"" + clean_file_name(name) + "\" (" +
                                               clean_mime(mime) + ") is not base64"));
    auto file = attached_file(name, mime, std::move(*bytes));
    if (auto refused = policy::file_refusal(file))
        return std::unexpected(invalid_request(std::move(*refused)));
    return file;
}

std::string_view digits_in(std::string_view written) {
    constexpr std::string_view marker = ";base64,";
    if (written.starts_with("data:"))
        if (const auto at = written.find(marker); at != std::string_view::npos)
            written.remove_prefix(at + marker.size());
    return written;
}

// Before anything is decoded: what will be refused need not be.
std::optional<WireError> refusal_by_size(json::View attachments) {
    if (attachments.size() > max_attached_files)
        return invalid_request("a message may have 10 attachments at most");
    std::size_t sum = 0;
    for (std::size_t i = 0; i < attachments.size(); ++i)
        sum += bytes_in_base64(attachments.at(i)["content"].text());
    if (sum > policy::max_client_file_bytes)
        return invalid_request("the attachments hold more than 19464192 bytes");
    return std::nullopt;
}

std::expected<AttachedFiles, WireError> read_all(json::View attachments) {
    if (auto refused = refusal_by_size(attachments)) return std::unexpected(std::move(*refused));
    AttachedFiles files;
    std::size_t text_bytes = 0;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        auto file = read_attachment(attachments.at(i));
        if (!file) return std::unexpected(file.error());
        if (image_type_of(file->bytes).empty()) text_bytes += file->bytes.size();
        files.push_back(std::move(*file));
    }
    if (text_bytes > policy::max_attached_text)
        return std::unexpected(invalid_request("the attachments hold more than 512 KiB of text"));
    return files;
}

} // namespace

void Attachments::put(flow::RunRequest& request) && {
    request.message += text;
    request.images = std::move(images);
}

std::expected<Attachments, WireError> read_attachments(json::View attachments) {
    auto files = read_all(attachments);
    if (!files) return std::unexpected(files.error());
    auto sorted = policy::sort_files(std::move(*files));
    Attachments read{.text = {}, .images = std::move(sorted.images)};
    for (const auto& line : sorted.lines)
        read.text += "\n\n" + line;
    return read;
}

std::size_t bytes_in_base64(std::string_view written) {
    const auto digits = digits_in(written);
    const std::size_t count = digits.find_last_not_of('=') + 1; // npos + 1 is 0
    return count / 4 * 3 + count % 4 * 6 / 8;
}

Result<std::string> bytes_of_base64(std::string_view written) {
    return from_base64(digits_in(written));
}

} // namespace openclaw::rpc
