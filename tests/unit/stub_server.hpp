#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace natsrec::test {

/// What a misbehaving server does with one request: sends these bytes, then …
struct Reply {
  enum Then { keep, close, hang, endless, drip };  ///< drip: a byte now and then, for ever
  std::string bytes;
  Then then = keep;
};

/// A whole HTTP answer.
Reply http(const std::string& body, const std::string& status = "200 OK", const std::string& headers = "");

/// An HTTP server on loopback that answers as a test says, in a thread of its own.
class StubServer {
 public:
  /// Gets the request as it came.
  using Behaviour = std::function<Reply(const std::string& request)>;
  explicit StubServer(Behaviour behaviour);
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;
  ~StubServer();

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  std::vector<std::string> requests() const;
  /// The paths of the requests, in order.
  std::vector<std::string> paths() const;

 private:
  void serve();
  bool answer(int client);

  Behaviour behaviour_;
  int port_ = 0;  ///< before the listener, whose making sets it
  int listener_ = -1;
  int wake_ = -1;
  std::atomic<int> connections_{0};
  std::map<int, std::string> clients_;  ///< by socket: what of a request is there
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// A port on loopback on which nobody listens.
int closed_port();

/// Listens, but so that no further connection gets through: its queue is full.
class FullServer {
 public:
  FullServer();
  FullServer(const FullServer&) = delete;
  FullServer& operator=(const FullServer&) = delete;
  ~FullServer();
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = 0;
  std::vector<int> sockets_;
};

}  // namespace natsrec::test
