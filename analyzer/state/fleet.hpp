#pragma once
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/observation.hpp"
#include "schema/deployment.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

/// Who is who: servers by name within their cluster, else by the target that reaches them, over restarts and
/// new addresses (DETECTION 1.9, 1.10).
namespace natsrec {

/// Whether a cluster's name is one that servers without a configured one make up: 22 letters and digits. They
/// give it up for a peer's that sorts after it, and /varz may never tell.
bool made_up(const std::string& cluster);

/// Index of a server in its fleet; stable for the whole analysis.
using ServerRef = std::size_t;
inline constexpr ServerRef nobody = static_cast<ServerRef>(-1);

/// One process lifetime of a server.
struct Run {
  Interned id;
  std::optional<Time> start;  ///< server's clock; absent for servers only known from their peers
  std::string version;
  std::optional<Time> config_load_time;
  std::optional<Sighting> seen;     ///< the newest /varz that carried its id
  std::optional<Time> first_ready;  ///< our clock: the first answer that said it is ready
  bool seen_unready = false;        ///< it was seen before it was ready
  bool followed = false;            ///< its start was seen: another run came before it
  bool recovered = false;           ///< JetStream was once well in it
  bool lame_duck = false;           ///< it was seen closing its client listener while its routes were whole
  bool established = false;         ///< over with starting up: what it lacks now it has lost, or cannot get
  template <class Archive>
  void serialize(Archive& archive) {
    fields<11>(archive, *this);
  }
};

struct Server {
  Interned cluster;  ///< what its routes connect it to; the label its /varz gives can be stale
  Interned name;
  Interned said;               ///< the label its /varz gives
  bool identified = false;     ///< a body told its name; else the name is an id, or the target's label
  bool named = false;          ///< a name was configured; else it goes by its target
  ServerRef twin_of = nobody;  ///< another server had this one's name already, and lived when this one did
  bool absorbed = false;       ///< turned out to be another entry of the fleet:
  ServerRef absorbed_by = nobody;
  bool declared = false;  ///< the configuration names it as a member
  bool member = false;
  bool left = false;
  bool announced = false;  ///< its joining was told when its peers named it
  Run run;
  std::optional<Varz> last_varz;  ///< newest facts about it: ports, configured remotes, system account
  std::optional<Sighting> last_answer;
  std::optional<Time> alive_since;  ///< beginning of its present unbroken spell of life
  Sighting first_seen;

  std::string display() const { return cluster.empty() ? name.str() : cluster + "/" + name; }
  template <class Archive>
  void serialize(Archive& archive) {
    fields<17>(archive, *this);
  }
};

/// What happened to an identity in one epoch.
struct IdentityEvent {
  enum class What { joined, restarted, reloaded, version_changed };
  What what = What::joined;
  ServerRef server = nobody;
  std::optional<Sighting> before;  ///< last sight of the state before
  Sighting seen;
  std::optional<Time> exact;                         ///< on the server's clock
  std::string from, to;                              ///< ids or versions
  bool lame_duck = false;                            ///< the run before was seen draining
  std::vector<std::string> route_urls_removed = {};  ///< by a reload
  std::optional<Sighting> varz_before = {};          ///< the newest /varz that tells the state before
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

/// What a target showed so far.
struct KnownTarget {
  ServerRef server = nobody;  ///< whom it reached last
  Interned id;                ///< the process it reached last; empty: it never told
  std::optional<Time> start;
  std::optional<Sighting> seen;
  std::int64_t answered = 0;         ///< the newest epoch in which it reached anybody
  std::set<Interned> ids;            ///< all processes it ever reached
  std::set<ServerRef> behind;        ///< and the servers they are
  std::optional<Sighting> balanced;  ///< newest proof that a balancer stands there
  template <class Archive>
  void serialize(Archive& archive) {
    fields<8>(archive, *this);
  }
};

/// A process that told its name in this epoch, by one target or several.
struct Presence {
  std::vector<const TargetObservation*> targets;
  const Answer<Varz>* varz = nullptr;  ///< the newest

