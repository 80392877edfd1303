#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// server_restarted, config_reloaded, version_changed, server_joined: what the identities tell.
void report_runs(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger);

}  // namespace natsrec
