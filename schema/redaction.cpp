#include "schema/redaction.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace natsrec {
namespace {

using Json = nlohmann::ordered_json;

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 3> keys_of_servers{"server_name", "remote_name", "leader"};
constexpr std::array<std::string_view, 3> parents_of_servers{"replicas", "leafs", "server"};
constexpr std::array<std::string_view, 6> parents_of_clusters{"",         "cluster", "gateway",
                                                              "gateways", "meta",    "meta_cluster"};
constexpr std::array<std::string_view, 3> keys_of_accounts{"account", "system_account", "local_account"};
constexpr std::array<std::string_view, 12> keys_of_hosts{"host",
                                                         "http_host",
                                                         "addr",
                                                         "ip",
                                                         "url",
                                                         "urls",
                                                         "advertise",
                                                         "client_advertise",
                                                         "cluster_advertise",
                                                         "connect_urls",
                                                         "ws_connect_urls",
                                                         "hostname"};
constexpr std::array<std::string_view, 2> keys_of_ids{"server_id", "remote_id"};
constexpr std::array<std::string_view, 3> keys_of_texts{"error", "description", "text"};
/// Objects whose keys are names.
constexpr std::array<std::string_view, 2> named_by_cluster{"outbound_gateways", "inbound_gateways"};
constexpr std::string_view named_by_user = "metadata";
/// Times, versions, words of NATS's own.
constexpr std::array<std::string_view, 26> harmless_keys{"server_id",
                                                         "remote_id",
                                                         "version",
                                                         "ver",
                                                         "git_commit",
                                                         "go",
                                                         "start",
                                                         "now",
                                                         "time",
                                                         "last_time",
                                                         "last_activity",
                                                         "config_load_time",
                                                         "uptime",
                                                         "idle",
                                                         "rtt",
                                                         "active",
                                                         "tls_version",
                                                         "tls_cipher",
                                                         "tls_cipher_suite",
                                                         "tls_cert_not_after",
                                                         "not_before",
                                                         "not_after",
                                                         "compression",
                                                         "status",
                                                         "type",
                                                         "failure"};
constexpr std::array<std::string_view, 2> built_in_accounts{"$SYS", "$G"};

/// Bodies are whatever was received: one that is nested deeper is meant to do harm.
constexpr int deepest = 500;

/// A server's key is random and new at every start; an unnamed server has it for its name.
bool is_server_id(std::string_view text) {
  return text.size() == 56 && text.front() == 'N' && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
         });
}

/// What stands under a harmless key is not always what belongs there.
bool is_harmless(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) || c >= 0x80 ||
                  std::string_view(" +-.:_").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

bool is_plain_key(std::string_view key) {
  if (key.starts_with('/')) key.remove_prefix(1);
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<Json> parsed(const std::string& body) {
  struct TooDeep {};
  try {
    return Json::parse(body, [](int depth, Json::parse_event_t, const Json&) {
      if (depth > deepest) throw TooDeep{};
      return true;
    });
  } catch (const Json::exception&) {
  } catch (const TooDeep&) {
  }
  return std::nullopt;
}

constexpr std::string_view between_words = " \t\r\n,()<>\"'";

}  // namespace

void Redaction::learn(const Epoch& epoch) {
  for (const Snapshot& snapshot : epoch.snapshots) {
    targets_.insert(snapshot.target);
    if (!snapshot.body) continue;
    if (const auto json = parsed(*snapshot.body)) learn(*json, {});
  }
}

void Redaction::learn(const Deployment& deployment) {
  for (const auto& target : deployment.targets) {
    targets_.insert({target.label, target.via});
    hosts_.address(target.url);
  }
  for (const auto& cluster : deployment.clusters) {
    clusters_.insert(cluster.name);
    servers_.insert(cluster.members.begin(), cluster.members.end());
    servers_.insert(cluster.retired.begin(), cluster.retired.end());
  }
}

void Redaction::learn(const Json& json, const Place& place) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (is_one_of(place.key, named_by_cluster)) clusters_.insert(key);
      learn(value, {key, place.key});
    }
  } else if (json.is_array()) {
    for (const auto& each : json) learn(each, place);
  } else if (json.is_string()) {
    learn(json.get_ref<const std::string&>(), place);
  }
}

void Redaction::learn(const std::string& value, const Place& place) {
  if (stays(value)) return;
  const auto& [key, parent] = place;
  const bool is_name = key == "name";
  if (is_one_of(key, keys_of_servers) || (is_name && is_one_of(parent, parents_of_servers)))
    servers_.insert(value);
  else if (key == "cluster" || (is_name && is_one_of(parent, parents_of_clusters)))
    clusters_.insert(value);
  else if (is_one_of(key, keys_of_accounts))
    accounts_.insert(value);
  else if (is_one_of(key, keys_of_hosts))
    hosts_.address(value);
  else if (is_one_of(key, keys_of_ids))
    ids_.insert(value);
}

