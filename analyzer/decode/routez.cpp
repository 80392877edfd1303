#include "analyzer/decode/parts.hpp"

/// /routez is what most of a recording consists of, each route with more than twice as many members as are
/// wanted. So it is read On-Demand, once from its beginning to its end: what is not wanted is stepped over,
/// and only its brackets, quotes and encoding are checked.
namespace natsrec {
namespace {

using simdjson::ondemand::field;

/// In place: to copy a field takes longer than to read it.
field& checked(simdjson::simdjson_result<field>& member) {
  if (member.error() != simdjson::SUCCESS) throw simdjson::simdjson_error(member.error());
  return member.value_unsafe();
}

/// The keys that are wanted are never written with escapes.
bool is(field& member, std::string_view key) { return member.key() == key; }

json::Member<simdjson::ondemand::value> as(std::string_view key, field& member) {
  return {key, member.value()};
}

Route read_route(simdjson::ondemand::object entry) {
  Route route;
  bool started = false;
  for (auto one : entry) {
    auto& member = checked(one);
    switch (*member.key().raw()) {  // its first letter, so that few need be compared
      case 'a':
        if (is(member, "account")) route.account = as("account", member).text();
        break;
      case 'i':
        if (is(member, "ip"))
          route.ip = as("ip", member).text();
        else if (is(member, "in_msgs"))
          route.in_msgs = as("in_msgs", member).integer();
        break;
      case 'o':
        if (is(member, "out_msgs")) route.out_msgs = as("out_msgs", member).integer();
        break;
      case 'p':
        if (is(member, "port"))
          route.port = as("port", member).port();
        else if (is(member, "pending_size"))
          route.pending = as("pending_size", member).integer();
        break;
      case 'r':
        if (is(member, "rid"))
          route.rid = static_cast<std::uint64_t>(as("rid", member).integer());
        else if (is(member, "remote_id"))
          route.remote_id = as("remote_id", member).text();
        else if (is(member, "remote_name"))
          route.remote_name = as("remote_name", member).text();
        else if (is(member, "rtt"))
          route.rtt = as("rtt", member).go_duration();
        break;
      case 's':
        if (is(member, "start")) started = as("start", member).moment(route.start);
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

Routez read_routez(simdjson::ondemand::document& body) {
  Routez routez;
  bool told = false, listed = false;
  for (auto one : body.get_object()) {
    auto& member = checked(one);
    if (is(member, "server_id")) {
      routez.server_id = as("server_id", member).text();
    } else if (is(member, "server_name")) {
      routez.server_name = as("server_name", member).text();
    } else if (is(member, "now")) {
      told = as("now", member).moment(routez.now);
    } else if (is(member, "routes")) {
      auto routes = as("routes", member).maybe<simdjson::ondemand::array>("an array");
      listed = routes.has_value();
      if (!listed) continue;
      routez.routes.reserve(32);  // counting them would take a pass
      for (auto entry : *routes) {
        simdjson::ondemand::object object;
        if (entry.get(object) != simdjson::SUCCESS) json::wrong("routes", "an array of objects");
        auto& route = routez.routes.emplace_back(read_route(object));
        route.index = routez.routes.size() - 1;
      }
    }
  }
  if (routez.server_id.empty()) json::wrong("server_id", "there, or empty");
  if (!told) json::wrong("now", "there");
  if (!listed) json::wrong("routes", "there");
  return routez;
}

}  // namespace natsrec
