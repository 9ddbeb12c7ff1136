// The files of an answer on its way: the other half of delivering.cpp.
#include "common/log/log.h"
#include "common/net/multipart.h"
#include "workers/discord/delivering.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

// DISCORD.md 8: uploads 30 s and a time for their size.
constexpr Milliseconds upload_deadline = std::chrono::seconds(30);
constexpr std::size_t slowest_upload = 256u << 10; // bytes in a second

std::string_view why_refused(const Answer& answer) {
    return answer.trouble == Trouble::too_large ? "Discord finds them too large"
                                                : "the bot may not attach files here";
}

} // namespace

std::size_t Delivering::largest_file() {
    if (const auto interaction = to_.interactions.reply_to(it_.trace))
        return interaction->largest_upload;
    if (it_.to.channel.empty()) return largest_upload; // a person's, still to be opened
    return to_.world.largest_upload_to(Snowflake::parse(it_.to.channel).value_or(Snowflake{}));
}

bool Delivering::take_upload_turn() {
    const auto bytes = bytes_in(parts_[part_], it_.files);
    if (bytes == 0 || uploading_ != 0) return true;
    const bool is_our_turn = to_.uploads.enter(bytes, [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired() || state_ != State::waiting_for_upload) return;
        alarm_->clear();
        dispatch();
    });
    if (!is_our_turn) return wait_for_upload_turn(), false;
    uploading_ = bytes;
    return true;
}

// Who has its turn does not keep it while it waits for a rate limit: so a turn comes, but perhaps
// after the time in which the answer is wanted.
void Delivering::wait_for_upload_turn() {
    state_ = State::waiting_for_upload;
    if (expires_at_ == Instant::max()) return;
    const auto left = std::chrono::ceil<Milliseconds>(expires_at_ - to_.clock.now());
    alarm_->set(std::max(left, Milliseconds(0)) + Milliseconds(1));
}

void Delivering::end_upload_turn() {
    if (const auto bytes = std::exchange(uploading_, 0); bytes != 0) to_.uploads.leave(bytes);
}

void Delivering::enclose_files(Call& call) const {
    const auto& which = parts_[part_].files;
    if (which.empty()) return;
    std::vector<std::pair<std::string, std::string>> names; // of the field, of the file
    for (std::size_t i = 0; i < which.size(); ++i)
        names.emplace_back("files[" + std::to_string(i) + "]",
                           clean_file_name(it_.files[which[i]].name));
    std::vector<net::FormPart> form = {
        {.name = "payload_json", .content_type = call.content_type, .bytes = call.body}};
    for (std::size_t i = 0; i < which.size(); ++i)
        form.push_back({.name = names[i].first,
                        .file_name = names[i].second,
                        .content_type = it_.files[which[i]].mime,
                        .bytes = it_.files[which[i]].bytes});
    call.comes_back = true; // nobody's files wait for our limit
    auto body = net::form_body(form);
    call.deadline = upload_deadline + std::chrono::seconds(body.bytes.size() / slowest_upload);
    call.body = std::move(body.bytes);
    call.content_type = std::move(body.content_type);
}

// The same part, and the same nonce: nothing was made of it.
void Delivering::go_without_files(const Answer& answer) {
    log::warn("discord.files_refused", {{"action", it_.action_id}, {"reason", answer.description}});
    const auto shorten = answer.trouble == Trouble::too_large ? without_large_files : without_files;
    parts_[part_] = shorten(std::move(parts_[part_]), it_.files, why_refused(answer));
    dispatch();
}

} // namespace openclaw::discord
