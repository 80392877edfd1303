#include "collector/clock.hpp"

#include <csignal>

namespace natsrec {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Time SystemClock::now() const { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

bool SystemClock::wait(Duration duration) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  timespec time{};
  time.tv_sec = whole.count();
  time.tv_nsec = std::chrono::nanoseconds{duration - whole}.count();
  return sigtimedwait(&set, nullptr, &time) > 0;
}

}  // namespace natsrec
