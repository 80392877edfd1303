#pragma once
#include "analyzer/incident/model.hpp"

#include <string>

namespace natsrec {

/// The whole analysis as `incidents --format json` prints it; schema/incidents.schema.json describes it.
/// Two-space indented, ends in a newline; same analysis, same bytes. Bytes that are no UTF-8 become U+FFFD.
std::string incidents_json(const Analysis& analysis);

/// As all our JSON is written: two-space indented, a newline at the end, bytes that are no UTF-8 replaced.
std::string dump(const nlohmann::ordered_json& json);
/// {"name": "nats-analyzer", "version": …}
nlohmann::ordered_json generator();

}  // namespace natsrec
