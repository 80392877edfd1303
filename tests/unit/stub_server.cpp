#include "tests/unit/stub_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace natsrec::test {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// A socket bound to a port that was free.
int bound_socket(int& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("bind");
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto done = send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (done <= 0) return false;
    sent += static_cast<std::size_t>(done);
  }
  return true;
}

}  // namespace

Reply http(const std::string& body, const std::string& status, const std::string& headers) {
  return {fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body)};
}

StubServer::StubServer(Behaviour behaviour)
    : behaviour_(std::move(behaviour)), listener_(bound_socket(port_)), wake_(eventfd(0, EFD_CLOEXEC)) {
  listen(listener_, SOMAXCONN);
  thread_ = std::thread{[this] { serve(); }};
}

StubServer::~StubServer() {
  const std::uint64_t one = 1;
  if (write(wake_, &one, sizeof one) == sizeof one) thread_.join();
  for (const auto& [client, pending] : clients_) close(client);
  close(listener_);
  close(wake_);
}

std::vector<std::string> StubServer::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::vector<std::string> StubServer::paths() const {
  std::vector<std::string> out;
  for (const auto& request : requests()) out.push_back(request.substr(4, request.find(' ', 4) - 4));
  return out;
}

void StubServer::serve() {
  for (;;) {
    std::vector<pollfd> waiting{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& [client, pending] : clients_) waiting.push_back({client, POLLIN, 0});
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[0].revents) return;
    if (waiting[1].revents) {
      ++connections_;
      clients_[accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)];
    }
    for (std::size_t i = 2; i < waiting.size(); ++i) {
      const int client = waiting[i].fd;
      if (!waiting[i].revents || answer(client)) continue;
      close(client);
      clients_.erase(client);
    }
  }
}

/// Whether the connection stays open.
bool StubServer::answer(int client) {
  std::array<char, 4096> buffer;
  const auto got = recv(client, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  std::string& pending = clients_[client];
  pending.append(buffer.data(), static_cast<std::size_t>(got));
  const auto end = pending.find("\r\n\r\n");
  if (end == std::string::npos) return true;
  const std::string request = pending.substr(0, end + 4);
  pending.erase(0, end + 4);
  {
    const std::lock_guard lock{mutex_};
    requests_.push_back(request);
  }
  const Reply reply = behaviour_(request);
  if (!send_all(client, reply.bytes)) return false;
  while (reply.then == Reply::endless && send_all(client, std::string(65536, 'x'))) {
  }
  while (reply.then == Reply::drip && send_all(client, "x")) std::this_thread::sleep_for(10ms);
  return reply.then == Reply::keep || reply.then == Reply::hang;
}

int closed_port() {
  int port = 0;
  close(bound_socket(port));
  return port;
}

FullServer::FullServer() {
  sockets_.push_back(bound_socket(port_));
  listen(sockets_.front(), 0);
  // The queue takes one more than it was told; the rest stay half open.
  for (int i = 0; i < 4; ++i) {
    sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_in address = loopback(port_);
    if (connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) continue;
  }
}

FullServer::~FullServer() {
  for (const int socket : sockets_) close(socket);
}

}  // namespace natsrec::test
