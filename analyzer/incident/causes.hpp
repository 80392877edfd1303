#pragma once
#include "analyzer/incident/case.hpp"

#include <vector>

namespace natsrec {

/// Rules over evidence, best first (DETECTION §4). Never empty: `unknown` is an honest answer.
std::vector<Cause> causes_of(const Case& incident);

/// What the incident is called: subject first.
std::string title_of(const Case& incident, const Cause& cause);

}  // namespace natsrec
