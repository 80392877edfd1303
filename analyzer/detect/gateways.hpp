#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <string>

namespace natsrec {

/// gateway_down, gateway_reconnected and gateway_failover, per server and remote cluster (DETECTION 1.5):
/// connected remotes are keys of outbound_gateways, a lost one is absent.
class GatewayDetector {
 public:
  enum class State { unknown, up, down };
  using Link = std::pair<ServerRef, std::string>;

  void step(const Scene& scene, Ledger& ledger);
  /// Of the epoch stepped last: every gateway that is or should be there.
  const std::map<Link, State>& states() const { return states_; }

 private:
  struct Known {
    Sighting seen;     ///< newest connected sighting
    Time server_then;  ///< the server's clock at it
    std::string run;
    GatewayConnection connection;
    ServerRef remote = nobody;
    bool connected = false;  ///< in the newest body
  };
  void connected(const Scene& scene, ServerRef ref, const std::string& remote, const Outbound& outbound,
                 Ledger& ledger);
  void absent(const Scene& scene, ServerRef ref, const std::string& remote, Ledger& ledger);
  bool ever_connected(const Scene& scene, const std::string& cluster, const std::string& remote) const;
  void judge_scope(const Scene& scene, Ledger& ledger);

  std::map<Link, Known> known_;
  std::map<Link, State> states_;
};

}  // namespace natsrec
