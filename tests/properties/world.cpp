#include "tests/properties/world.hpp"

#include <cstdlib>
#include <map>
#include <set>

namespace natsrec::testing {
namespace {

using namespace std::chrono_literals;

class World {
 public:
  World(std::uint64_t seed, Duration every) : random_(seed), every_(every) {
    mesh_.interval = every;
    const int pool = one_in(2) ? 1 : 3;
    add("east", below(2) + 3, pool);
    if (!one_in(3)) {
      add("west", below(2) + 2, pool);
      mesh_.gateways("east", "west");
    }
  }

  Tape record(int epochs) {
    Tape tape;
    for (int number = 1; number <= epochs; ++number) {
      const auto tick = mesh_.now + every_;
      live_until(tick);
      if (one_in(25)) mute(servers_.at(below(servers_.size())));
      auto epoch = mesh_.snapshot();
      epoch.number = number;
      tape.push_back(std::move(epoch));
      unmute();
    }
    return tape;
  }

 private:
  using Link = std::pair<std::string, std::string>;

  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  Duration length() {
    static constexpr std::array most{2s, 8s, 40s, 200s};
    return std::chrono::duration_cast<Duration>(most.at(below(most.size()))) / static_cast<int>(1 + below(4));
  }

  void add(const std::string& cluster, std::size_t size, int pool) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= size; ++i) names.push_back(cluster.substr(0, 1) + std::to_string(i));
    mesh_.cluster(cluster, names, pool);
    for (std::size_t i = 0; i < size; ++i) {
      servers_.push_back(names[i]);
      for (auto j = i + 1; j < size; ++j) links_[{names[i], names[j]}] = pool;
    }
  }

  /// Faults begin and end between two epochs, at moments of their own.
  void live_until(Time tick) {
    if (one_in(4)) later(Duration(below(static_cast<std::size_t>(every_.count()))), [this] { misfortune(); });
    while (!ends_.empty() && ends_.begin()->first < tick) {
      mesh_.now = ends_.begin()->first;
      const auto end = ends_.begin()->second;
      ends_.erase(ends_.begin());
      end();
    }
    mesh_.now = tick;
  }
  void later(Duration after, std::function<void()> what) {
    ends_.emplace(mesh_.now + after, std::move(what));
  }

