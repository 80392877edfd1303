#pragma once
#include "analyzer/facts/facts.hpp"

#include <string>
#include <vector>

namespace natsrec::facts {

/// What these facts and others of the same recording do not agree about, a sentence each. How rows are
/// numbered does not count: that depends on how often they were brought up to date.
std::vector<std::string> differences(const Facts& these, const Facts& others);

}  // namespace natsrec::facts
