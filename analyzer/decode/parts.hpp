#pragma once
#include "analyzer/decode/bodies.hpp"
#include "analyzer/decode/json.hpp"

/// One reader per endpoint; each throws json::WrongShape, and the one of /routez simdjson_error too.
namespace natsrec {

Varz read_varz(const json::object& body);
Routez read_routez(simdjson::ondemand::document& body);
Gatewayz read_gatewayz(const json::object& body);
Healthz read_healthz(const json::object& body);
Leafz read_leafz(const json::object& body);

}  // namespace natsrec
