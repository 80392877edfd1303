#pragma once
#include "analyzer/detect/addresses.hpp"
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace natsrec {

/// configured_peer_missing and cluster_name_mismatch: what the route URLs of a server lead to
/// (DETECTION 1.10). A URL can be a name for several servers, or another way to one that is there: where it
/// cannot be decided, nothing is said.
class ConfiguredPeers {
 public:
  void step(const Scene& scene, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [book, urls] = *this;
    archive(book, urls);
  }

 private:
  struct Url {
    std::string told;  ///< as /varz prints it
    std::string address;
    std::set<ServerRef> there;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  /// One server's route URLs, and who was met at them; worked out anew when anything of it changed.
  struct Urls {
    Interned run;
    Time loaded;
    std::size_t addresses = 0;
    std::vector<Url> all;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<4>(archive, *this);
    }
  };
  const std::vector<Url>& urls_of(const Scene& scene, ServerRef ref);
  void missing(const Scene& scene, const std::string& cluster, Ledger& ledger);
  void report_missing(const Scene& scene, ServerRef ref, const std::set<std::string>& unmet, bool decided,
                      Ledger& ledger);
  void mismatch(const Scene& scene, ServerRef ref, Ledger& ledger);

  AddressBook book_;
  std::map<ServerRef, Urls> urls_;
};

}  // namespace natsrec
