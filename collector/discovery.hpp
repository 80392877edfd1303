#pragma once
#include "collector/clock.hpp"
#include "collector/resolver.hpp"
#include "collector/source.hpp"
#include "schema/deployment.hpp"

#include <functional>
#include <string>
#include <vector>

namespace natsrec {

/// What an epoch is to ask.
struct Found {
  struct Account {
    Target account;
    std::vector<Target> expected;  ///< servers that answered there before
  };
  std::vector<Target> targets;     ///< as configured, those of a name by address; each label once
  std::vector<Account> accounts;   ///< connections to a system account
  std::vector<Snapshot> failures;  ///< of names that do not resolve and files that cannot be read
};

/// What was there the last time.
struct Before {
  std::vector<Deployment::Target> targets;
  /// Whether the target with this label answered in one of so many last epochs.
  std::function<bool(const std::string& label, std::size_t epochs)> answered;
};

/// Looks up, anew for every epoch, what the sources lead to. A name that does not resolve is a failure of its
/// own, and what it led to before is asked all the same: it is the servers that are recorded, not what is
/// said of them. An address that a name no longer leads to is asked for as long as it answers: a headless
/// service leaves out pods that are not ready, and those are the ones to look at. A server of a system
/// account is expected to answer until it was silent for 64 epochs.
Found discover(const std::vector<Source>& sources, const Before& before, Resolver& resolver,
               const Clock& clock, Duration patience);

}  // namespace natsrec
