// web/event.h — one event for many sockets: the text is rendered once and shared, the number is
// stamped per socket.
//
// The text of a frame is  head + appended + tail [+ ,"seq":N] + }  so that nothing is copied before
// a socket takes it. `appended` is the inside of a JSON string (escaped, without quotes). When a
// socket is slow and an older event with the same `merge_key` still waits in its queue, the older
// one is dropped and its `appended` goes before the newer's: a slow reader gets fewer, longer
// deltas and loses no text (PROTOCOL.md 12.3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::web {

struct Event {
    std::string head;          // {"type":"event","event":"tick","payload":{"ts":1}
    std::string appended;      // usually empty
    std::string tail;          // usually empty
    std::string merge_key;     // "chat:<run id>"; empty: never merged
    bool sequenced = true;     // false: addressed to one connection (PROTOCOL.md 11.1)
    bool drop_if_slow = false; // tick, health, presence: a later one says the same
};

using SharedEvent = std::shared_ptr<const Event>;

// `payload` is JSON text. `extra` are further members of the frame: ,"stateVersion":{…}
inline Event make_event(std::string_view name, std::string_view payload,
                        std::string_view extra = {}) {
    std::string head;
    head.reserve(40 + name.size() + payload.size() + extra.size());
    head.append(R"({"type":"event","event":")")
        .append(name)
        .append(R"(","payload":)")
        .append(payload)
        .append(extra);
    return {.head = std::move(head), .appended = {}, .tail = {}, .merge_key = {}};
}

} // namespace openclaw::web
