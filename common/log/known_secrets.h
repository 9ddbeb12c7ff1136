// log/known_secrets.h — secrets this process holds, so that log::redact() finds them in the words
// of others whatever they look like: a provider that repeats the key it refused, a platform that
// repeats the address it was asked at.
#pragma once

#include "common/base/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::log {

// From now on redact() masks it. One shorter than eight characters is left alone: it would hide
// ordinary words.
void know_secret(const Secret& secret);

// The same for all of these, instead of what `holder` was known to hold before. From the loop's
// thread, as redact() is.
void know_secrets_of(std::string_view holder, const std::vector<const Secret*>& secrets);

// `text` with every known secret replaced by "***".
std::string without_known_secrets(std::string_view text);

} // namespace openclaw::log
