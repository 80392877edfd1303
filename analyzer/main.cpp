#include "analyzer/commands/world.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
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
  return [told = -1](double share) mutable {
    const int percent = static_cast<int>(std::floor(share * 100));
    if (percent == told) return;
    told = percent;
    if (percent < 100)
      std::cerr << "\rreplaying " << percent << " %" << std::flush;
    else
      std::cerr << "\r               \r" << std::flush;
  };
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const auto now = [] {
    return std::chrono::time_point_cast<natsrec::Duration>(std::chrono::system_clock::now());
  };
  const natsrec::AnalyzerWorld world{std::cout, std::cerr, now, terminal(), progress()};
  return natsrec::run_analyzer({argv + 1, argv + argc}, world);
}
