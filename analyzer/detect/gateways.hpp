#pragma once
#include "analyzer/detect/flapping.hpp"
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/detect/rtt_baseline.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <optional>
#include <string>

namespace natsrec {

/// What each server says of each remote cluster (DETECTION 1.5): connected remotes are keys of
/// outbound_gateways, a lost one is absent. gateway_down is what the server was seen to have;
/// gateway_never_connected (and gateway_name_mismatch, where a URL turns out to be another cluster's) is
/// configured and was never seen. Also gateway_reconnected, gateway_failover, gateway_flapping,
/// gateway_rtt_high, and gateway_removed where a remote that was only learned from others went.
class GatewayDetector {
 public:
  enum class State { unknown, up, degraded, down };
  using Link = std::pair<ServerRef, std::string>;

  explicit GatewayDetector(const DetectionOptions& options)
      : options_(options), flaps_(Kind::gateway_flapping, options) {}
  void step(const Scene& scene, Ledger& ledger);
  /// Of the epoch stepped last: every gateway that is or should be there.
  const std::map<Link, State>& states() const { return states_; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [options, flaps, known, states] = *this;
    archive(options, flaps, known, states);
  }

 private:
  struct Known {
    Sighting seen;     ///< newest connected sighting
    Time server_then;  ///< the server's clock at it
    Interned run;
    bool configured = false;
    GatewayConnection connection;
    bool connected = false;          ///< in the newest body
    std::optional<Sighting> absent;  ///< since it was connected: the first that lacks it
    RttBaseline rtt;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<8>(archive, *this);
    }
  };
  void look_at(const Scene& scene, ServerRef ref, Ledger& ledger);
  void connected(const Scene& scene, const Link& link, const Outbound& outbound, Ledger& ledger);
  void renewed(const Scene& scene, const Link& link, const Known& known, const GatewayConnection& connection,
               Ledger& ledger);
  bool slow(const Scene& scene, const Link& link, Known& known, Ledger& ledger);
  void absent(const Scene& scene, ServerRef ref, const RemoteGateway& remote, Ledger& ledger);
  void lost(const Scene& scene, const Link& link, const RemoteGateway& remote, Known& known, Ledger& ledger);
  void never_connected(const Scene& scene, const Link& link, const RemoteGateway& remote, Ledger& ledger);
  bool known_to_exist(const Scene& scene, const std::string& remote) const;
  void forget_gone(const Scene& scene, ServerRef ref, Ledger& ledger);
  void judge_scope(const Scene& scene, Ledger& ledger);

  DetectionOptions options_;
  FlapCounter flaps_;
  std::map<Link, Known> known_;
  std::map<Link, State> states_;
};

}  // namespace natsrec
