#pragma once
#include "collector/account_fetcher.hpp"
#include "collector/clock.hpp"

#include <memory>

namespace natsrec {

/// Asks $SYS.REQ.SERVER.PING.{VARZ,ROUTEZ,…} with the NATS client library (libnats), which every server of
/// the supercluster answers. The connection is kept for the next epoch, unless
/// the account is to be reached in another way then.
class NatsFetcher : public AccountFetcher {
 public:
  /// The clock stamps the snapshots.
  explicit NatsFetcher(const Clock& clock);
  ~NatsFetcher() override;
  std::vector<AccountAnswer> fetch(const std::vector<Found::Account>& accounts,
                                   const FetchOptions& options) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
