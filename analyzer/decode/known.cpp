#include "analyzer/decode/known.hpp"

#include "schema/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace natsrec {
namespace {

/// What is inside of the quotes.
std::optional<std::string_view> inside(std::string_view value) {
  if (value.front() != '"') return std::nullopt;
  return value.substr(1, value.size() - 2);
}

/// Readers of a value into a member; false if the parser has to look at it.
template <auto member, class T>
bool integer(std::string_view value, T& out) {
  if (value.size() > 18) {  // it may be too large
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.*member);
    return error == std::errc() && end == value.data() + value.size();
  }
  const bool negative = value.front() == '-';
  std::int64_t number = 0;
  for (const char c : value.substr(negative ? 1 : 0)) {
    if (c < '0' || c > '9') return false;
    number = 10 * number + (c - '0');
  }
  out.*member = negative ? -number : number;
  return true;
}
template <auto member, class T>
bool moment(std::string_view value, T& out) {
  const auto text = inside(value);
  const auto time = text ? parse_time(*text) : std::nullopt;
  if (time) out.*member = *time;
  return time.has_value();
}
template <auto member, class T>
bool duration(std::string_view value, T& out) {
  const auto text = inside(value);
  if (text) out.*member = text->empty() ? std::nullopt : parse_go_duration(*text);
  return text.has_value();
}

/// A member that changes from poll to poll: how its line begins, and what is made of it.
template <class T>
struct Changing {
  std::string_view key;
  bool (*read)(std::string_view value, T& out) = nullptr;  ///< null: it is not evidence
};

template <class T, std::size_t count>
constexpr std::array<std::string_view, count> keys_of(const std::array<Changing<T>, count>& values) {
  std::array<std::string_view, count> keys;
  std::transform(values.begin(), values.end(), keys.begin(), [](const auto& one) { return one.key; });
  return keys;
}

template <class T>
struct Visitor;

template <>
struct Visitor<Varz> {
  static constexpr auto frame_values = std::to_array<Changing<Varz>>({
      {R"(  "now": )", moment<&Varz::now>},
      {R"(  "uptime": )"},
      {R"(  "mem": )"},
      {R"(  "cpu": )"},
      {R"(  "connections": )", integer<&Varz::connections>},
      {R"(  "total_connections": )"},
      {R"(  "subscriptions": )", integer<&Varz::subscriptions>},
      {R"(  "in_msgs": )", integer<&Varz::in_msgs>},
      {R"(  "out_msgs": )", integer<&Varz::out_msgs>},
      {R"(  "in_bytes": )"},
      {R"(  "out_bytes": )"},
      {R"(  "in_client_msgs": )"},
      {R"(  "in_client_bytes": )"},
      {R"(  "out_client_msgs": )"},
      {R"(  "out_client_bytes": )"},
      {R"(    "/": )"},
      {R"(    "/varz": )"},
      {R"(    "/routez": )"},
      {R"(    "/gatewayz": )"},
      {R"(    "/healthz": )"},
      {R"(    "/leafz": )"},
      {R"(    "/jsz": )"},
      {R"(      "memory": )"},
      {R"(      "storage": )"},
      {R"(        "total": )"},
      {R"(        "errors": )"},
      {R"(          "active": )"},
  });
  static constexpr std::array<Changing<Varz>, 0> entry_values{};
  static bool begins_entry(std::string_view) { return false; }
  static bool fits(const Varz&, const std::vector<std::size_t>& arrays) { return arrays.empty(); }

  explicit Visitor(const Varz& known) : out(known) {}
  void entry(std::size_t, std::size_t) {}
  Varz& current() { return out; }
  Varz out;
};

template <>
struct Visitor<Routez> {
  static constexpr auto frame_values =
      std::to_array<Changing<Routez>>({{R"(  "now": )", moment<&Routez::now>}});
  static constexpr auto entry_values = std::to_array<Changing<Route>>({
      {R"(      "last_activity": )"},
      {R"(      "rtt": )", duration<&Route::rtt>},
      {R"(      "uptime": )"},
      {R"(      "idle": )"},
      {R"(      "pending_size": )", integer<&Route::pending>},
      {R"(      "in_msgs": )", integer<&Route::in_msgs>},
      {R"(      "out_msgs": )", integer<&Route::out_msgs>},
      {R"(      "in_bytes": )"},
      {R"(      "out_bytes": )"},
      {R"(      "subscriptions": )"},
  });
  static bool begins_entry(std::string_view line) { return line == "    {"; }
  static bool fits(const Routez& routez, const std::vector<std::size_t>& arrays) {
    return arrays.size() == 1 && arrays.front() == routez.routes.size();
  }

