// ipc/body_name.h — what a frame's body is called, for people: in traces, complaints and documents.
#pragma once

#include "proto/frame.pb.h"

#include <string_view>

namespace openclaw::ipc {

std::string_view body_name(wire::Frame::BodyCase body); // "Inbound"; "nothing" for an empty frame

} // namespace openclaw::ipc
