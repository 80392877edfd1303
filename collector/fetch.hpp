#pragma once
#include "collector/target.hpp"
#include "schema/snapshot.hpp"

#include <cstddef>
#include <vector>

namespace natsrec {

struct FetchOptions {
  std::vector<Endpoint> endpoints;
  Duration timeout{};        ///< for one request
  Duration budget{};         ///< for all of them
  std::size_t max_body = 0;  ///< bytes
  bool last = false;         ///< no other fetch follows: a server that has told all is let go at once
};

/// Asks servers. A seam: tests pass one that answers from memory.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// One snapshot for each endpoint of each target, and the envelope of those that have one. Never throws for
  /// what servers do: that is in the snapshots.
  virtual std::vector<Snapshot> fetch(const std::vector<Target>& targets, const FetchOptions& options) = 0;
};

}  // namespace natsrec
