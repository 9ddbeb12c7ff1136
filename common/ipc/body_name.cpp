#include "common/ipc/body_name.h"

namespace openclaw::ipc {

// The lite runtime knows no names. No default: a new body without a name here is a compiler error.
std::string_view body_name(wire::Frame::BodyCase body) {
    switch (body) {
    case wire::Frame::kHello:
        return "Hello";
    case wire::Frame::kConfigure:
        return "Configure";
    case wire::Frame::kReady:
        return "Ready";
    case wire::Frame::kPing:
        return "Ping";
    case wire::Frame::kPong:
        return "Pong";
    case wire::Frame::kDrain:
        return "Drain";
    case wire::Frame::kDrained:
        return "Drained";
    case wire::Frame::kLog:
        return "Log";
    case wire::Frame::kFault:
        return "Fault";
    case wire::Frame::kStateWrite:
        return "StateWrite";
    case wire::Frame::kStateWritten:
        return "StateWritten";
    case wire::Frame::kInbound:
        return "Inbound";
    case wire::Frame::kInboundAck:
        return "InboundAck";
    case wire::Frame::kOutbound:
        return "Outbound";
    case wire::Frame::kStreamUpdate:
        return "StreamUpdate";
    case wire::Frame::kStreamCancel:
        return "StreamCancel";
    case wire::Frame::kDelivery:
        return "Delivery";
    case wire::Frame::kDeliveryAck:
        return "DeliveryAck";
    case wire::Frame::kTyping:
        return "Typing";
    case wire::Frame::kReaction:
        return "Reaction";
    case wire::Frame::kChannelEvent:
        return "ChannelEvent";
    case wire::Frame::kChannelStatus:
        return "ChannelStatus";
    case wire::Frame::kInFlightFile:
        return "InFlightFile";
    case wire::Frame::kChannelQuery:
        return "ChannelQuery";
    case wire::Frame::kChannelAnswer:
        return "ChannelAnswer";
    case wire::Frame::kRunStart:
        return "RunStart";
    case wire::Frame::kRunAbort:
        return "RunAbort";
    case wire::Frame::kRunDelta:
        return "RunDelta";
    case wire::Frame::kRunEnd:
        return "RunEnd";
    case wire::Frame::kEmbed:
        return "Embed";
    case wire::Frame::kEmbedded:
        return "Embedded";
    case wire::Frame::kDial:
        return "Dial";
    case wire::Frame::kDialled:
        return "Dialled";
    case wire::Frame::kDialOrder:
        return "DialOrder";
    case wire::Frame::kStreamCountersFile:
        return "StreamCountersFile";
    case wire::Frame::BODY_NOT_SET:
        return "nothing";
    }
    return "an unknown body";
}

} // namespace openclaw::ipc
