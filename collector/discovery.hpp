#pragma once
#include "collector/clock.hpp"
#include "collector/resolver.hpp"
#include "collector/source.hpp"
#include "schema/deployment.hpp"

#include <functional>
#include <set>
#include <vector>

namespace natsrec {

/// What an epoch is to ask.
struct Found {
  std::vector<Target> targets;     ///< as configured, those of a name by address; each label once
  std::vector<Snapshot> failures;  ///< of names that do not resolve and files that cannot be read
};

/// What was there the last time.
struct Before {
  std::vector<Deployment::Target> targets;
  /// Labels of those that answered then; asked only where a name leads to fewer than before.
  std::function<std::set<std::string>()> answered;
};

/// Looks up, anew for every epoch, what the sources lead to. A name that does not resolve is a failure of its
/// own, and what it led to before is asked all the same: it is the servers that are recorded, not what is
/// said of them. An address that a name no longer leads to is asked for as long as it answers: a headless
/// service leaves out pods that are not ready, and those are the ones to look at.
Found discover(const std::vector<Source>& sources, const Before& before, Resolver& resolver,
               const Clock& clock, Duration patience);

}  // namespace natsrec
