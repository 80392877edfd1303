#include "collector/dns_resolver.hpp"

#include "tests/unit/test.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

using namespace natsrec;
using namespace std::chrono_literals;

namespace {

/// A name server that hears and says nothing.
struct SilentServer {
  SilentServer() : socket(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { close(socket); }
  int socket;
  std::string where;
};

}  // namespace

TEST_CASE("a name server that says nothing costs no more than the patience there is") {
  const SilentServer server;
  DnsResolver resolver{server.where};
  const auto answers =
      resolver.resolve({{"nats.example", false}, {"_monitor._tcp.nats.example", true}}, 100ms);
  REQUIRE(answers.size() == 2);
  for (const auto& answer : answers) {
    CHECK(answer.hosts.empty());
    CHECK(answer.failure == FetchFailure{FailureClass::dns, "no answer in time"});
  }
}

TEST_CASE("an address is its own answer") {
  const SilentServer server;
  DnsResolver resolver{server.where};
  const auto answers = resolver.resolve({{"127.0.0.7", false}, {"fd00::1", false}}, 100ms);
  CHECK(answers.at(0).hosts == std::vector<Resolver::Host>{{"127.0.0.7", ""}});
  CHECK(answers.at(1).hosts == std::vector<Resolver::Host>{{"fd00::1", ""}});
}
