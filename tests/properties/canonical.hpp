#pragma once
#include "analyzer/incident/model.hpp"

#include <functional>
#include <string>
#include <vector>

namespace natsrec::testing {

/// How a name is to be called; the same, if not given.
using Renaming = std::function<std::string(const std::string&)>;

/// The findings as sorted lines without what depends on names' order or on places in bodies: ids, pointers,
/// which end of a pair comes first. Times are told by their epochs.
std::vector<std::string> findings(const Analysis& analysis, const Renaming& rename = {});
/// Likewise the incidents, with their causes.
std::vector<std::string> incidents(const Analysis& analysis, const Renaming& rename = {});

}  // namespace natsrec::testing