void Redaction::give_aliases() {
  for (const std::string& id : ids_) servers_.erase(id);
  names_.add(clusters_, "cluster");
  names_.add(servers_, "server");
  names_.add(accounts_, "account");
  names_.add(targets_, "target");
}

std::string Redaction::other(const std::string& text) {
  if (const auto* alias = others_.find(text)) return *alias;
  others_.add(text, fmt::format("text-{}", ++other_count_));
  return *others_.find(text);
}

bool Redaction::stays(const std::string& name) const {
  return is_server_id(name) || ids_.contains(name) || is_one_of(name, built_in_accounts);
}

std::string Redaction::name(const std::string& name) {
  if (name.empty() || stays(name)) return name;
  const auto* alias = names_.find(name);
  return alias ? *alias : other(name);
}

std::string Redaction::value(const std::string& value, const Place& place) {
  if (is_one_of(place.key, harmless_keys) && is_harmless(value)) return value;
  if (is_one_of(place.key, keys_of_hosts)) return hosts_.address(value);
  if (is_one_of(place.key, keys_of_texts)) return text(value);
  return name(value);
}

std::string Redaction::key(const std::string& key, const Place& place) {
  const bool is_name = is_one_of(place.key, named_by_cluster) || place.key == named_by_user;
  return is_name || !is_plain_key(key) ? name(key) : key;
}

void Redaction::replace(Json& json, const Place& place) {
  if (json.is_object()) {
    auto out = Json::object();
    for (auto& [key, value] : json.items()) {
      replace(value, {key, place.key});
      out[this->key(key, place)] = std::move(value);
    }
    json = std::move(out);
  } else if (json.is_array()) {
    for (auto& each : json) replace(each, place);
  } else if (json.is_string()) {
    json = value(json.get_ref<const std::string&>(), place);
  }
}

std::string Redaction::body(const std::string& body) {
  if (body.empty()) return body;
  auto json = parsed(body);
  if (!json) return fmt::format("{} bytes that are no JSON\n", body.size());
  replace(*json, {});
  return json->dump(2);
}

/// One word of a sentence, with the punctuation that ends it.
std::string Redaction::word(std::string_view word) {
  const auto end = word.find_last_not_of(".,:;");
  const auto bare = word.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const auto rest = word.substr(bare.size());
  if (names_.is_alias(bare)) return std::string(word);
  if (hosts_.is_address(bare)) return hosts_.address(bare).append(rest);
  const bool is_path = bare.starts_with('/') && bare.find('/', 1) != std::string_view::npos;
  return is_path ? other(std::string(bare)).append(rest) : std::string(word);
}

std::string Redaction::text(std::string_view text) {
  const std::string known = names_.in_text(text);
  const std::string_view in = known;
  std::string out;
  for (std::size_t at = 0; at < in.size();) {
    const char c = in[at];
    // What is quoted is somebody's; an apostrophe quotes nothing.
    const auto close = c == '\'' || c == '"' ? in.find(c, at + 1) : std::string_view::npos;
    const bool opens = at == 0 || between_words.find(in[at - 1]) != std::string_view::npos;
    if (opens && close != std::string_view::npos) {
      const std::string quoted(in.substr(at + 1, close - at - 1));
      out += c + (quoted.empty() || names_.is_alias(quoted) ? quoted : other(quoted)) + c;
      at = close + 1;
    } else if (between_words.find(c) != std::string_view::npos) {
      out += c;
      ++at;
    } else {
      const auto end = std::min(in.find_first_of(between_words, at), in.size());
      out += word(in.substr(at, end - at));
      at = end;
    }
  }
  return out;
}

void Redaction::replace(Epoch& epoch) {
  for (Snapshot& snapshot : epoch.snapshots) {
    snapshot.target = name(snapshot.target);
    if (snapshot.failure) snapshot.failure->text = text(snapshot.failure->text);
    if (snapshot.body) snapshot.body = body(*snapshot.body);
  }
  std::sort(epoch.snapshots.begin(), epoch.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::pair(std::string_view(a.target), a.endpoint) <
           std::pair(std::string_view(b.target), b.endpoint);
  });
}

void Redaction::replace(Deployment& deployment) {
  for (auto& target : deployment.targets) {
    target.label = name(target.label);
    target.url = hosts_.address(target.url);
    target.via = name(target.via);
  }
  for (auto& cluster : deployment.clusters) {
    cluster.name = name(cluster.name);
    for (auto* list : {&cluster.members, &cluster.retired})
      for (std::string& each : *list) each = name(each);
  }
}

}  // namespace natsrec
