#pragma once
#include "collector/clock.hpp"
#include "collector/fetch.hpp"

#include <memory>

namespace natsrec {

/// How long a request may take that is sent so late in its epoch: first requests time out together, whatever
/// a crowd takes to ask, but none has less than nine tenths of the timeout.
Duration patience_when(Duration late, Duration timeout);

/// Asks over HTTP: all targets at once, the endpoints of one target one after another on one connection,
/// which is kept for the next fetch. A server never has two of our requests at a time.
///
/// A dead or frozen host costs one timeout: where no request could be sent at all, or the first one had no
/// answer, the other endpoints have failed with it; and a server that answered and then let one request time
/// out gets a quarter of the timeout for each of the others. Redirects are not followed, proxies only used
/// where a target names one, compression not asked for. TLS from 1.2 on.
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
