#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <string>
#include <vector>

namespace natsrec {

/// What the members of a cluster have configured as their remote clusters: gateway_removed where one left a
/// server's configuration, which only a restart can bring about (DETECTION 1.8), and gateway_config_mismatch
/// where the members that answer differ in names or URLs.
class GatewayConfigDetector {
 public:
  void step(const Scene& scene, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [configs] = *this;
    archive(configs);
  }

 private:
  struct Config {
    std::map<std::string, std::vector<Interned>> remotes;  ///< name: URLs, sorted
    Interned run;
    Sighting seen;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  void read(const Scene& scene, ServerRef ref, Ledger& ledger);
  void removed(const Scene& scene, ServerRef ref, const std::string& remote, const Config& before,
               Ledger& ledger) const;
  void compare(const Scene& scene, const std::string& cluster, Ledger& ledger) const;
  /// Absent: this server has no such remote.
  const std::vector<Interned>* urls_at(ServerRef ref, const std::string& remote) const;
  bool same_urls(ServerRef a, ServerRef b, const std::string& remote) const;
  void describe(const Scene& scene, const std::vector<ServerRef>& members, Finding& finding) const;

  std::map<ServerRef, Config> configs_;
};

}  // namespace natsrec
