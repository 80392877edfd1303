#pragma once
#include "schema/aliases.hpp"
#include "schema/deployment.hpp"
#include "schema/host_aliases.hpp"
#include "schema/snapshot.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <string_view>

namespace natsrec {

/// Replaces what names somebody's servers in epochs, so that an analysis finds in them what it found before:
/// clusters, servers, accounts and targets become cluster-1, server-1, account-1 and target-1, the same as in
/// a redacted report of them, hosts what HostAliases makes of them, and of the strings in bodies all that is
/// not known to be harmless becomes text-1. Numbers, times, ids that servers roll at their start, versions
/// and the built-in accounts stay. A body that is no JSON is left out but for its length.
///
/// Everything has to be learned before anything is replaced: a name is replaced in texts before it is seen as
/// one.
class Redaction {
 public:
  Redaction() = default;
  Redaction(const Redaction&) = delete;
  Redaction& operator=(const Redaction&) = delete;

  void learn(const Epoch& epoch);
  void learn(const Deployment& deployment);
  /// All has been learned.
  void give_aliases();

  void replace(Epoch& epoch);
  void replace(Deployment& deployment);
  /// A sentence in which names may stand.
  std::string text(std::string_view text);

 private:
  using Json = nlohmann::ordered_json;
  /// Where in a body something stands: the key it is under, and the key that one's object is under. Arrays
  /// have none of their own.
  struct Place {
    std::string_view key, parent;
  };

  void learn(const Json& json, const Place& place);
  void learn(const std::string& value, const Place& place);
  void replace(Json& json, const Place& place);
  std::string value(const std::string& value, const Place& place);
  std::string key(const std::string& key, const Place& place);
  std::string body(const std::string& body);
  std::string word(std::string_view word);
  bool stays(const std::string& name) const;
  std::string name(const std::string& name);
  std::string other(const std::string& text);

  std::set<std::string> clusters_, servers_, accounts_, targets_, ids_;
  Aliases names_;
  HostAliases hosts_{names_};
  Aliases others_;
  std::size_t other_count_ = 0;
};

}  // namespace natsrec
