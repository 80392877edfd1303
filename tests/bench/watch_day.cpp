#include "collector/http_fetcher.hpp"
#include "collector/status.hpp"
#include "collector/watch.hpp"
#include "tests/bench/http_crowd.hpp"
#include "tests/bench/measure.hpp"
#include "tests/unit/fakes.hpp"

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

/// A day of `watch --every 1s` on a clock that is turned by hand; servers, HTTP and the recording are real.
/// Its memory and its open files must not grow after the first hour, and no slot may be missed without a
/// reason on record: once an hour an epoch takes too long. The recording keeps six hours, so that most of the
/// day removes as much as it adds. watch_day FOLDER [HOURS [SERVERS]]: 24 hours, 3 servers; some minutes
/// where FOLDER is in memory (/dev/shm), an hour where each epoch waits for a disk.
namespace natsrec::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration every = 1s;
constexpr std::size_t body_size = 27'000 / 4;
constexpr double may_grow_mb = 1;

/// Asks real servers, and takes a second of the clock's time too many once an hour.
class LateNowAndThen : public Fetcher {
 public:
  explicit LateNowAndThen(test::FakeClock& clock) : clock_(clock), http_(clock) {}
  std::vector<Snapshot> fetch(const std::vector<Target>& targets, const FetchOptions& options) override {
    auto out = http_.fetch(targets, options);
    if (clock_.time.time_since_epoch() % 1h == 30min) clock_.time += 2500ms;
    return out;
  }

 private:
  test::FakeClock& clock_;
  HttpFetcher http_;
};

struct Look {
  double memory = 0;  ///< resident, MB
  double files = 0;   ///< open ones
};

Look look() {
  std::ifstream statm{"/proc/self/statm"};
  double size = 0, resident = 0;
  statm >> size >> resident;
  const std::filesystem::directory_iterator files{"/proc/self/fd"};
  return {resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6,
          static_cast<double>(std::distance(begin(files), end(files)))};
}

/// In the middle of some looks: a run that is being sealed takes memory for a moment.
Look usual(std::vector<Look>::const_iterator first, std::vector<Look>::const_iterator last) {
  Values memory, files;
  for (; first != last; ++first) {
    memory.push_back(first->memory);
    files.push_back(first->files);
  }
  return {median(memory), median(files)};
}

Job job_of(const HttpCrowd& crowd, const std::string& folder) {
  Job job;
  job.store = folder + "/watch_day.db";
  for (std::size_t i = 0; i < crowd.addresses().size(); ++i)
    job.sources.push_back({Source::Kind::url, make_target(crowd.url(i)), {}});
  job.interval = every;
  job.fetch = {{Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz}, 20s, 60s, 1u << 20};
  job.retention.age = 6h;
  return job;
}

/// Slots between the first and the last epoch that are neither epochs nor told to be lost.
std::int64_t unexplained(const Status& status) {
  std::int64_t lost = 0;
  for (const Loss& loss : status.losses) lost += loss.epochs;
  // What is told with the first epoch lies before it.
  const Time first = status.first->started;
  if (!status.losses.empty() && status.losses.front().last < first) lost -= status.losses.front().epochs;
  return (status.last->started - first) / every + 1 - status.epochs - lost;
}

bool watch_day(const std::string& folder, int hours, std::size_t servers) {
  const HttpCrowd crowd{servers, body_size};
  const Job job = job_of(crowd, folder);
  test::FakeClock clock;
  clock.stop_at = clock.time + hours * 1h + every;
  Time next = clock.time + 1h;
  LateNowAndThen fetcher{clock};
  test::FakeResolver resolver;
  test::FakeAccounts accounts;
  std::vector<Look> looks;
  std::size_t skipped = 0, epochs = 0;
  const auto log = [&](const LogLine& line) {
    ++(line.level == LogLevel::info ? epochs : skipped);
    if (clock.time < next) return;
    next += 1h;
    looks.push_back(look());
    const auto hour = looks.size();
    told(fmt::format("Memory of watch after hour {} (MB)", hour), looks.back().memory, looks[0].memory);
    told(fmt::format("Its open files after hour {}", hour), looks.back().files, looks[0].files);
  };
  const Exit exit = watch(
      {every, std::nullopt}, [&] { return job; }, clock, {resolver, fetcher, accounts}, log,
      [](const std::string&) {});
  if (exit != Exit::done || looks.empty()) throw std::runtime_error("watch did not do its work");
  const auto quarter = static_cast<std::ptrdiff_t>((looks.size() + 3) / 4);
  const Look first = usual(looks.begin(), looks.begin() + quarter);
  const Look last = usual(looks.end() - quarter, looks.end());
  const auto status = status_of(job.store);
  const auto missed = unexplained(status);
  const bool memory = last.memory <= first.memory + may_grow_mb, files = last.files <= first.files;
  print_row("Memory of watch; last quarter and first (MB)", last.memory, first.memory,
            fmt::format("+{}", may_grow_mb), memory ? "met" : "NOT MET");
  print_row("Its open files; last quarter and first", last.files, first.files, "same",
            files ? "met" : "NOT MET");
  told("Epochs; of so many slots", static_cast<double>(epochs), hours * 3600);
  told("Times that slots were skipped; of so many", static_cast<double>(skipped), hours);
  print_row("Slots of the recording without epoch or reason", static_cast<double>(missed), 1, "0",
            missed == 0 ? "met" : "NOT MET");
  return memory && files && missed == 0;
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("watch_day FOLDER [HOURS [SERVERS]]");
    return natsrec::bench::watch_day(argv[1], argc > 2 ? std::stoi(argv[2]) : 24,
                                     argc > 3 ? std::stoul(argv[3]) : 3)
               ? 0
               : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "watch_day: {}\n", error.what());
    return 1;
  }
}
