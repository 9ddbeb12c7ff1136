// ipc/permit.h — which body may be sent by whom, when, and with how many file descriptors.
//
// The table is the privilege contract of a kind of worker. A frame without a row is misbehaviour.
// Model: OpenSSH's monitor dispatch tables.
#pragma once

#include "proto/frame.pb.h"

#include <cstdint>
#include <span>

namespace openclaw::ipc {

enum class Side : std::uint8_t { supervisor, worker }; // who sends

// How far the conversation is. The supervisor's and the worker's Link are in the same phase, give
// or take a frame.
enum class Phase : std::uint8_t { greeting = 1, configuring = 2, serving = 4, draining = 8 };

constexpr std::uint8_t in(Phase a) {
    return static_cast<std::uint8_t>(a);
}

constexpr std::uint8_t operator|(Phase a, Phase b) {
    return static_cast<std::uint8_t>(in(a) | in(b));
}

constexpr std::uint8_t operator|(std::uint8_t a, Phase b) {
    return static_cast<std::uint8_t>(a | in(b));
}

struct Permit {
    wire::Frame::BodyCase body;
    Side from;
    std::uint8_t phases; // of Phase
    bool once = false;   // a second one is misbehaviour
    std::uint8_t max_fds = 0;
};

using PermitTable = std::span<const Permit>;

} // namespace openclaw::ipc
