#pragma once
#include "analyzer/state/observation.hpp"
#include "schema/deployment.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Who is who: servers by name within their cluster, over restarts and renamed ids (DETECTION 1.9, 1.10).
namespace natsrec {

/// Index of a server in its fleet; stable for the whole analysis.
using ServerRef = std::size_t;
inline constexpr ServerRef nobody = static_cast<ServerRef>(-1);

/// One process lifetime of a server.
struct Run {
  std::string id;
  std::optional<Time> start;  ///< server's clock; absent for servers only known from their peers
  std::string version;
  std::optional<Time> config_load_time;
  std::optional<Time> first_ready;  ///< our clock: the first answer that said it is ready
  bool seen_unready = false;        ///< it was seen before it was ready
  bool lame_duck = false;           ///< it was seen closing its client listener while its routes were whole
  bool established = false;         ///< over with starting up: what it lacks now it has lost, or cannot get
};

struct Server {
  std::string cluster;
  std::string name;
  bool identified = false;  ///< a body told its name; else the name is an id, or the target's label
  bool absorbed = false;    ///< turned out to be another entry of the fleet
  bool declared = false;    ///< the configuration names it as a member
  bool member = false;
  bool left = false;
  Run run;
  std::optional<Varz> last_varz;  ///< newest facts about it: ports, configured remotes, system account
  std::optional<Sighting> last_answer;
  std::optional<Time> alive_since;  ///< beginning of its present unbroken spell of life
  Sighting first_seen;

  std::string display() const { return cluster.empty() ? name : cluster + "/" + name; }
};

/// What happened to an identity in one epoch.
struct IdentityEvent {
  enum class What { joined, restarted, reloaded, version_changed };
  What what = What::joined;
  ServerRef server = nobody;
  std::optional<Sighting> before;  ///< last sight of the state before
  Sighting seen;
  std::optional<Time> exact;  ///< on the server's clock
  std::string from, to;       ///< ids or versions
  bool lame_duck = false;     ///< the run before was seen draining
};

/// One server in one epoch: the answers that are surely its own.
struct ServerView {
  const Answer<Varz>* varz = nullptr;
  const Answer<Routez>* routez = nullptr;
  const Answer<Gatewayz>* gatewayz = nullptr;
  const Answer<Healthz>* healthz = nullptr;
  const Answer<Leafz>* leafz = nullptr;

  enum class Reach { unknown, alive, refused, silent };
  Reach reach = Reach::unknown;
  const Sighting* first_answer = nullptr;
  const Sighting* last_answer = nullptr;
  const Sighting* failed = nullptr;  ///< when refused or silent
  const FetchFailure* failure = nullptr;
  bool polled = false;

  bool unreachable() const { return reach == Reach::refused || reach == Reach::silent; }
};

class Fleet {
 public:
  /// Members by declaration, and servers the configuration retired. Holds from the next epoch on.
  void declare(const Deployment& deployment);

  /// Works out whose answers these are. Views are valid as long as the observation.
  std::vector<ServerView> identify(const Observation& observation, std::vector<IdentityEvent>& events);

  /// Names a peer of `lister`. nobody: an id that nothing tells about yet.
  ServerRef peer(ServerRef lister, const std::string& remote_id, const std::string& remote_name) const;
  ServerRef by_id(const std::string& id) const;
  /// Admits a server that is known from a peer's route only.
  ServerRef admit(ServerRef lister, const std::string& remote_id, const std::string& remote_name,
                  const Sighting& seen);

  std::size_t size() const { return servers_.size(); }
  const Server& operator[](ServerRef ref) const { return servers_[ref]; }
  Server& at(ServerRef ref) { return servers_[ref]; }
  /// Servers of one cluster, in order of name, without those that left.
  std::vector<ServerRef> members(const std::string& cluster) const;
  std::vector<std::string> clusters() const;
  std::vector<std::string> targets_of(ServerRef ref) const;
  const std::set<std::string>& retired(const std::string& cluster) const;
  bool target_configured(ServerRef ref) const;
  const std::string& url_of(ServerRef ref) const;

 private:
  /// By value: the strings may be those of a server, which moves when another is added.
  ServerRef add(std::string cluster, std::string name, bool identified, const Sighting& seen);
  ServerRef recognise(const std::string& target, const Answer<Varz>& answer);
  void rename(ServerRef ref, const std::string& cluster, const std::string& name);
  void absorb(ServerRef into, ServerRef gone);
  bool update_run(ServerRef ref, const Answer<Varz>& answer, bool fresh, std::vector<IdentityEvent>& events);

  std::vector<Server> servers_;
  std::map<std::pair<std::string, std::string>, ServerRef> by_name_;
  std::map<std::string, ServerRef> by_id_;
  std::map<std::string, ServerRef> by_target_;
  std::map<std::string, std::set<std::string>> retired_;
  std::map<std::string, std::string> urls_;  ///< of the configured targets
  bool first_ = true;
};

}  // namespace natsrec
