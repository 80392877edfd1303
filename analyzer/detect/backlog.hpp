#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// link_backlog: a route or gateway holds back more bytes than the limit for longer than the limit, or the
/// counters of slow or stale routes or gateways of a server rose within one run.
class BacklogDetector {
 public:
  explicit BacklogDetector(const DetectionOptions& options) : options_(options) {}
  void step(const Scene& scene, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [options, links, routez, gatewayz, counted] = *this;
    archive(options, links, routez, gatewayz, counted);
  }

 private:
  /// A connection over the limit.
  struct Over {
    std::optional<Sighting> before;  ///< newest body of the server before it was
    Sighting first, newest;
    Time since;             ///< server's clock
    std::int64_t most = 0;  ///< bytes
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  struct Pending {
    std::uint64_t id;
    std::int64_t bytes;
    std::string pointer;
  };
  struct Link {
    std::map<std::uint64_t, Over> over;  ///< by rid or cid
    bool open = false;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  struct Body {
    const Sighting& seen;
    Time now;
    const std::optional<Sighting>& before;
  };
  struct Counted {
    Interned run;
    Sighting seen;
    ByLink slow, stale;
    bool open = false;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  void routes(const Scene& scene, ServerRef ref, Ledger& ledger);
  void gateways(const Scene& scene, ServerRef ref, Ledger& ledger);
  void counters(const Scene& scene, ServerRef ref, Ledger& ledger);
  void judge(const Scene& scene, const Subject& subject, const Body& body,
             const std::vector<Pending>& pending, ServerRef holder, Ledger& ledger);

  DetectionOptions options_;
  std::map<std::pair<Subject, ServerRef>, Link>
      links_;  ///< by link and who holds bytes back; only those that did
  std::map<ServerRef, std::optional<Sighting>> routez_, gatewayz_;  ///< newest bodies
  std::map<ServerRef, Counted> counted_;
};

}  // namespace natsrec
