#include "collector/dns_resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <tuple>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto one_try = 1s;  // of c-ares, which tries again: a lost datagram must not cost the epoch

void check(int code) {
  if (code != ARES_SUCCESS) throw std::runtime_error(fmt::format("c-ares: {}", ares_strerror(code)));
}

struct Library {
  Library() { check(ares_library_init(ARES_LIB_INIT_ALL)); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { ares_library_cleanup(); }
};

struct Destroy {
  void operator()(ares_channeldata* channel) const { ares_destroy(channel); }
};
using ChannelPtr = std::unique_ptr<ares_channeldata, Destroy>;

ChannelPtr channel_to(const std::string& servers) {
  ares_options options{};
  options.timeout = static_cast<int>(std::chrono::milliseconds(one_try).count());
  options.tries = 3;
  ares_channel channel = nullptr;
  check(ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES));
  ChannelPtr out{channel};
  if (!servers.empty()) check(ares_set_servers_ports_csv(channel, servers.c_str()));
  return out;
}

/// A question on its way; the callbacks of c-ares get it.
struct Pending {
  Resolver::Answer answer;
  bool over = false;

  void end(int status, const char* what) {
    over = true;
    if (status != ARES_SUCCESS) {
      answer.failure = {FailureClass::dns,
                        status == ARES_ECANCELLED ? "no answer in time" : ares_strerror(status)};
    } else if (answer.hosts.empty()) {
      answer.failure = {FailureClass::dns, fmt::format("the name has no {}", what)};
    }
    std::sort(answer.hosts.begin(), answer.hosts.end(), [](const auto& a, const auto& b) {
      return std::tie(a.name, a.port) < std::tie(b.name, b.port);
    });
    answer.hosts.erase(std::unique(answer.hosts.begin(), answer.hosts.end()), answer.hosts.end());
  }
};

std::string address_of(const ares_addrinfo_node& node) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address =
      node.ai_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(node.ai_addr)->sin6_addr)
          : &reinterpret_cast<sockaddr_in*>(node.ai_addr)->sin_addr;
  return inet_ntop(node.ai_family, address, text.data(), text.size()) ? text.data() : "";
}

void got_addresses(void* pending, int status, int /*timeouts*/, ares_addrinfo* found) {
  auto& question = *static_cast<Pending*>(pending);
  if (status == ARES_SUCCESS) {
    for (const auto* node = found->nodes; node; node = node->ai_next)
      question.answer.hosts.push_back({address_of(*node), ""});
  }
  if (found) ares_freeaddrinfo(found);
  question.end(status, "address");
}

void got_services(void* pending, int status, int /*timeouts*/, unsigned char* bytes, int length) {
  auto& question = *static_cast<Pending*>(pending);
  ares_srv_reply* found = nullptr;
  if (status == ARES_SUCCESS) status = ares_parse_srv_reply(bytes, length, &found);
  for (const auto* entry = found; entry; entry = entry->next)
    question.answer.hosts.push_back({entry->host, std::to_string(entry->port)});
  if (found) ares_free_data(found);
  question.end(status, "service");
}

/// Lets c-ares work until something happens, for this long at most.
void work(ares_channel channel, std::chrono::milliseconds longest) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const int wanted = ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size()));
  std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
  nfds_t count = 0;
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const bool readable = ARES_GETSOCK_READABLE(wanted, i) != 0,
               writable = ARES_GETSOCK_WRITABLE(wanted, i) != 0;
    if (!readable && !writable) continue;
    polled[count++] = {sockets[i], static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)), 0};
  }
  timeval most{longest.count() / 1000, (longest.count() % 1000) * 1000}, next{};
  const timeval* until = ares_timeout(channel, &most, &next);
  poll(polled.data(), count, static_cast<int>(until->tv_sec * 1000 + until->tv_usec / 1000 + 1));
  for (nfds_t i = 0; i < count; ++i) {
    const auto ready = [&](int events) {
      return polled[i].revents & events ? polled[i].fd : ARES_SOCKET_BAD;
    };
    ares_process_fd(channel, ready(POLLIN | POLLERR | POLLHUP), ready(POLLOUT));
  }
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has waited long enough
}

}  // namespace

std::vector<Resolver::Answer> DnsResolver::resolve(const std::vector<Question>& questions,
                                                   Duration patience) {
  static const Library library;
  const auto deadline = Steady::now() + patience;
  std::vector<Pending> pending(questions.size());
  {
    const ChannelPtr channel = channel_to(servers_);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const char* name = questions[i].name.c_str();
      if (questions[i].service) {
        ares_search(channel.get(), name, ns_c_in, ns_t_srv, got_services, &pending[i]);
      } else {
        const ares_addrinfo_hints hints{ARES_AI_NOSORT, AF_UNSPEC, SOCK_STREAM, 0};
        ares_getaddrinfo(channel.get(), name, nullptr, &hints, got_addresses, &pending[i]);
      }
    }
    const auto over = [&] {
      return std::all_of(pending.begin(), pending.end(), [](const Pending& each) { return each.over; });
    };
    while (!over()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
      if (left <= 0ms) break;
      work(channel.get(), left);
    }
    ares_cancel(channel.get());
  }
  std::vector<Answer> out;
  out.reserve(pending.size());
  for (Pending& each : pending) out.push_back(std::move(each.answer));
  return out;
}

}  // namespace natsrec
