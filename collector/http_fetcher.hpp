#pragma once
#include "collector/clock.hpp"
#include "collector/fetch.hpp"

#include <memory>

namespace natsrec {

/// Asks over HTTP: all targets at once, the endpoints of one target one after another on one connection,
/// which is kept for the next fetch. A server never has two of our requests at a time.
///
/// A dead or frozen host costs one timeout: where no request could be sent at all, or the first one had no
/// answer, the other endpoints have failed with it; and a server that answered and then let one request time
/// out gets a quarter of the timeout for each of the others. First requests time out together: one that was
/// sent late in a crowd has less time by that, but never by more than a tenth. Redirects are not followed,
/// proxies only used where a target names one, compression not asked for. TLS from 1.2 on.
class HttpFetcher : public Fetcher {
 public:
  /// The clock stamps the snapshots.
  explicit HttpFetcher(const Clock& clock);
  ~HttpFetcher() override;
  std::vector<Snapshot> fetch(const std::vector<Target>& targets, const FetchOptions& options) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
