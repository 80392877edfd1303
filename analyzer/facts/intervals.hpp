#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/saved/fields.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace natsrec::facts {

/// Writes down what each epoch shows as rows of spans: server runs, readiness, connections, membership, clock
/// skew. What the detectors make of it, the states of servers and links, is taken from the replay when it is
/// over.
class Intervals : public Watcher {
 public:
  explicit Intervals(SQLite::Database& database);
  ~Intervals() override;
  void watch(const EpochInfo& info, const Observation& observation, const Scene* scene,
             const Replay& replay) override;
  /// After the newest epoch: states, gaps, names.
  void finish(const Replay& replay);

  /// Which spans go on.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(open_.runs, open_.readiness, open_.routes, open_.gateways, open_.members, open_.skews,
            open_.states, open_.gaps, open_.observed);
  }

 private:
  struct Run {
    std::int64_t row = 0;
    std::string id, version;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  struct Ready {
    std::int64_t row = 0;
    std::string state, complaint;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  struct Session {
    std::int64_t row = 0;
    Time last_seen;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  struct Skew {
    std::int64_t row = 0;
    double seconds = 0;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  struct States {
    std::int64_t row = 0;
    std::uint64_t written = 0;  ///< how many of its changes are rows
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  /// A TCP session: who lists it, of whom, its number there, since when.
  using RouteKey = std::tuple<ServerRef, ServerRef, std::uint64_t, Time>;
  using GatewayKey = std::tuple<ServerRef, bool, std::string, std::uint64_t, Time>;
  using LaneKey = std::tuple<LaneKind, ServerRef, ServerRef, std::string>;
  struct Open {
    std::map<ServerRef, Run> runs;
    std::map<ServerRef, Ready> readiness;
    std::map<RouteKey, Session> routes;
    std::map<GatewayKey, Session> gateways;
    std::map<ServerRef, std::int64_t> members;
    std::map<ServerRef, Skew> skews;
    std::map<LaneKey, States> states;
    std::uint64_t gaps = 0;  ///< how many are rows
    std::optional<Duration> observed;
  };

  void note_run(ServerRef ref, const Scene& scene);
  void note_readiness(ServerRef ref, const Scene& scene);
  void note_unknown(Time from);
  void note_routes(ServerRef ref, const Scene& scene);
  void note_gateways(ServerRef ref, const Scene& scene);
  void note_membership(ServerRef ref, const Scene& scene);
  void note_skew(ServerRef ref, const Scene& scene);
  void set_readiness(ServerRef ref, Time since, const std::string& state, const std::string& complaint);
  void finish_states(const Replay& replay);
  void finish_servers(const Replay& replay);
  void finish_gaps(const Replay& replay);

  struct Statements;
  std::unique_ptr<Statements> statements_;
  Open open_;
};

}  // namespace natsrec::facts