  explicit Visitor(const Routez& from) : known(from), out{from.server_id, from.server_name, from.now, {}} {
    out.routes.reserve(from.routes.size());
  }
  void entry(std::size_t, std::size_t place) {
    out.routes.push_back(known.routes[place]);
    out.routes.back().index = out.routes.size() - 1;
  }
  Route& current() { return out.routes.back(); }
  const Routez& known;
  Routez out;
};

template <>
struct Visitor<Gatewayz> {
  static constexpr auto frame_values =
      std::to_array<Changing<Gatewayz>>({{R"(  "now": )", moment<&Gatewayz::now>}});
  /// Inbound connections stand further in than outbound ones.
  static constexpr auto entry_values = std::to_array<Changing<GatewayConnection>>({
      {R"(        "last_activity": )"},
      {R"(        "rtt": )", duration<&GatewayConnection::rtt>},
      {R"(        "uptime": )"},
      {R"(        "idle": )"},
      {R"(        "pending_bytes": )", integer<&GatewayConnection::pending>},
      {R"(        "in_msgs": )"},
      {R"(        "out_msgs": )"},
      {R"(        "in_bytes": )"},
      {R"(        "out_bytes": )"},
      {R"(        "subscriptions": )"},
      {R"(          "last_activity": )"},
      {R"(          "rtt": )", duration<&GatewayConnection::rtt>},
      {R"(          "uptime": )"},
      {R"(          "idle": )"},
      {R"(          "pending_bytes": )", integer<&GatewayConnection::pending>},
      {R"(          "in_msgs": )"},
      {R"(          "out_msgs": )"},
      {R"(          "in_bytes": )"},
      {R"(          "out_bytes": )"},
      {R"(          "subscriptions": )"},
  });
  static bool begins_entry(std::string_view line) {
    return line == "      {" || (line.starts_with("    \"") && line.ends_with("\": {"));
  }
  static bool fits(const Gatewayz& gatewayz, const std::vector<std::size_t>& arrays) {
    std::vector<std::size_t> expected;
    if (!gatewayz.outbound.empty()) expected.push_back(gatewayz.outbound.size());
    for (const auto& [remote, connections] : gatewayz.inbound) expected.push_back(connections.size());
    return arrays == expected;
  }

  explicit Visitor(const Gatewayz& from) : known(from), out{from.server_id, from.now, from.name, {}, {}} {}
  /// Servers print both by the remotes' names, in order.
  void entry(std::size_t array, std::size_t place) {
    if (array < first_inbound) {
      const auto& [remote, outbound] = *std::next(known.outbound.begin(), static_cast<std::ptrdiff_t>(place));
      connection = &(out.outbound[remote] = outbound).connection;
      return;
    }
    const auto& [remote, connections] =
        *std::next(known.inbound.begin(), static_cast<std::ptrdiff_t>(array - first_inbound));
    auto& all = out.inbound[remote];
    all.reserve(connections.size());
    connection = &all.emplace_back(connections[place]);
  }
  GatewayConnection& current() { return *connection; }
  const Gatewayz& known;
  const std::size_t first_inbound = known.outbound.empty() ? 0 : 1;  ///< of the arrays
  Gatewayz out;
  GatewayConnection* connection = nullptr;
};

/// The values as the body's layout has them.
template <class T>
struct Filled : Visitor<T> {
  using Visitor<T>::Visitor;
  static constexpr auto frame_keys = keys_of(Visitor<T>::frame_values);
  static constexpr auto entry_keys = keys_of(Visitor<T>::entry_values);
  bool frame_value(std::size_t key, std::string_view value) {
    const auto read = Visitor<T>::frame_values[key].read;
    return !read || read(value, this->out);
  }
  bool entry_value(std::size_t key, std::string_view value) {
    const auto read = Visitor<T>::entry_values[key].read;
    return !read || read(value, this->current());
  }
};

}  // namespace

template <class T>
Known<T>::Known() : body_({Filled<T>::frame_keys, Filled<T>::entry_keys, Filled<T>::begins_entry}) {}

template <class T>
std::optional<T> Known<T>::read(std::string_view body) const {
  Filled<T> visitor{meaning_};
  if (!body_.read(body, visitor)) return std::nullopt;
  return std::move(visitor.out);
}

template <class T>
void Known<T>::learn(std::string_view body, const T& meaning) {
  meaning_ = meaning;
  body_.learn(body);
  // A body may be valid and yet printed in a way that is misread here: what is learned must tell what the
  // parser does.
  if (!Filled<T>::fits(meaning, body_.arrays()) || read(body) != meaning) body_.forget();
}

template class Known<Varz>;
template class Known<Routez>;
template class Known<Gatewayz>;

}  // namespace natsrec
