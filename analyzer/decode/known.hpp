#pragma once
#include "analyzer/decode/bodies.hpp"
#include "analyzer/decode/known_body.hpp"

#include <optional>
#include <string_view>

/// What a server's last bodies said. From epoch to epoch hardly anything but counters and times changes, so
/// that its next ones are mostly known already. What is read so is what the parser would have read.
namespace natsrec {

template <class T>
class Known {
 public:
  Known();
  /// Nothing if the parser has to look at the body.
  std::optional<T> read(std::string_view body) const;
  /// Takes in what the parser read.
  void learn(std::string_view body, const T& meaning);

 private:
  T meaning_;
  KnownBody body_;
};

/// As large as the bodies, or half as large again.
struct LastBodies {
  Known<Varz> varz;
  Known<Routez> routez;
  Known<Gatewayz> gatewayz;
};

}  // namespace natsrec
