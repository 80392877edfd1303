#pragma once
#include "analyzer/state/fleet.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace natsrec {

/// JetStream's meta groups: one per JetStream domain, over all clusters that gateways connect. A group is
/// named for good by the cluster it was first seen with, whatever joins it later.
class MetaGroups {
 public:
  /// (cluster, domain)
  using Name = std::pair<Interned, Interned>;

  /// Takes in which clusters are configured or connected as gateways of each other.
  void connect(const Fleet& fleet, const std::vector<ServerView>& views);
  /// After an epoch: who most say leads each group. The newest known leader stays on record while nobody
  /// knows one.
  void note_leaders(const Fleet& fleet, const std::vector<ServerView>& views);

  Name of(const Server& server) const;
  std::vector<std::string> clusters(const Name& group) const;
  /// As known before this epoch; empty: none known.
  const std::string& leader(const Name& group) const;
  bool leads(const Server& server) const { return leader(of(server)) == server.name; }
  static std::string key(const Name& group) { return "meta:" + group.first + "/" + group.second; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [first, order, leaders] = *this;
    archive(first, order, leaders);
  }

 private:
  Interned first_of(Interned cluster) const;
  void unite(Interned a, Interned b);
  std::map<Interned, Interned> first_;     ///< by cluster: the one its group was first seen with
  std::map<Interned, std::size_t> order_;  ///< of first sight
  std::map<Name, std::string> leaders_;
};

}  // namespace natsrec
