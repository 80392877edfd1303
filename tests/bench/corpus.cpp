#include "tests/bench/corpus.hpp"

#include "tests/bench/bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace natsrec::bench {
namespace {

const Time began{std::chrono::sys_days{std::chrono::year{2026} / 9 / 1}};

std::int64_t ns(Time time) { return time.time_since_epoch().count() * 1000; }

constexpr std::array endpoints{Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz};

}  // namespace

std::string_view name(FaultKind kind) {
  constexpr std::array<std::string_view, 6> names{"route_lost",   "restart",     "server_down",
                                                  "gateway_lost", "unreachable", "not_ready"};
  return names.at(static_cast<std::size_t>(kind));
}

struct Corpus::Impl {
  explicit Impl(const CorpusShape& given)
      : shape(given), mesh(given.servers, given.seed, ns(began) - second_ns), random(given.seed + 1) {
    plan();
  }

  void plan();
  void begin(const Fault& fault, std::size_t index, std::int64_t now);
  void end(const Fault& fault, std::size_t index, std::int64_t now);
  std::vector<Snapshot> ask(int server, Time& now);
  std::string place(int server) const {
    return fmt::format("c{}/{}", mesh.server(server).cluster, mesh.server(server).name);
  }

  CorpusShape shape;
  Mesh mesh;
  Random random;
  std::int64_t done = 0;
  std::vector<Fault> faults;
  struct Who {
    int server, peer, cluster;
  };
  std::vector<Who> who;  ///< of each fault
};

void Corpus::Impl::plan() {
  for (std::int64_t epoch = 50; epoch + 12 < shape.epochs;
       epoch += random.between(shape.pause - 10, shape.pause + 10)) {
    Who w{static_cast<int>(random.below(shape.servers)), 0, 0};
    const auto members = mesh.members(mesh.server(w.server).cluster);
    const auto remotes = mesh.remote_clusters(mesh.server(w.server).cluster);
    w.peer = members[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(members.size())))];
    auto kind = static_cast<FaultKind>(faults.size() % 6);
    if (kind == FaultKind::gateway_lost && remotes.empty()) kind = FaultKind::restart;
    if (kind == FaultKind::route_lost && w.peer == w.server) kind = FaultKind::restart;
    if (!remotes.empty())
      w.cluster = remotes[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(remotes.size())))];
    Fault fault{kind, epoch, kind == FaultKind::restart ? epoch : epoch + random.below(10), place(w.server),
                "",   ""};
    if (kind == FaultKind::route_lost) fault.peer = place(w.peer);
    if (kind == FaultKind::gateway_lost) fault.cluster = fmt::format("c{}", w.cluster);
    faults.push_back(std::move(fault));
    who.push_back(w);
  }
}

void Corpus::Impl::begin(const Fault& fault, std::size_t index, std::int64_t now) {
  const Who& w = who[index];
  switch (fault.kind) {
    case FaultKind::route_lost:
      return mesh.cut_route(w.server, w.peer);
    case FaultKind::restart:
      mesh.stop(w.server);
      return mesh.start(w.server, now - 20 * second_ns);
    case FaultKind::server_down:
      mesh.stop(w.server);
      // Gateways of others that ended here go to another member.
      for (const int cluster : mesh.remote_clusters(mesh.server(w.server).cluster))
        for (const int other : mesh.members(cluster))
          mesh.join_gateway(other, mesh.server(w.server).cluster, now - 30 * second_ns);
      return;
    case FaultKind::gateway_lost:
      return mesh.cut_gateway(w.server, w.cluster);
    case FaultKind::unreachable:
      mesh.server(w.server).reachable = false;
      return;
    case FaultKind::not_ready:
      mesh.server(w.server).ready = false;
      return;
  }
}

void Corpus::Impl::end(const Fault& fault, std::size_t index, std::int64_t now) {
  const Who& w = who[index];
  mesh.server(w.server).reachable = true;
  mesh.server(w.server).ready = true;
  if (fault.kind == FaultKind::server_down) mesh.start(w.server, now - 20 * second_ns);
  if (fault.kind == FaultKind::route_lost) mesh.join_route(w.server, w.peer, now - 10 * second_ns);
  if (fault.kind == FaultKind::gateway_lost) mesh.join_gateway(w.server, w.cluster, now - 10 * second_ns);
}

