#include "analyzer/decode/parts.hpp"

namespace natsrec {

Routez read_routez(const json::object& body) {
  Routez routez;
  routez.server_id = json::required_text(body, "server_id");
  routez.server_name = json::text(body, "server_name");
  routez.now = json::moment(body, "now");
  const auto routes = json::maybe<simdjson::dom::array>(body, "routes", "an array");
  if (!routes) json::wrong("routes", "there");
  for (const auto element : *routes) {
    json::object entry;
    if (element.get(entry) != simdjson::SUCCESS) json::wrong("routes", "an array of objects");
    Route route;
    route.rid = static_cast<std::uint64_t>(json::integer(entry, "rid"));
    route.remote_id = json::required_text(entry, "remote_id");
    route.remote_name = json::text(entry, "remote_name");
    route.account = json::text(entry, "account");
    route.ip = json::text(entry, "ip");
    route.start = json::moment(entry, "start");
    if (const auto rtt = json::text(entry, "rtt"); !rtt.empty()) route.rtt = parse_go_duration(rtt);
    route.in_msgs = json::integer(entry, "in_msgs");
    route.out_msgs = json::integer(entry, "out_msgs");
    route.index = routez.routes.size();
    routez.routes.push_back(std::move(route));
  }
  return routez;
}

}  // namespace natsrec
