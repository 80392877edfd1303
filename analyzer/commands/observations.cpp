#include "analyzer/commands/observations.hpp"

#include "analyzer/decode/known.hpp"
#include "analyzer/state/observing.hpp"
#include "schema/run.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace natsrec {
namespace {

constexpr std::size_t most_windows = 2;  // the one that is given out, and the one that is decoded meanwhile
constexpr std::size_t window_bytes = 64u << 20;  // of bodies; decoded they take about half of that
constexpr std::size_t usual_packing = 20;        // a chunk's bodies are so many times its length

/// What one target answered in a window.
struct DecodedTarget {
  std::vector<SealedSeries> series;        ///< given up once they are decoded
  std::vector<TargetObservation> answers;  ///< by epoch of the window
  std::vector<std::int64_t> snapshots;     ///< how many they are, by epoch
  bool damaged = false;
};

/// Epochs that are decoded together: by targets where their run is sealed, else by epochs.
struct Window {
  std::vector<EpochInfo> infos;
  std::vector<DecodedTarget> targets;
  std::vector<Epoch> epochs;
  std::vector<Observation> observations;  ///< of `epochs`
  bool sealed = false;

  // Under the lock:
  std::size_t taken = 0, done = 0;  ///< pieces of work
  std::exception_ptr failure;

  std::size_t pieces() const { return sealed ? targets.size() : epochs.size(); }
  void decode(std::size_t piece, Decoder& decoder);
  void decode_target(DecodedTarget& target, Decoder& decoder) const;
  /// The label of the target that is decoded by a piece of work, if it is one.
  std::optional<std::string> target_of(std::size_t piece) const {
    return sealed ? std::optional(targets[piece].series.front().target) : std::nullopt;
  }
};

void Window::decode_target(DecodedTarget& target, Decoder& decoder) const {
  target.answers.resize(infos.size());
  target.snapshots.resize(infos.size());
  for (const auto& series : target.series) {
    std::size_t at = 0;
    const auto decode = [&](std::int64_t epoch, const Snapshot& snapshot) {
      while (at < infos.size() && infos[at].number < epoch) ++at;
      if (at == infos.size() || infos[at].number != epoch) return;  // its epoch's row is damaged
      target.answers[at].target = series.target;
      take_answer(target.answers[at], snapshot, epoch, decoder);
      ++target.snapshots[at];
    };
    target.damaged |= !open_series(series, infos.front().number, infos.back().number, decode);
    if (target.damaged) break;
  }
  target.series.clear();
}

void Window::decode(std::size_t piece, Decoder& decoder) {
  if (sealed)
    decode_target(targets[piece], decoder);
  else
    observations[piece] = observe(std::exchange(epochs[piece], {}), decoder);
}

}  // namespace

unsigned all_threads() { return std::max(1u, std::thread::hardware_concurrency()); }

struct Observations::Impl {
  Impl(const Recording& from, const Stretch& stretch, unsigned threads)
      : recording(from), epochs(from, stretch), most_helpers(threads - 1) {}
  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    work.notify_all();
    for (auto& helper : helpers) helper.join();
  }

  std::optional<ObservedEpoch> next();
  std::shared_ptr<Window> plan();
  void plan_sealed(Window& window, std::vector<SealedSeries> run);
  void plan_rows(Window& window);
  void finish(Window& window);
  Observation assemble(Window& window, std::size_t at);
  void call_helpers(const Window& window);
  void help();
  std::shared_ptr<Window> unfinished() const;
  void do_piece(const std::shared_ptr<Window>& window, Decoder& own, std::unique_lock<std::mutex>& lock);

  const Recording& recording;
  EpochReader epochs;
  std::size_t given = 0;  ///< of the first window
  const std::size_t most_helpers;
  Decoder decoder;  ///< the caller's

  std::mutex mutex;
  std::condition_variable work, progress;
  std::deque<std::shared_ptr<Window>> windows;  ///< changed by the caller's thread, under the lock
  std::map<std::string, std::unique_ptr<LastBodies>> last_bodies;  ///< by target
  bool stopping = false;
  std::vector<std::thread> helpers;
};

/// The next epochs of one run. The store is read here, on the caller's thread only.
std::shared_ptr<Window> Observations::Impl::plan() {
  auto window = std::make_shared<Window>();
  if (auto run = recording.sealed_run(run_of(epochs.peek()->number)); !run.empty())
    plan_sealed(*window, std::move(run));
  else
    plan_rows(*window);
  return window;
}

