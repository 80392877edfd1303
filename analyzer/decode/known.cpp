#include "analyzer/decode/known.hpp"

#include "schema/time.hpp"

#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace natsrec {
namespace {

using namespace std::string_view_literals;

bool read_integer(std::string_view value, std::int64_t& out) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
  return error == std::errc() && end == value.data() + value.size();
}

/// What is inside of the quotes.
std::optional<std::string_view> text(std::string_view value) {
  if (value.front() != '"') return std::nullopt;
  return value.substr(1, value.size() - 2);
}

bool read_time(std::string_view value, Time& out) {
  const auto printed = text(value);
  const auto time = printed ? parse_time(*printed) : std::nullopt;
  if (time) out = *time;
  return time.has_value();
}

bool read_rtt(std::string_view value, std::optional<Duration>& out) {
  const auto printed = text(value);
  if (!printed) return false;
  out = printed->empty() ? std::nullopt : parse_go_duration(*printed);
  return true;
}

template <class T>
struct Visitor;

template <>
struct Visitor<Varz> {
  enum FrameKey { now, connections, subscriptions, in_msgs, out_msgs };
  static constexpr std::array frame_keys{
      R"(  "now": )"sv,
      R"(  "connections": )"sv,
      R"(  "subscriptions": )"sv,
      R"(  "in_msgs": )"sv,
      R"(  "out_msgs": )"sv,
      // What is not evidence.
      R"(  "uptime": )"sv,
      R"(  "mem": )"sv,
      R"(  "cpu": )"sv,
      R"(  "total_connections": )"sv,
      R"(  "in_bytes": )"sv,
      R"(  "out_bytes": )"sv,
      R"(  "in_client_msgs": )"sv,
      R"(  "in_client_bytes": )"sv,
      R"(  "out_client_msgs": )"sv,
      R"(  "out_client_bytes": )"sv,
      R"(    "/": )"sv,
      R"(    "/varz": )"sv,
      R"(    "/routez": )"sv,
      R"(    "/gatewayz": )"sv,
      R"(    "/healthz": )"sv,
      R"(    "/leafz": )"sv,
      R"(    "/jsz": )"sv,
      R"(      "memory": )"sv,
      R"(      "storage": )"sv,
      R"(        "total": )"sv,
      R"(        "errors": )"sv,
      R"(          "active": )"sv,
  };
  static constexpr std::array<std::string_view, 0> entry_keys{};
  static bool begins_entry(std::string_view) { return false; }
  static bool fits(const Varz&, const std::vector<std::size_t>& arrays) { return arrays.empty(); }

  explicit Visitor(const Varz& known) : out(known) {}
  void entry(std::size_t, std::size_t) {}
  bool entry_value(std::size_t, std::string_view) { return true; }
  bool frame_value(std::size_t key, std::string_view text) {
    switch (key) {
      case now:
        return read_time(text, out.now);
      case connections:
        return read_integer(text, out.connections);
      case subscriptions:
        return read_integer(text, out.subscriptions);
      case in_msgs:
        return read_integer(text, out.in_msgs);
      case out_msgs:
        return read_integer(text, out.out_msgs);
      default:
        return true;
    }
  }
  Varz out;
};

template <>
struct Visitor<Routez> {
  enum EntryKey { rtt, pending, in_msgs, out_msgs };
  static constexpr std::array entry_keys{
      R"(      "rtt": )"sv,
      R"(      "pending_size": )"sv,
      R"(      "in_msgs": )"sv,
      R"(      "out_msgs": )"sv,
      // What is not evidence.
      R"(      "last_activity": )"sv,
      R"(      "uptime": )"sv,
      R"(      "idle": )"sv,
      R"(      "in_bytes": )"sv,
      R"(      "out_bytes": )"sv,
      R"(      "subscriptions": )"sv,
  };
  static constexpr std::array frame_keys{R"(  "now": )"sv};
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
  bool frame_value(std::size_t, std::string_view text) { return read_time(text, out.now); }
  bool entry_value(std::size_t key, std::string_view text) {
    switch (key) {
      case rtt:
        return read_rtt(text, out.routes.back().rtt);
      case pending:
        return read_integer(text, out.routes.back().pending);
      case in_msgs:
        return read_integer(text, out.routes.back().in_msgs);
      case out_msgs:
        return read_integer(text, out.routes.back().out_msgs);
      default:
        return true;
    }
  }
  const Routez& known;
  Routez out;
};

template <>
struct Visitor<Gatewayz> {
  enum EntryKey { rtt_out, rtt_in, pending_out, pending_in };
  static constexpr std::array entry_keys{
      R"(        "rtt": )"sv,
      R"(          "rtt": )"sv,
      R"(        "pending_bytes": )"sv,
      R"(          "pending_bytes": )"sv,
      // What is not evidence.
      R"(        "last_activity": )"sv,
      R"(          "last_activity": )"sv,
      R"(        "uptime": )"sv,
      R"(          "uptime": )"sv,
      R"(        "idle": )"sv,
      R"(          "idle": )"sv,
      R"(        "in_msgs": )"sv,
      R"(          "in_msgs": )"sv,
      R"(        "out_msgs": )"sv,
      R"(          "out_msgs": )"sv,
      R"(        "in_bytes": )"sv,
      R"(          "in_bytes": )"sv,
      R"(        "out_bytes": )"sv,
      R"(          "out_bytes": )"sv,
      R"(        "subscriptions": )"sv,
      R"(          "subscriptions": )"sv,
  };
  static constexpr std::array frame_keys{R"(  "now": )"sv};
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
  void entry(std::size_t array, std::size_t place) {
    if (array < first_inbound) {
      const auto& [remote, outbound] = *std::next(known.outbound.begin(), static_cast<std::ptrdiff_t>(place));
      connection = &(out.outbound[remote] = outbound).connection;
    } else {
      const auto& [remote, connections] =
          *std::next(known.inbound.begin(), static_cast<std::ptrdiff_t>(array - first_inbound));
      connection = &out.inbound[remote].emplace_back(connections[place]);
    }
  }
  bool frame_value(std::size_t, std::string_view text) { return read_time(text, out.now); }
  bool entry_value(std::size_t key, std::string_view text) {
    switch (key) {
      case rtt_out:
      case rtt_in:
        return read_rtt(text, connection->rtt);
      case pending_out:
      case pending_in:
        return read_integer(text, connection->pending);
      default:
        return true;
    }
  }
  const Gatewayz& known;
  const std::size_t first_inbound = known.outbound.empty() ? 0 : 1;  ///< of the arrays
  Gatewayz out;
  GatewayConnection* connection = nullptr;
};

}  // namespace

template <class T>
Known<T>::Known() : body_({Visitor<T>::frame_keys, Visitor<T>::entry_keys, Visitor<T>::begins_entry}) {}

template <class T>
std::optional<T> Known<T>::read(std::string_view body) const {
  Visitor<T> visitor{meaning_};
  if (!body_.read(body, visitor)) return std::nullopt;
  return std::move(visitor.out);
}

template <class T>
void Known<T>::learn(std::string_view body, const T& meaning) {
  meaning_ = meaning;
  body_.learn(body);
  if (!Visitor<T>::fits(meaning, body_.arrays())) body_.forget();
}

template class Known<Varz>;
template class Known<Routez>;
template class Known<Gatewayz>;

}  // namespace natsrec
