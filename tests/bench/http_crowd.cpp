#include "tests/bench/http_crowd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <new>
#include <system_error>

namespace natsrec::bench {
namespace {

int checked(int result) {
  if (result < 0) throw std::system_error(errno, std::generic_category());
  return result;
}

sockaddr_in at(const std::string& address, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

void watch(int poll, int socket, std::uint64_t number, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = number;
  checked(epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event));
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // who asked is gone
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

HttpCrowd::HttpCrowd(std::size_t servers, std::size_t body_size) {
  answer_ = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                        body_size, std::string(body_size, 'x'));
  for (std::size_t i = 0; i < servers; ++i) {
    addresses_.push_back(fmt::format("127.1.{}.{}", i / 250, i % 250 + 1));
    listeners_.push_back(checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)));
    sockaddr_in address = at(addresses_.back(), port_);
    checked(bind(listeners_.back(), reinterpret_cast<sockaddr*>(&address), sizeof address));
    checked(listen(listeners_.back(), 16));
    socklen_t size = sizeof address;
    checked(getsockname(listeners_.back(), reinterpret_cast<sockaddr*>(&address), &size));
    port_ = ntohs(address.sin_port);
  }
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  shared_ = new (memory) Shared{};
  process_ = checked(fork());
  if (process_ == 0) serve();
}

HttpCrowd::~HttpCrowd() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  for (const int listener : listeners_) close(listener);
  munmap(shared_, sizeof(Shared));
}

std::string HttpCrowd::url(std::size_t server) const {
  return fmt::format("http://{}:{}", addresses_[server], port_);
}

void HttpCrowd::serve() const {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int poll = epoll_create1(0);
  std::map<int, std::size_t> clients;  // by socket: whose they are
  for (std::size_t i = 0; i < listeners_.size(); ++i) watch(poll, listeners_[i], i, EPOLLIN);
  std::array<epoll_event, 256> events;
  std::array<char, 4096> request;
  for (;;) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t number = events[static_cast<std::size_t>(i)].data.u64;
      if (number < listeners_.size()) {
        const int client = accept(listeners_[number], nullptr, nullptr);
        if (client < 0) continue;
        ++shared_->connections;
        const int yes = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        clients[client] = number;
        watch(poll, client, listeners_.size() + static_cast<std::uint64_t>(client), EPOLLIN);
        continue;
      }
      const int client = static_cast<int>(number - listeners_.size());
      const ssize_t got = recv(client, request.data(), request.size(), 0);
      if (got <= 0) {
        close(client);
        clients.erase(client);
      } else if (clients[client] >= shared_->silent) {
        send_all(client, answer_);  // requests are short, and one is sent at a time
      }
    }
  }
}

void PlainClient::disconnect() {
  for (const int socket : sockets_) close(socket);
  sockets_.clear();
}

std::size_t PlainClient::ask(const std::vector<std::string>& paths) {
  const int poll = checked(epoll_create1(0));
  const std::size_t servers = crowd_.addresses().size();
  struct State {
    std::size_t next = 0, left = 0;
    bool in_head = true;
    std::string head;
  };
  std::vector<State> states(servers);
  const auto request = [&](std::size_t i) {
    State& state = states[i];
    state.in_head = true;
    state.head.clear();
    send_all(sockets_[i], fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAccept: */*\r\n\r\n",
                                      paths[state.next++], crowd_.addresses()[i], crowd_.port()));
  };
  const bool fresh = sockets_.empty();
  for (std::size_t i = 0; i < servers; ++i) {
    if (fresh) {
      sockets_.push_back(checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)));
      const sockaddr_in address = at(crowd_.addresses()[i], crowd_.port());
      if (connect(sockets_[i], reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 &&
          errno != EINPROGRESS) {
        checked(-1);
      }
    }
    watch(poll, sockets_[i], i, fresh ? EPOLLOUT : EPOLLIN);
    if (!fresh) request(i);
  }
  std::size_t bytes = 0, open = servers;
  std::array<epoll_event, 256> events;
  std::array<char, 1 << 16> buffer;
  while (open > 0) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int n = 0; n < count; ++n) {
      const epoll_event& event = events[static_cast<std::size_t>(n)];
      const auto i = static_cast<std::size_t>(event.data.u64);
      State& state = states[i];
      if (event.events & EPOLLOUT) {
        epoll_event reading{};
        reading.events = EPOLLIN;
        reading.data.u64 = i;
        epoll_ctl(poll, EPOLL_CTL_MOD, sockets_[i], &reading);
        request(i);
        continue;
      }
      const ssize_t got = recv(sockets_[i], buffer.data(), buffer.size(), 0);
      if (got <= 0) throw std::runtime_error("the crowd closed a connection");
      std::string_view text{buffer.data(), static_cast<std::size_t>(got)};
      if (state.in_head) {
        state.head.append(text);
        const auto end = state.head.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        constexpr std::string_view key = "Content-Length: ";
        state.left = std::strtoul(state.head.c_str() + state.head.find(key) + key.size(), nullptr, 10);
        text = std::string_view{state.head}.substr(end + 4);
        state.in_head = false;
      }
      bytes += text.size();
      state.left -= text.size();
      if (state.left > 0) continue;
      if (state.next < paths.size()) {
        request(i);
      } else {
        --open;
      }
    }
  }
  close(poll);
  return bytes;
}

}  // namespace natsrec::bench
