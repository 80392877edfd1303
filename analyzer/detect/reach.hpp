#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>

namespace natsrec {

/// server_down and monitor_unreachable: down or only unseen (DETECTION 1.12). Silence of the monitoring port
/// is not death: a peer that lost it since must say so, or its own host that nobody listens any more. Routes
/// that bring messages say that it lives.
class ReachDetector {
 public:
  void step(const Scene& scene, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [silences] = *this;
    archive(silences);
  }

 private:
  struct Witness {
    ServerRef peer;
    Sighting seen;
    bool silent = false;  ///< it lists a route that brings nothing
  };
  struct Testimony {
    std::vector<Witness> lost_it;  ///< listed it when it was last seen, and do so no more, or only in silence
    std::vector<Witness> list_it;
    std::vector<Witness> heard_by;  ///< got messages from it since it fell silent: it lives
  };
  /// Messages a peer had got from it, and by which connections.
  struct Traffic {
    std::string rids;
    std::int64_t in_msgs = 0;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  struct Silence {
    Sighting since;  ///< first failure of the present spell
    std::map<ServerRef, Traffic> traffic;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  void alive(const Scene& scene, ServerRef ref, Ledger& ledger);
  void unreachable(const Scene& scene, ServerRef ref, Ledger& ledger);
  void unseen(const Scene& scene, ServerRef ref, Ledger& ledger);
  Testimony ask_peers(const Scene& scene, ServerRef ref, Silence& silence, const Ledger& ledger) const;
  void report(const Scene& scene, const Subject& subject, const Sighting& proof, const Testimony& testimony,
              Ledger& ledger) const;
  std::map<ServerRef, Silence> silences_;
};

}  // namespace natsrec
