#include "analyzer/decode/parts.hpp"

namespace natsrec {

Routez read_routez(const json::object& body) {
  Routez routez;
  routez.server_id = json::required_text(body, "server_id");
  routez.server_name = json::text(body, "server_name");
  routez.now = json::moment(body, "now");
  if (!json::find(body, "routes")) json::wrong("routes", "there");
  json::each_object(body, "routes", [&](const json::object& entry) {
    Route route;
    route.rid = static_cast<std::uint64_t>(json::integer(entry, "rid"));
    route.remote_id = json::required_text(entry, "remote_id");
    route.remote_name = json::text(entry, "remote_name");
    route.ip = json::text(entry, "ip");
    route.port = json::port(entry, "port");
    route.start = json::moment(entry, "start");
    route.rtt = json::go_duration(entry, "rtt");
    route.pending = json::integer(entry, "pending_size");
    route.in_msgs = json::integer(entry, "in_msgs");
    route.out_msgs = json::integer(entry, "out_msgs");
    route.account = json::text(entry, "account");
    route.index = routez.routes.size();
    routez.routes.push_back(std::move(route));
  });
  return routez;
}

}  // namespace natsrec
