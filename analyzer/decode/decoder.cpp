#include "analyzer/decode/decoder.hpp"

#include "analyzer/decode/known.hpp"
#include "analyzer/decode/parts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace natsrec {

struct Decoder::Impl {
  simdjson::dom::parser parser;
  simdjson::ondemand::parser on_demand;
  std::vector<char> padded;  ///< On-Demand reads some bytes beyond a body's end
  LastBodies* last = nullptr;

  /// What went wrong while reading is why there is no value.
  template <class T, class Read>
  static Decoded<T> guarded(std::string_view body, Read read) {
    if (body.empty())
      return {std::nullopt, "there is no body"};  // the parsers must not be given a null pointer
    try {
      return {read(), {}};
    } catch (const json::WrongShape& shape) {
      return {std::nullopt, shape.what()};
    } catch (const simdjson::simdjson_error& error) {
      return {std::nullopt, error.what()};
    }
  }

  template <class T>
  Decoded<T> decode(std::string_view body, T (*read)(const json::object&)) {
    return guarded<T>(body, [&] {
      const simdjson::dom::object document = parser.parse(body.data(), body.size());
      return read(json::object(document));
    });
  }

  /// Parses only what is not known already.
  template <class T, class Decode>
  Decoded<T> unless_known(Known<T> LastBodies::*known, std::string_view body, Decode decode) {
    if (!last) return decode();
    if (auto value = (last->*known).read(body)) return {std::move(value), {}};
    auto decoded = decode();
    if (decoded.value) (last->*known).learn(body, *decoded.value);
    return decoded;
  }

  Decoded<Routez> decode_routez(std::string_view body) {
    return guarded<Routez>(body, [&] {
      padded.resize(std::max(padded.size(), body.size() + simdjson::SIMDJSON_PADDING));
      body.copy(padded.data(), body.size());
      simdjson::ondemand::document document = on_demand.iterate(padded.data(), body.size(), padded.size());
      auto routez = read_routez(document);
      if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
        throw json::WrongShape("something follows the document");
      return routez;
    });
  }
};

Decoder::Decoder() : impl_(std::make_unique<Impl>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::follow(LastBodies* last) { impl_->last = last; }

Decoded<Varz> Decoder::varz(std::string_view body) {
  return impl_->unless_known(&LastBodies::varz, body, [&] { return impl_->decode(body, read_varz); });
}
Decoded<Routez> Decoder::routez(std::string_view body) {
  return impl_->unless_known(&LastBodies::routez, body, [&] { return impl_->decode_routez(body); });
}
Decoded<Gatewayz> Decoder::gatewayz(std::string_view body) {
  return impl_->unless_known(&LastBodies::gatewayz, body, [&] { return impl_->decode(body, read_gatewayz); });
}
Decoded<Healthz> Decoder::healthz(std::string_view body) { return impl_->decode(body, read_healthz); }
Decoded<Leafz> Decoder::leafz(std::string_view body) { return impl_->decode(body, read_leafz); }

}  // namespace natsrec
