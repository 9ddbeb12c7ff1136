#include "common/base/check.h"

#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <cstdlib>

namespace openclaw {

namespace {
char context[64] = "none";
}

void check_context(std::string_view trace) {
    const auto length = std::min(trace.size(), sizeof context - 1);
    memcpy(context, trace.data(), length);
    context[length] = '\0';
}

void check_failed(const char* expression, const char* file, int line) {
    fprintf(stderr, "check.failed expression=\"%s\" at=%s:%d trace=%s\n", expression, file, line,
            context);
    std::abort();
}

} // namespace openclaw
