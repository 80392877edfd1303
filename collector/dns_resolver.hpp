#pragma once
#include "collector/resolver.hpp"

namespace natsrec {

/// Asks the name servers of /etc/resolv.conf (and /etc/hosts), without a thread that could hang (c-ares).
class DnsResolver : public Resolver {
 public:
  /// `servers`: asked instead, as in "127.0.0.1:5353".
  explicit DnsResolver(std::string servers = {}) : servers_(std::move(servers)) {}
  std::vector<Answer> resolve(const std::vector<Question>& questions, Duration patience) override;

 private:
  std::string servers_;
};

}  // namespace natsrec
