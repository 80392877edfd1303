#include "collector/clock.hpp"

#include <csignal>

namespace natsrec {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Time SystemClock::now() const { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Clock::Wake SystemClock::wait(Duration duration) {
  const sigset_t set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  timespec time{};
  time.tv_sec = whole.count();
  time.tv_nsec = std::chrono::nanoseconds{duration - whole}.count();
  const int signal = sigtimedwait(&set, nullptr, &time);
  if (signal == SIGHUP) return Wake::reload;
  return signal > 0 ? Wake::stop : Wake::time;
}

}  // namespace natsrec
