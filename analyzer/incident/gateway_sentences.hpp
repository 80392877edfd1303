#pragma once
#include "analyzer/incident/model.hpp"

#include <string>

namespace natsrec {

/// The sentence of a finding about gateways.
std::string gateway_sentence(const Finding& finding);

}  // namespace natsrec
