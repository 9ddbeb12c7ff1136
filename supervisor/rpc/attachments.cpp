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

std::expected<AttachedFiles, WireError> read_all(json::View attachments) {
    AttachedFiles files;
    std::size_t text_bytes = 0;
    if (attachments.size() > max_attached_files)
        return std::unexpected(invalid_request("a message may have 10 attachments at most"));
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        auto file = read_attachment(attachments.at(i));
        if (!file) return std::unexpected(file.error());
        if (image_type_of(file->bytes).empty()) text_bytes += file->bytes.size();
        files.push_back(std::move(*file));
    }
    if (text_bytes > policy::max_attached_text)
        return std::unexpected(invalid_request("the attachments hold more than 512 KiB of text"));
    if (bytes_of(files) > policy::max_client_file_bytes)
        return std::unexpected(invalid_request("the attachments hold more than 19464192 bytes"));
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

Result<std::string> bytes_of_base64(std::string_view written) {
    constexpr std::string_view marker = ";base64,";
    if (written.starts_with("data:"))
        if (const auto at = written.find(marker); at != std::string_view::npos)
            written.remove_prefix(at + marker.size());
    return from_base64(written);
}

} // namespace openclaw::rpc
