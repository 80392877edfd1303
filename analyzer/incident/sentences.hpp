#pragma once
#include "analyzer/incident/model.hpp"

#include <string>

namespace natsrec {

/// The finding in one sentence, from its subject and details.
std::string sentence(const Finding& finding);

}  // namespace natsrec
