#include "collector/http_fetcher.hpp"
#include "tests/bench/http_crowd.hpp"
#include "tests/bench/measure.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

/// Measures the collector, C1 to C4: collect_bench COLLECTOR FOLDER [SERVERS].
namespace natsrec::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 9;
constexpr std::size_t body_size = 27'000 / 4;  // 27 KB for a server and epoch

const FetchOptions options{
    {Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz}, 5s, 60s, 1u << 20};

std::vector<Target> targets_of(const HttpCrowd& crowd) {
  std::vector<Target> out;
  for (std::size_t i = 0; i < crowd.addresses().size(); ++i) out.push_back(make_target(crowd.url(i)));
  return out;
}

std::size_t answered(const std::vector<Snapshot>& snapshots) {
  return static_cast<std::size_t>(
      std::count_if(snapshots.begin(), snapshots.end(), [](const Snapshot& s) { return !s.failure; }));
}

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// C1, with new connections for each epoch as cron has them, and with kept ones as `watch` has; C2.
double measure_epochs(const HttpCrowd& crowd) {
  const auto targets = targets_of(crowd);
  FetchOptions once = options;
  once.last = true;
  const std::vector<std::string> paths{"/varz", "/routez", "/gatewayz", "/healthz?details=true"};
  const SystemClock clock;
  Values cron, plain_cron, kept, plain_kept;
  HttpFetcher watching{clock};
  PlainClient plain_watching{crowd};
  watching.fetch(targets, options);
  plain_watching.ask(paths);
  std::size_t new_connections = 0;
  for (int round = 0; round < rounds; ++round) {
    cron.push_back(timed(CLOCK_MONOTONIC, [&] {
      HttpFetcher fetcher{clock};
      expect(answered(fetcher.fetch(targets, once)) == 4 * targets.size(), "not all were recorded");
    }));
    plain_cron.push_back(timed(CLOCK_MONOTONIC, [&] {
      PlainClient client{crowd};
      expect(client.ask(paths) == 4 * targets.size() * body_size, "the plain client did not get all");
    }));
    const std::size_t before = crowd.connections();
    kept.push_back(timed(CLOCK_MONOTONIC, [&] { watching.fetch(targets, options); }));
    new_connections += crowd.connections() - before;
    plain_kept.push_back(timed(CLOCK_MONOTONIC, [&] { plain_watching.ask(paths); }));
  }
  row("C1 an epoch, new connections (ms)", median(cron) * 1e3, median(plain_cron) * 1e3, 5, "<= 5");
  row("C1 an epoch, kept connections (ms)", median(kept) * 1e3, median(plain_kept) * 1e3, 5, "<= 5");
  print_row("C2 new connections after the first epoch", static_cast<double>(new_connections), 1, "0",
            new_connections == 0 ? "met" : "NOT MET");
  return median(cron);
}

/// C3: a tenth takes connections and never answers.
void measure_silence(HttpCrowd& crowd, double whole) {
  const auto targets = targets_of(crowd);
  const SystemClock clock;
  FetchOptions impatient = options;
  impatient.timeout = 2s;
  impatient.last = true;
  crowd.silence(targets.size() / 10);
  Values took;
  for (int round = 0; round < 7; ++round) {
    took.push_back(timed(CLOCK_MONOTONIC, [&] {
      HttpFetcher fetcher{clock};
      const auto snapshots = fetcher.fetch(targets, impatient);
      expect(answered(snapshots) == 4 * (targets.size() - targets.size() / 10), "one that answers was lost");
    }));
  }
  crowd.silence(0);
  row("C3 a tenth never answers (ms)", 1000 * median(took), 1000 * (2 + 0.1 * whole), 1, "<= 1");
}

/// C4: the program itself, one epoch of all of them into a store.
void measure_memory(const HttpCrowd& crowd, const std::string& collector, const std::string& folder) {
  const std::string config = folder + "/crowd.toml", store = folder + "/crowd.db";
  std::ofstream file{config};
  for (std::size_t i = 0; i < crowd.addresses().size(); ++i)
    file << "[[target]]\nurl = \"" << crowd.url(i) << "\"\n";
  file.close();
  const pid_t child = fork();
  if (child == 0) {
    execl(collector.c_str(), collector.c_str(), "watch", "--every", "2s", "--epochs", "3", "--quiet",
          "--config", config.c_str(), "--store", store.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  expect(status == 0, "the collector failed");
  row("C4 memory of the collector (MB)", static_cast<double>(usage.ru_maxrss) / 1024, 200, 1, "<= 1");
}

int run(int argc, char** argv) {
  if (argc < 3) throw std::runtime_error("collect_bench COLLECTOR FOLDER [SERVERS]");
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  HttpCrowd crowd{argc > 3 ? std::stoul(argv[3]) : 1000, body_size};
  const double whole = measure_epochs(crowd);
  measure_silence(crowd, whole);
  measure_memory(crowd, argv[1], argv[2]);
  return 0;
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  try {
    return natsrec::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "collect_bench: {}\n", error.what());
    return 1;
  }
}
