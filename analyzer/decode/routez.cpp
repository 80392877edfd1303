#include "analyzer/decode/parts.hpp"

namespace natsrec {
namespace {

/// /routez is what most of a recording consists of, each route with more than twice as many members as are
/// wanted: they are gone through once, and their first letter says which they can be.
Route read_route(const simdjson::dom::object& entry) {
  Route route;
  bool started = false;
  for (const auto [key, value] : entry) {
    const json::Member member{key, value};
    switch (key.empty() ? '\0' : key.front()) {
      case 'a':
        if (key == "account") route.account = member.text();
        break;
      case 'i':
        if (key == "ip") route.ip = member.text();
        if (key == "in_msgs") route.in_msgs = member.integer();
        break;
      case 'o':
        if (key == "out_msgs") route.out_msgs = member.integer();
        break;
      case 'p':
        if (key == "port") route.port = member.port();
        if (key == "pending_size") route.pending = member.integer();
        break;
      case 'r':
        if (key == "rid") route.rid = static_cast<std::uint64_t>(member.integer());
        if (key == "remote_id") route.remote_id = member.text();
        if (key == "remote_name") route.remote_name = member.text();
        if (key == "rtt") route.rtt = member.go_duration();
        break;
      case 's':
        if (key == "start") started = member.moment(route.start);
        break;
      default:
        break;
    }
  }
  if (route.remote_id.empty()) json::wrong("remote_id", "there, or empty");
  if (!started) json::wrong("start", "there");
  return route;
}

}  // namespace

Routez read_routez(const json::object& body) {
  Routez routez;
  routez.server_id = json::required_text(body, "server_id");
  routez.server_name = json::text(body, "server_name");
  routez.now = json::moment(body, "now");
  const auto routes = json::maybe<simdjson::dom::array>(body, "routes", "an array");
  if (!routes) json::wrong("routes", "there");
  routez.routes.reserve(routes->size());
  json::each_object(*routes, "routes", [&](const simdjson::dom::object& entry) {
    auto& route = routez.routes.emplace_back(read_route(entry));
    route.index = routez.routes.size() - 1;
  });
  return routez;
}

}  // namespace natsrec