std::vector<Snapshot> Corpus::Impl::ask(int index, Time& now) {
  std::vector<Snapshot> out;
  const Server& server = mesh.server(index);
  for (const Endpoint endpoint : endpoints) {
    Snapshot snapshot{server.name, endpoint, now, {}, {}, {}, {}};
    if (!server.up || !server.reachable) {
      const Duration taken{server.up ? 5'000'200 : random.between(150, 400)};
      snapshot.answered = now + taken;
      snapshot.failure =
          server.up ? FetchFailure{FailureClass::timeout, "Connection timed out after 5000 milliseconds"}
                    : FetchFailure{FailureClass::refused, "Connection refused"};
      out.push_back(std::move(snapshot));
      continue;
    }
    const std::int64_t then = ns(now) + random.between(100'000, 900'000);
    snapshot.status = endpoint == Endpoint::healthz && !server.ready ? 503 : 200;
    if (endpoint == Endpoint::varz) snapshot.body = varz_of(mesh, index, then);
    if (endpoint == Endpoint::routez) snapshot.body = routez_of(mesh, index, then);
    if (endpoint == Endpoint::gatewayz) snapshot.body = gatewayz_of(mesh, index, then);
    if (endpoint == Endpoint::healthz) snapshot.body = healthz_of(mesh, index);
    now += Duration{random.between(1000, 3000)};
    snapshot.answered = now;
    out.push_back(std::move(snapshot));
  }
  return out;
}

Corpus::Corpus(const CorpusShape& shape) : impl_(std::make_unique<Impl>(shape)) {}
Corpus::Corpus(Corpus&&) noexcept = default;
Corpus& Corpus::operator=(Corpus&&) noexcept = default;
Corpus::~Corpus() = default;

Epoch Corpus::next() {
  Impl& impl = *impl_;
  Epoch epoch;
  epoch.started = began + impl.done * impl.shape.interval + Duration{impl.random.between(200, 9000)};
  epoch.interval = impl.shape.interval;
  impl.mesh.advance(ns(epoch.started), impl.shape.interval.count() * 1000);
  for (std::size_t i = 0; i < impl.faults.size(); ++i) {
    if (impl.faults[i].first == impl.done) impl.begin(impl.faults[i], i, ns(epoch.started));
    if (impl.faults[i].last + 1 == impl.done) impl.end(impl.faults[i], i, ns(epoch.started));
  }
  epoch.ended = epoch.started;
  for (int server = 0; server < impl.mesh.size(); ++server) {
    // All servers are asked at once.
    Time now = epoch.started + Duration{impl.random.between(50, 4000)};
    for (Snapshot& snapshot : impl.ask(server, now)) {
      epoch.ended = std::max(epoch.ended, *snapshot.answered);
      epoch.snapshots.push_back(std::move(snapshot));
    }
  }
  std::stable_sort(epoch.snapshots.begin(), epoch.snapshots.end(),
                   [](const Snapshot& a, const Snapshot& b) { return a.target < b.target; });
  ++impl.done;
  return epoch;
}

Deployment Corpus::deployment() const {
  Deployment out{impl_->shape.interval, {}, {}};
  const Mesh& mesh = impl_->mesh;
  for (int i = 0; i < mesh.size(); ++i)
    out.targets.push_back({mesh.server(i).name, fmt::format("http://{}:8222", mesh.server(i).ip), ""});
  for (int cluster = 0; cluster < mesh.clusters(); ++cluster) {
    Deployment::Cluster declared{fmt::format("c{}", cluster), {}, {}};
    for (const int member : mesh.members(cluster)) declared.members.push_back(mesh.server(member).name);
    out.clusters.push_back(std::move(declared));
  }
  return out;
}

const std::vector<Fault>& Corpus::faults() const { return impl_->faults; }

std::size_t raw_size(const Epoch& epoch) {
  std::size_t size = 0;
  for (const Snapshot& snapshot : epoch.snapshots)
    if (snapshot.body) size += snapshot.body->size();
  return size;
}

}  // namespace natsrec::bench
