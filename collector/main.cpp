#include "collector/cli.hpp"
#include "collector/dns_resolver.hpp"
#include "collector/http_fetcher.hpp"
#include "collector/nats_fetcher.hpp"

#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include <iostream>

namespace {

/// Each target has a connection: as many files as the system lets us have.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  allow_many_connections();
  natsrec::SystemClock clock;
  natsrec::DnsResolver resolver;
  natsrec::HttpFetcher http{clock};
  natsrec::NatsFetcher accounts{clock};
  const auto supervisor = [](const std::string& words) { sd_notify(0, words.c_str()); };
  natsrec::CollectorWorld world{clock, {resolver, http, accounts}, std::cout, std::cerr, supervisor};
  return static_cast<int>(natsrec::run_collector({argv + 1, argv + argc}, world));
}
