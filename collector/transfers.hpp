#pragma once
#include "collector/curl.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace natsrec {

/// Runs transfers of libcurl side by side and keeps their connections. What a turn costs depends on how many
/// transfers have something to say, not on how many there are: the kernel tells which sockets those are
/// (epoll), and the connections are spread over several of libcurl's multi handles, as each looks through all
/// of its own when a transfer is over.
class Transfers {
 public:
  using Steady = std::chrono::steady_clock;
  /// Hears of each transfer that is over. It is no longer among them then, and may be added again.
  using Done = std::function<void(CURL*, CURLcode)>;

  Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;
  ~Transfers();

  /// Begins a transfer. What has the same URL has the connections of earlier ones.
  void add(CURL* easy, std::string_view url);
  void remove(CURL* easy, std::string_view url);
  /// How many servers there are: so many connections are kept at least, and not many more.
  void expect(std::size_t servers);
  /// Waits until one of them can go on, at most until then, and lets it.
  void turn(Steady::time_point until, const Done& done);

 private:
  struct Share {
    Transfers* whole = nullptr;
    std::uint32_t number = 0;
    std::optional<Steady::time_point> wake{};  ///< when libcurl wants to look at its timeouts
    MultiPtr multi{};                          ///< made when it is needed: each has files of its own
  };
  static int want(CURL* easy, curl_socket_t socket, int what, void* share, void* known);
  static int want_time(CURLM* multi, long milliseconds, void* share);
  CURLM* multi_for(std::string_view url);

  int poll_;
  long most_kept_ = 0;  ///< connections of each
  std::array<Share, 32> shares_;
};

}  // namespace natsrec
