#pragma once
#include "collector/discovery.hpp"
#include "collector/fetch.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// What one question to the system account brought in.
struct AccountAnswer {
  std::vector<Target> targets;      ///< the servers that answered, and those that were expected to
  std::vector<Snapshot> snapshots;  ///< of each of them one for each endpoint, and the envelopes
};

/// Asks all servers of a deployment through one connection to the system account. A seam: tests pass one that
/// answers from memory.
class AccountFetcher {
 public:
  virtual ~AccountFetcher() = default;
  /// One answer for each account. Servers that were expected and stay silent now are recorded as such. Never
  /// throws for what servers do. If there is no connection, one failure under the account's own label says
  /// why, and nothing is said of the servers: they were not asked. What it keeps of other accounts it lets
  /// go.
  virtual std::vector<AccountAnswer> fetch(const std::vector<Found::Account>& accounts,
                                           const FetchOptions& options) = 0;
};

}  // namespace natsrec
