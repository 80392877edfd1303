#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// server_restarted, config_reloaded, version_changed, server_joined: what the identities tell.
/// The body that tells of a new run: its own, or that of a peer which lists it under a new id.
Evidence proof_of_start(const Scene& scene, const IdentityEvent& event);

void report_runs(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger);

}  // namespace natsrec
