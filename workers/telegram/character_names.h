// telegram/character_names.h — "&copy;" and "&#169;" to the character they name.
//
// Telegram itself knows four names (&lt; &gt; &amp; &quot;); models write more.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::telegram {

// `reference` is the whole reference with "&" and ";". A name we do not know stays as it is.
std::string decode_character(std::string_view reference);

} // namespace openclaw::telegram
