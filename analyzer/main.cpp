#include "analyzer/commands/world.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace {

natsrec::TextOptions terminal() {
  if (isatty(STDOUT_FILENO) == 0) return {false, 0};
  const char* no_colour = std::getenv("NO_COLOR");
  natsrec::TextOptions options;
  options.colour = no_colour == nullptr || *no_colour == '\0';
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) options.width = size.ws_col;
  return options;
}

/// A line that counts up, for who watches; nothing in a log.
std::function<void(double)> progress() {
  if (isatty(STDERR_FILENO) == 0) return {};
  using Clock = std::chrono::steady_clock;
  using namespace std::chrono_literals;
  return [began = Clock::now(), told = Clock::now()](double share) mutable {
    const auto now = Clock::now();
    if (share < 1 && now - told < 200ms) return;  // what is over at once is not worth a line
    told = now;
    std::cerr << "\r\x1b[K";
    if (share < 1) {
      const double rate = share / std::chrono::duration<double>(now - began).count();
      std::cerr << fmt::format("replaying {:.0f} %, {:.1f} % a second, {:.0f} s left", share * 100,
                               rate * 100, std::ceil((1 - share) / rate));
    }
    std::cerr << std::flush;
  };
}

bool wait(natsrec::Duration duration) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  timespec time{};
  time.tv_sec = whole.count();
  time.tv_nsec = std::chrono::nanoseconds{duration - whole}.count();
  return sigtimedwait(&ends, nullptr, &time) < 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const auto now = [] {
    return std::chrono::time_point_cast<natsrec::Duration>(std::chrono::system_clock::now());
  };
  const natsrec::AnalyzerWorld world{std::cout, std::cerr, now, terminal(), progress(), wait};
  return natsrec::run_analyzer({argv + 1, argv + argc}, world);
}
