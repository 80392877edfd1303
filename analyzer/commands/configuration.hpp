#pragma once
#include "analyzer/report/across.hpp"
#include "schema/recording.hpp"

namespace natsrec {

/// What the newest answers of the servers tell about how they are configured, as far as it deserves a
/// thought.
std::vector<Advice> configuration_advice(const Recording& recording);

}  // namespace natsrec
