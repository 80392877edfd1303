#pragma once
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace natsrec {

/// Under which host:port each server's listener for routes was met: where its peers reach it, where it is
/// polled, what it is bound to. Never complete: that an address is not here proves nothing.
class AddressBook {
 public:
  void learn(const Scene& scene);
  /// Everybody met there. Hosts are compared in lower case.
  const std::set<ServerRef>& at(const std::string& host_and_port) const;
  /// Grows with every address learned.
  std::size_t size() const { return size_; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [servers, learned, size] = *this;
    archive(servers, learned, size);
  }

 private:
  void learn(ServerRef ref, const std::string& host, int port);
  void from_varz(const Scene& scene, ServerRef ref);
  void from_routes(const Scene& scene, ServerRef ref);

  struct Learned {
    Interned run;
    int port = 0;
    std::vector<std::uint64_t> rids;  ///< sorted
    std::uint64_t all = 0;            ///< of the last body whose every route is among them: what rids give
    template <class Archive>
    void serialize(Archive& archive) {
      fields<4>(archive, *this);
    }
  };
  std::map<std::string, std::set<ServerRef>> servers_;
  std::map<ServerRef, Learned> learned_;
  std::size_t size_ = 0;
};

/// "nats://Host:6222" and "host:6222" as "host:6222".
std::string plain_address(const std::string& url);
/// The host is written as an address; else it is a name, which can stand for several servers.
bool is_literal(const std::string& host_and_port);

}  // namespace natsrec
