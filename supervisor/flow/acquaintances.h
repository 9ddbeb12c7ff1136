// flow/acquaintances.h — whom the gateway has met on an account: the directory of a channel that
// cannot list its platform. Pure reading.
//
// Peers: who was approved, who is named in the account's lists, whose direct conversations there
// are. Groups: the rooms of the configuration and of the conversations. Names are known of those
// who asked to be let in, and of conversations that a person has named.
#pragma once

#include "supervisor/flow/questions.h"

namespace openclaw::flow {

DirectoryReport acquaintances(const config::ChannelAccount& account, const ledger::Ledger& ledger,
                              const DirectoryQuestion& question);

} // namespace openclaw::flow