  const Varz& says() const { return *varz->body; }
  bool named() const { return says().server_name != says().server_id; }
  /// On our clock: it was running by then, whatever its own clock is set to.
  Time running_by() const { return varz->seen.answered - (says().now - says().start); }
};

class Fleet {
 public:
  /// Members by declaration, and servers the configuration retired. Holds from the next epoch on.
  void declare(const Deployment& deployment);

  /// Works out whose answers these are. Views are valid as long as the observation.
  std::vector<ServerView> identify(const Observation& observation, std::vector<IdentityEvent>& events);

  /// Names a peer of `lister`. nobody: an id that nothing tells about yet.
  ServerRef peer(ServerRef lister, Interned remote_id, Interned remote_name) const;
  ServerRef by_id(Interned id) const;
  /// Admits a server that is known from a peer's route only.
  ServerRef admit(ServerRef lister, Interned remote_id, Interned remote_name, const Sighting& seen);

  /// A server known from its peers only, and by name, runs under another id now.
  void follow_run(ServerRef ref, Interned id);

  /// Entries that turned out to be another one since this was asked last.
  std::vector<ServerRef> take_absorbed() { return std::exchange(absorbed_, {}); }

  std::size_t size() const { return servers_.size(); }
  const Server& operator[](ServerRef ref) const { return servers_[ref]; }
  Server& at(ServerRef ref) { return servers_[ref]; }
  /// Servers of one cluster, in order of name, without those that left.
  std::vector<ServerRef> members(Interned cluster) const;
  std::vector<Interned> clusters() const;
  std::vector<std::string> targets_of(ServerRef ref) const;
  const std::map<Interned, KnownTarget>& targets() const { return targets_; }
  /// From here on the target counts as one server's again.
  void trust(Interned target) { targets_.at(target).balanced.reset(); }
  const std::set<std::string>& retired(const std::string& cluster) const;
  /// False if it was polled, and the configuration in force polls it no more.
  bool target_configured(ServerRef ref) const;
  const std::string& url_of(ServerRef ref) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [servers, by_name, by_id, targets, retired, urls, absorbed, first] = *this;
    archive(servers, by_name, by_id, targets, retired, urls, absorbed, first);
  }

 private:
  /// By value: the strings may be those of a server, which moves when another is added.
  ServerRef add(Interned cluster, Interned name, bool identified, const Sighting& seen);
  ServerRef by_name(Interned cluster, Interned name) const;
  ServerRef by_target(Interned target) const;
  void rename(ServerRef ref, Interned cluster, Interned name);
  void absorb(ServerRef into, ServerRef gone);

  // How processes are recognised, see identify.cpp.
  Interned cluster_of(const Presence& presence) const;
  ServerRef recognise(const Presence& presence);
  ServerRef by_its_target(const Presence& presence);
  ServerRef twin(ServerRef of, const Presence& presence);
  void settle(ServerRef ref, const Presence& presence);
  void label_clusters(std::int64_t epoch);
  void note_target(Interned target, ServerRef ref, const Presence& presence);
  void update_run(ServerRef ref, const Presence& presence, bool fresh, std::vector<IdentityEvent>& events);
  void name_silent_targets(const Observation& observation);
  void view_target(const TargetObservation& target, std::vector<ServerView>& views) const;

  std::vector<Server> servers_;
  std::map<std::pair<Interned, Interned>, ServerRef> by_name_;
  std::unordered_map<Interned, ServerRef> by_id_;
  std::map<Interned, KnownTarget> targets_;
  std::map<std::string, std::set<std::string>> retired_;
  std::map<std::string, std::string> urls_;  ///< of the configured targets
  std::vector<ServerRef> absorbed_;
  std::optional<std::int64_t> first_epoch_;
};

}  // namespace natsrec
