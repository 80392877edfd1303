#pragma once
#include "schema/deployment.hpp"
#include "schema/snapshot.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace natsrec::bench {

struct CorpusShape {
  int servers = 27;  ///< in clusters of 9; every three clusters are joined by gateways
  std::int64_t epochs = 1440;
  Duration interval = std::chrono::minutes{1};
  std::uint64_t seed = 1;
  std::int64_t pause = 60;  ///< epochs from fault to fault, ten more or less
};

enum class FaultKind { route_lost, restart, server_down, gateway_lost, unreachable, not_ready };

/// What was put into the history. Epochs count from 0.
struct Fault {
  FaultKind kind;
  std::int64_t first;   ///< first epoch that shows it
  std::int64_t last;    ///< last one that does
  std::string server;   ///< "c0/c0-n3"
  std::string peer;     ///< of a route
  std::string cluster;  ///< remote one, of a gateway
};
std::string_view name(FaultKind kind);

/// A history of busy nats-servers 2.14 that never were: the same bytes for the same shape, everywhere.
///
/// Bodies have the fields and the form of recorded ones (samples/captures): four connections per peer in
/// /routez in random order, all of them carrying traffic, so that counters, times and round trips move from
/// epoch to epoch, about 27 KB per server and epoch.
class Corpus {
 public:
  explicit Corpus(const CorpusShape& shape);
  Corpus(Corpus&&) noexcept;
  Corpus& operator=(Corpus&&) noexcept;
  ~Corpus();

  /// The next epoch; call it `epochs` times.
  Epoch next();
  Deployment deployment() const;
  const std::vector<Fault>& faults() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Bytes of all bodies of an epoch.
std::size_t raw_size(const Epoch& epoch);

}  // namespace natsrec::bench
