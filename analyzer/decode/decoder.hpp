#pragma once
#include "analyzer/decode/bodies.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec {

struct LastBodies;

/// A body's meaning, or why it has none. A body is taken whole or not at all: a truncated one, one of the
/// wrong shape or with invalid UTF-8 says nothing.
template <class T>
struct Decoded {
  std::optional<T> value;
  std::string problem;  ///< set when there is no value
};

/// Turns bodies into meaning. Reuses its buffers, so one per thread.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// The bodies to come are one server's, epoch after epoch: what is in its last ones is not parsed again,
  /// and they are kept up to date. Null: they are anyone's.
  void follow(LastBodies* last);

  Decoded<Varz> varz(std::string_view body);
  Decoded<Routez> routez(std::string_view body);
  Decoded<Gatewayz> gatewayz(std::string_view body);
  /// Status is not looked at: the body alone tells, and versions differ in their codes.
  Decoded<Healthz> healthz(std::string_view body);
  Decoded<Leafz> leafz(std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
