#pragma once
#include "analyzer/incident/case.hpp"
#include "analyzer/incident/model.hpp"

namespace natsrec {

/// What could not work while it lasted; never that messages were lost, which no body tells.
std::string impact_of(const Case& incident);

/// Connections, subscriptions and message rates of the servers concerned before, at worst and after.
std::vector<ServerImpact> measure(const Case& incident, Time began, Time ended);

}  // namespace natsrec