  void misfortune() {
    const auto link = std::next(links_.begin(), static_cast<std::ptrdiff_t>(below(links_.size())))->first;
    const auto server = servers_.at(below(servers_.size()));
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return cut(link);
      case 3:
        return cut(link, 1s);
      case 4:
        return flap(link, 2 + below(5));
      case 5:
        return half_open(link);
      case 6:
        return die(server);
      case 7:
        return freeze(server);
      case 8:
        return reload(server);
      default:
        return lose_gateway(server);
    }
  }

  bool whole(const Link& link) const {
    return !busy_.contains(link) && !gone_.contains(link.first) && !gone_.contains(link.second);
  }
  void mend(const Link& link) {
    busy_.erase(link);
    dial(link);
  }
  void cut(const Link& link, std::optional<Duration> lasts = std::nullopt) {
    if (!whole(link)) return;
    busy_.insert(link);
    mesh_.cut(link.first, link.second);
    later(lasts.value_or(length()), [this, link] { mend(link); });
  }
  void flap(const Link& link, std::size_t times) {
    cut(link, 1s);
    if (times > 0) later(2s + length(), [this, link, times] { flap(link, times - 1); });
  }
  /// One end loses the connection, the other holds on to it for a while; then it is made anew.
  void half_open(Link link) {
    if (!whole(link)) return;
    busy_.insert(link);
    const auto lasts = length();
    const bool second = one_in(2);
    mesh_[second ? link.second : link.first].routes.erase(second ? link.first : link.second);
    later(lasts, [this, link] { mesh_.cut(link.first, link.second); });
    later(lasts + 1s, [this, link] { mend(link); });
  }
  void die(const std::string& server) {
    if (gone_.contains(server) || frozen_.contains(server)) return;
    gone_.insert(server);
    mesh_.die(server, one_in(2) ? FakeMesh::Reach::refuses : FakeMesh::Reach::silent);
    later(length(), [this, server] {
      gone_.erase(server);
      mesh_.start(server);
      for (const auto& [link, pool] : links_) {
        if (link.first != server && link.second != server) continue;
        mesh_.cut(link.first, link.second);
        dial(link);
      }
    });
  }
  void dial(const Link& link) {
    if (whole(link) && !frozen_.contains(link.first) && !frozen_.contains(link.second))
      mesh_.connect(link.first, link.second, links_.at(link));
  }
  /// Its peers keep its routes: they notice nothing.
  void freeze(const std::string& server) {
    if (gone_.contains(server) || frozen_.contains(server)) return;
    frozen_.insert(server);
    mesh_[server].reach = FakeMesh::Reach::silent;
    later(length(), [this, server] {
      frozen_.erase(server);
      mesh_[server].reach = FakeMesh::Reach::answers;
      for (const auto& [link, pool] : links_) {
        const bool its_own = link.first == server || link.second == server;
        if (its_own && !mesh_[link.first].routes.contains(link.second)) dial(link);
      }
    });
  }
  void reload(const std::string& server) {
    mesh_[server].reloaded = mesh_.now;
    for (const auto& [link, pool] : links_)
      if ((link.first == server || link.second == server) && one_in(2)) cut(link, 1s);
  }
  void lose_gateway(const std::string& server) {
    auto& outbound = mesh_[server].outbound;
    if (outbound.empty() || gone_.contains(server)) return;
    const auto remote = outbound.begin()->first;
    outbound.clear();
    later(length(), [this, server, remote] {
      if (gone_.contains(server) || mesh_[server].outbound.contains(remote)) return;
      for (const auto& far : servers_)
        if (mesh_[far].cluster == remote && !gone_.contains(far)) return mesh_.connect_gateway(server, far);
    });
  }

  /// Its answers of one epoch are lost: all, or those of one endpoint, or they are no JSON.
  void mute(const std::string& server) {
    if (gone_.contains(server) || frozen_.contains(server)) return;
    muted_ = server;
    if (one_in(2))
      mesh_[server].reach = FakeMesh::Reach::silent;
    else
      mesh_[server].bodies[one_in(2) ? Endpoint::routez : Endpoint::varz] = "{";
  }
  void unmute() {
    if (muted_.empty()) return;
    mesh_[muted_].bodies.clear();
    mesh_[muted_].reach = FakeMesh::Reach::answers;
    muted_.clear();
  }

  std::mt19937_64 random_;
  Duration every_;
  FakeMesh mesh_;
  std::vector<std::string> servers_;
  std::map<Link, int> links_;  ///< pairs of one cluster, and their pool
  std::set<Link> busy_;        ///< broken, to be mended later
  std::set<std::string> gone_, frozen_;
  std::string muted_;
  std::multimap<Time, std::function<void()>> ends_;
};

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const auto* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing else runs
  return text ? std::strtoull(text, nullptr, 10) : fallback;
}

}  // namespace

Tape record(std::uint64_t seed, int epochs, Duration every) { return World(seed, every).record(epochs); }

Replay replay(const Tape& tape, const std::function<bool(std::size_t)>& keep) {
  Replay result;
  Decoder decoder;
  for (std::size_t i = 0; i < tape.size(); ++i) {
    if (keep && !keep(i)) continue;
    const auto& epoch = tape[i];
    result.step({epoch.number, epoch.started, epoch.ended, epoch.interval, std::nullopt, {}},
                observe(epoch, decoder), nullptr);
  }
  return result;
}

Analysis analyse(const Tape& tape, const std::function<bool(std::size_t)>& keep) {
  return assemble(replay(tape, keep), {"id", "test.db", 0}, {});
}

std::uint64_t tapes() { return from_environment("NATSREC_TAPES", 60); }
std::uint64_t first_seed() { return from_environment("NATSREC_SEED", 1); }

}  // namespace natsrec::testing
