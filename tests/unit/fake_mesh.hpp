#pragma once
#include "analyzer/incident/assemble.hpp"
#include "schema/snapshot.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A mesh that answers like nats-server, for tests of the analyzer: what real servers would say is put
/// together here, what they are seen saying is decided by the test. Its clock is the test's.
namespace natsrec::testing {

class FakeMesh {
 public:
  explicit FakeMesh(const DetectionOptions& options = {});
  FakeMesh(FakeMesh&&);
  ~FakeMesh();

  enum class Reach { answers, refuses, silent };

  struct Connection {
    std::uint64_t rid;
    std::string remote_id, account;
    Time start;
    std::optional<std::int64_t> in_msgs = {}, out_msgs = {};  ///< else what every connection carries
    std::int64_t pending = 0;
    std::string rtt = "300µs";
  };
  using Remotes = std::map<std::string, std::vector<std::string>>;  ///< clusters and their URLs
  /// Known to the test under the name it was made with, whatever it calls itself.
  struct Server {
    std::string cluster, name, id, version = "2.14.5";
    Time start, reloaded;
    Reach reach = Reach::answers;
    std::string health;  ///< empty: ok; else the text of the complaint
    bool jetstream = false;
    std::string meta_leader;
    int meta_size = 3;
    std::int64_t connections = 10;
    std::map<std::string, std::vector<Connection>> routes;  ///< by peer's name
    std::map<std::string, Connection> outbound;             ///< by remote cluster
    std::string domain;                                     ///< of JetStream
    std::string ip = "10.0.0.1";                            ///< of its listener for routes
    std::vector<std::string> route_urls;
    std::optional<int> pool_size;
    std::string system_account = "$SYS";
    std::optional<std::int64_t> slow_routes, stale_routes;  ///< cumulative
    std::set<std::string> implicit;                         ///< of these: only learned from others
    std::string gateway_host = "0.0.0.0", gateway_rtt = "1ms";
    std::optional<Remotes> remotes;  ///< configured, with URLs; else what gateways() made
    Duration clock_ahead{};
    Duration asked_after{};                  ///< the epoch began
    std::map<Endpoint, std::string> bodies;  ///< said instead
  };

  Time now = *parse_time("2026-01-01T00:00:00Z");
  std::optional<Duration> interval;  ///< declared with every epoch

  /// A cluster of servers, fully meshed, started an hour ago, with `pool` connections per pair.
  FakeMesh& cluster(const std::string& name, const std::vector<std::string>& servers, int pool = 1);
  /// Connects every server of one cluster to the other, and back.
  FakeMesh& gateways(const std::string& one, const std::string& other);
  Server& operator[](const std::string& name) { return servers_.at(name); }

  void cut(const std::string& a, const std::string& b);
  void connect(const std::string& a, const std::string& b, int pool = 1);
  /// The link drops and is back a second later; call between two epochs.
  void flap(const std::string& a, const std::string& b);
  void die(const std::string& name, Reach reach = Reach::refuses);
  /// A new process, connected to every living member of its cluster and to its clusters' gateways.
  void start(const std::string& name);
  void connect_gateway(const std::string& server, const std::string& remote_server);

  /// Polls everybody now and replays it.
  void epoch();
  /// Lets time pass, then polls.
  void epoch_after(Duration passed) {
    now += passed;
    epoch();
  }
  void epochs(int count, Duration every) {
    for (int i = 0; i < count; ++i) epoch_after(every);
  }
  Epoch snapshot() const;

  Analysis analysis(const AnalysisOptions& options = {}) const {
    return assemble(replay_, {"id", "test.db", 0}, options);
  }
  const Replay& replay() const { return replay_; }
  /// Declares a deployment from the next epoch on.
  void declare(const Deployment& deployment) {
    deployment_ = deployment;
    ++deployment_id_;
  }
  std::set<std::string> unpolled;              ///< servers that are no target
  std::map<std::string, std::string> leafs;    ///< what a server lists in /leafz; others are not asked for it
  std::map<std::string, std::string> targets;  ///< further targets, and the server each reaches
  std::int64_t traffic = 0;  ///< messages that each route carries from one epoch to the next, from now on
  FailureClass failure = FailureClass::timeout;  ///< of servers that are silent
  bool old_routes = false;                       ///< as before 2.9.16: a route tells the peer's id only

 private:
  void poll(Epoch& epoch, const std::string& target, const std::string& name) const;
  std::string body(const Server& server, Endpoint endpoint) const;
  const std::string& name_of(const std::string& id) const { return names_.at(id); }

  std::map<std::string, Server> servers_;
  std::map<std::string, std::string> names_;  ///< by id
  std::map<std::string, std::set<std::string>> remotes_;
  std::uint64_t next_ = 1;
  std::int64_t number_ = 0;
  std::optional<Deployment> deployment_;
  std::int64_t deployment_id_ = 0;
  std::int64_t carried_ = 1;
  Decoder decoder_;
  Replay replay_;
};

/// a1, a2 and a3 of cluster east, seen well three times, every ten seconds.
FakeMesh three(int pool = 1, const DetectionOptions& options = {});

/// "kind subject severity", sorted, of all findings at or above `least`.
std::vector<std::string> told(const Analysis& analysis, Severity least = Severity::warning);
const Finding* find(const Analysis& analysis, Kind kind, const std::string& server = {},
                    const std::string& peer = {});

}  // namespace natsrec::testing
