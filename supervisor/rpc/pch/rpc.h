// What nearly every method reads; compiled once.
#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/flow/run_table.h"
#include "supervisor/ledger/ledger.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/table.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>
