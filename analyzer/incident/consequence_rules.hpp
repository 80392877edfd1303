#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/causality.hpp"

#include <chrono>
#include <vector>

/// The rules by which findings are explained by others, one function per subject; consequences.cpp calls them
/// in an order in which each finds explained what it asks about.
namespace natsrec {

constexpr std::chrono::seconds time_to_dial{10};  ///< what a link takes to be made again (DETECTION 1.7)
constexpr std::chrono::seconds time_to_mesh{60};  ///< what links take to be whole again, as after a reload

void explain_routes(Causality& causality);
void explain_backlogs(Causality& causality);
void explain_route_counts(Causality& causality);
void explain_partitions(Causality& causality);
void explain_gateways(Causality& causality, const std::vector<ClusterOutage>& outages);
/// JetStream catches up for as long as `grace` after a restart.
void explain_jetstream(Causality& causality, Duration grace);
void explain_servers(Causality& causality);

}  // namespace natsrec