void Observations::Impl::plan_sealed(Window& window, std::vector<SealedSeries> run) {
  window.sealed = true;
  std::size_t packed = 0;
  for (const auto& series : run) packed += series.content.size();
  const auto an_epoch = std::max<std::size_t>(1, packed * usual_packing / run_length);
  const auto most = std::max<std::size_t>(1, window_bytes / an_epoch);
  const auto last = last_epoch_of(run_of(epochs.peek()->number));
  while (epochs.peek() && epochs.peek()->number <= last && window.infos.size() < most)
    window.infos.push_back(epochs.take());
  for (auto& series : run) {
    if (window.targets.empty() || window.targets.back().series.front().target != series.target)
      window.targets.emplace_back();
    window.targets.back().series.push_back(std::move(series));
  }
}

void Observations::Impl::plan_rows(Window& window) {
  const auto last = last_epoch_of(run_of(epochs.peek()->number));
  constexpr std::size_t most = 8;
  std::size_t bytes = 0;
  while (epochs.peek() && epochs.peek()->number <= last && window.infos.size() < most &&
         bytes < window_bytes / 2) {
    window.infos.push_back(epochs.take());
    window.epochs.push_back(recording.epoch(window.infos.back().number));
    for (const auto& snapshot : window.epochs.back().snapshots)
      if (snapshot.body) bytes += snapshot.body->size();
  }
  window.observations.resize(window.epochs.size());
}

std::shared_ptr<Window> Observations::Impl::unfinished() const {
  for (const auto& window : windows)
    if (window->taken < window->pieces()) return window;
  return nullptr;
}

/// Does the window's next piece of work. The lock is held before and after, not meanwhile.
void Observations::Impl::do_piece(const std::shared_ptr<Window>& window, Decoder& own,
                                  std::unique_lock<std::mutex>& lock) {
  const auto piece = window->taken++;
  const auto target = window->target_of(piece);
  // Absent at first, and while another thread is at an earlier window's.
  auto last = target ? std::exchange(last_bodies[*target], nullptr) : nullptr;
  lock.unlock();
  std::exception_ptr failure;
  try {
    if (target && !last) last = std::make_unique<LastBodies>();
    own.follow(last.get());
    window->decode(piece, own);
  } catch (...) {
    failure = std::current_exception();
  }
  own.follow(nullptr);
  lock.lock();
  if (target) last_bodies[*target] = std::move(last);
  if (failure) window->failure = failure;
  if (++window->done == window->pieces()) progress.notify_all();
}

/// Once there is work for more than one.
void Observations::Impl::call_helpers(const Window& window) {
  if (!helpers.empty() || (window.pieces() < 2 && !epochs.peek())) return;
  while (helpers.size() < most_helpers) helpers.emplace_back([this] { help(); });
}

void Observations::Impl::help() {
  Decoder own;
  std::unique_lock lock(mutex);
  for (;;) {
    std::shared_ptr<Window> window;
    work.wait(lock, [&] { return stopping || (window = unfinished()); });
    if (stopping) return;
    do_piece(window, own, lock);
  }
}

void Observations::Impl::finish(Window& window) {
  std::unique_lock lock(mutex);
  while (window.taken < window.pieces()) do_piece(windows.front(), decoder, lock);
  progress.wait(lock, [&] { return window.done == window.pieces(); });
  if (window.failure) std::rethrow_exception(window.failure);
}

Observation Observations::Impl::assemble(Window& window, std::size_t at) {
  if (!window.sealed) return std::move(window.observations[at]);
  const auto& info = window.infos[at];
  std::int64_t snapshots = 0;
  bool damaged = false;
  for (const auto& target : window.targets) {
    damaged |= target.damaged;
    if (!target.damaged) snapshots += target.snapshots[at];
  }
  // Where anything is not as it should be, the recording tells what is left, and counts what is not.
  if (damaged || snapshots != info.snapshots) return observe(recording.epoch(info.number), decoder);
  std::vector<TargetObservation> targets;
  for (auto& target : window.targets)
    if (target.snapshots[at] > 0) targets.push_back(std::move(target.answers[at]));
  return observation_of(info.number, info.started, info.ended, std::move(targets));
}

std::optional<ObservedEpoch> Observations::Impl::next() {
  if (!windows.empty() && given == windows.front()->infos.size()) {
    const std::lock_guard lock(mutex);
    windows.pop_front();
    given = 0;
  }
  const auto ahead = most_helpers == 0 ? 1 : most_windows;
  while (windows.size() < ahead && epochs.peek()) {
    auto window = plan();
    call_helpers(*window);
    {
      const std::lock_guard lock(mutex);
      windows.push_back(std::move(window));
    }
    work.notify_all();
  }
  if (windows.empty()) return std::nullopt;
  Window& window = *windows.front();
  if (given == 0) finish(window);
  auto observation = assemble(window, given);
  return ObservedEpoch{std::move(window.infos[given++]), std::move(observation)};
}

Observations::Observations(const Recording& recording, const Stretch& stretch, unsigned threads)
    : impl_(std::make_unique<Impl>(recording, stretch, threads)) {}
Observations::~Observations() = default;
std::optional<ObservedEpoch> Observations::next() { return impl_->next(); }

}  // namespace natsrec
