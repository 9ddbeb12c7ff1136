// web/lws_verdict.h — what a callback tells libwebsockets to do with the connection.
#pragma once

namespace openclaw::web {

inline constexpr int carry_on = 0;
inline constexpr int hang_up = -1;

} // namespace openclaw::web
