#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace natsrec::bench {

/// Many monitoring ports on loopback, served by a process of its own: one for each target, on an address of
/// its own. Answers every request with the same body and keeps connections.
class HttpCrowd {
 public:
  HttpCrowd(std::size_t servers, std::size_t body_size);
  HttpCrowd(const HttpCrowd&) = delete;
  HttpCrowd& operator=(const HttpCrowd&) = delete;
  ~HttpCrowd();

  const std::vector<std::string>& addresses() const { return addresses_; }
  int port() const { return port_; }
  std::string url(std::size_t server) const;
  /// Connections accepted so far, by all of them.
  std::size_t connections() const { return shared_->connections; }
  /// From now on the first so many take connections and never answer.
  void silence(std::size_t servers) { shared_->silent = servers; }

 private:
  struct Shared {
    std::atomic<std::size_t> connections, silent;
  };
  [[noreturn]] void serve() const;

  std::vector<std::string> addresses_;
  std::vector<int> listeners_;
  std::string answer_;
  int port_ = 0;
  Shared* shared_ = nullptr;
  pid_t process_ = 0;
};

/// What C1 is measured against: a client written by hand for this and nothing else. One connection for each
/// server, its requests one after the other, all servers at once; bodies are read and forgotten.
class PlainClient {
 public:
  explicit PlainClient(const HttpCrowd& crowd) : crowd_(crowd) {}
  PlainClient(const PlainClient&) = delete;
  PlainClient& operator=(const PlainClient&) = delete;
  ~PlainClient() { disconnect(); }
  /// Bytes of bodies that came.
  std::size_t ask(const std::vector<std::string>& paths);
  void disconnect();

 private:
  const HttpCrowd& crowd_;
  std::vector<int> sockets_;
};

}  // namespace natsrec::bench
