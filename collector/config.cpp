#include "collector/config.hpp"

#include "collector/toml_reader.hpp"
#include "schema/codec.hpp"
#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/nearest.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

namespace natsrec {
namespace {

/// Takes a configuration apart.
class Reader {
 public:
  explicit Reader(const std::string& name, std::filesystem::path folder)
      : toml_(name), folder_(std::move(folder)) {}

  Config read(std::string_view text);
  std::vector<Source> read_targets(std::string_view text);

 private:
  std::size_t body_size(const toml::node& node) const;
  std::vector<Endpoint> endpoints(const toml::node& node) const;
  LogFormat log_format(const toml::node& node) const;
  LogLevel log_level(const toml::node& node) const;
  std::vector<Source> sources(const toml::node& node);
  Source source(const toml::table& table);
  Target target(const toml::table& table, const std::string& key) const;
  std::string base_url(const toml::table& table, const std::string& key) const;
  std::vector<std::string> client_ports(const toml::table& table) const;
  Access access(const toml::table& table, Access access) const;
  Secret secret(const toml::table& table, const std::string& what) const;
  std::string path(const toml::table& table, std::string_view key, std::string_view example) const;
  Deployment::Cluster cluster(const toml::table& table);

  TomlReader toml_;
  std::filesystem::path folder_;  ///< of the configuration: what it names is looked for there
  std::set<std::string> labels_;
  std::set<std::string> clusters_;
};

Config Reader::read(std::string_view text) {
  const toml::table document = toml_.parse(text);
  toml_.expect_keys(document,
                    {"store", "interval", "timeout", "budget", "jitter", "max_body", "max_age", "max_size",
                     "endpoints", "probe_ports", "log_format", "log_level", "target", "cluster"});
  Config out;
  for (const auto& [key_, node] : document) {
    const std::string_view key = key_.str();
    if (key == "store") out.store = toml_.text(node, key, "/var/lib/nats-recorder/history.db");
    if (key == "interval") out.interval = toml_.duration(node, key);
    if (key == "timeout") out.timeout = toml_.duration(node, key);
    if (key == "budget") out.budget = toml_.duration(node, key);
    if (key == "jitter") out.jitter = toml_.duration(node, key);
    if (key == "probe_ports") out.probe_ports = toml_.flag(document, key);
    if (key == "log_format") out.log_format = log_format(node);
    if (key == "log_level") out.log_level = log_level(node);
    if (key == "max_body") out.max_body = body_size(node);
    if (key == "max_age") out.max_age = toml_.duration(node, key);
    if (key == "max_size") out.max_size = toml_.size(node, key);
    if (key == "endpoints") out.endpoints = endpoints(node);
    if (key == "target") out.sources = sources(node);
    if (key == "cluster") {
      toml_.for_each_table(node, key, [&](const auto& table) { out.clusters.push_back(cluster(table)); });
    }
  }
  if (out.store && out.store->empty())
    toml_.refuse(*document.get("store"), "store is empty; name the recording's file");
  return out;
}

std::vector<Source> Reader::read_targets(std::string_view text) {
  const toml::table document = toml_.parse(text);
  toml_.expect_keys(document, {"target"});
  const toml::node* node = document.get("target");
  return node ? sources(*node) : std::vector<Source>{};
}

std::size_t Reader::body_size(const toml::node& node) const {
  const std::size_t out = toml_.size(node, "max_body");
  if (out > codec::max_body)
    toml_.refuse(node,
                 fmt::format("max_body should be a size above 0 and at most {} MiB", codec::max_body >> 20));
  return out;
}

std::vector<Endpoint> Reader::endpoints(const toml::node& node) const {
  std::vector<std::string> known;
  known.reserve(all_endpoints.size());
  for (const Endpoint endpoint : all_endpoints) {
    if (is_asked(endpoint)) known.emplace_back(name(endpoint));
  }
  std::vector<Endpoint> out;
  for (const auto& element : toml_.array(node, "endpoints", "varz")) {
    const std::string word = toml_.text(element, "endpoints", "varz");
    const auto endpoint = parse_endpoint(word);
    if (!endpoint || !is_asked(*endpoint))
      toml_.refuse(element, fmt::format("unknown endpoint {}{}", printable(word), suggestion(word, known)));
    if (std::find(out.begin(), out.end(), *endpoint) != out.end()) {
      toml_.refuse(element, fmt::format("endpoint {} is named twice", word));
    }
    out.push_back(*endpoint);
  }
  if (out.empty()) toml_.refuse(node, "endpoints is empty; leave it out for the usual ones");
  return out;
}

LogFormat Reader::log_format(const toml::node& node) const {
  const auto out = parse_log_format(toml_.text(node, "log_format", "json"));
  if (!out) toml_.refuse(node, R"(log_format is "text" or "json")");
  return *out;
}

LogLevel Reader::log_level(const toml::node& node) const {
  const auto out = parse_log_level(toml_.text(node, "log_level", "info"));
  if (!out) toml_.refuse(node, R"(log_level is "debug", "info", "warning" or "error")");
  return *out;
}

std::vector<Source> Reader::sources(const toml::node& node) {
  std::vector<Source> out;
  toml_.for_each_table(node, "target", [&](const auto& table) { out.push_back(source(table)); });
  return out;
}

Source Reader::source(const toml::table& table) {
  toml_.expect_keys(table,
                    {"url",          "dns",        "srv",       "file",  "name", "user",     "password_file",
                     "password_env", "token_file", "token_env", "ca",    "cert", "key",      "server_name",
                     "tls_min",      "proxy",      "system",    "creds", "nkey", "nkey_seed"});
  Source out;
  if (table.contains("file")) {
    if (table.size() > 1)
      toml_.refuse(table, "a target that is files has no other key: they are in the files");
    return {Source::Kind::files, {}, path(table, "file", "targets.d/*.toml")};
  }
  constexpr std::array kinds{std::pair{"dns", Source::Kind::dns}, std::pair{"srv", Source::Kind::srv},
                             std::pair{"system", Source::Kind::account}};
  for (const auto& [key, kind] : kinds) {
    if (!table.contains(key)) continue;
    if (table.contains("url")) toml_.refuse(table, fmt::format("a target is a url or {}, not both", key));
    out.kind = kind;
    out.target = target(table, key);
  }
  if (out.kind == Source::Kind::url) out.target = target(table, "url");
  if (!labels_.insert(out.target.label).second) {
    toml_.refuse(table, fmt::format("a second target is called {}; give each a name of its own",
                                    printable(out.target.label)));
  }
  return out;
}

Target Reader::target(const toml::table& table, const std::string& key) const {
  const bool is_account = key == "system";
  const std::vector<std::string> urls = is_account ? client_ports(table) : std::vector{base_url(table, key)};
  const std::string name = toml_.optional_text(table, "name", "a1");
  Target out = [&] {
    try {
      return is_account ? make_account(urls, name) : make_target(urls.front(), name);
    } catch (const Failure& failure) {
      toml_.refuse(*table.get(key), failure.what());
    }
  }();
  out.access = access(table, std::move(out.access));
  if (out.url.starts_with("http://") && (!out.access.ca.empty() || !out.access.cert.empty() ||
                                         !out.access.server_name.empty() || out.access.tls_1_3)) {
    toml_.refuse(table, "has settings for TLS, but its URL does not begin with https://");
  }
  return out;
}

std::string Reader::base_url(const toml::table& table, const std::string& key) const {
  if (key == "url") return toml_.required_text(table, key, "http://10.0.0.1:8222");
  std::string out = toml_.required_text(table, key, "nats-headless.nats.svc:8222");
  if (out.find("://") == std::string::npos) out.insert(0, "http://");
  return out;
}

std::vector<std::string> Reader::client_ports(const toml::table& table) const {
  constexpr std::string_view key = "system", example = "nats://10.0.0.1:4222";
  const toml::node& node = *table.get(key);
  if (!node.is_array()) return {toml_.required_text(table, key, example)};
  std::vector<std::string> out;
  for (const auto& element : *node.as_array()) out.push_back(toml_.text(element, key, example));
  if (out.empty())
    toml_.refuse(node, fmt::format("{} is empty; name a server, as in [\"{}\"]", key, example));
  return out;
}

Access Reader::access(const toml::table& table, Access out) const {
  if (table.contains("user")) out.user = toml_.required_text(table, "user", "recorder");
  if (const Secret password = secret(table, "password")) out.password = password;
  out.token = secret(table, "token");
  out.ca = path(table, "ca", "ca.pem");
  out.cert = path(table, "cert", "client.pem");
  out.key = path(table, "key", "client-key.pem");
  out.server_name = toml_.optional_text(table, "server_name", "nats.example.com");
  out.creds = path(table, "creds", "recorder.creds");
  out.nkey = toml_.optional_text(table, "nkey", "UA…");
  out.nkey_seed = path(table, "nkey_seed", "recorder.nk");
  out.proxy = toml_.optional_text(table, "proxy", "http://proxy.example.com:3128");
  if (const std::string least = toml_.optional_text(table, "tls_min", "1.2"); !least.empty()) {
    if (least != "1.2" && least != "1.3") toml_.refuse(*table.get("tls_min"), R"(tls_min is "1.2" or "1.3")");
    out.tls_1_3 = least == "1.3";
  }
  if (out.key.empty() != out.cert.empty()) toml_.refuse(table, "cert and key go together: one is missing");
  if (out.nkey_seed.empty() != out.nkey.empty())
    toml_.refuse(table, "nkey and nkey_seed go together: one is missing");
  if (out.password && out.user.empty()) toml_.refuse(table, "has a password, but no user");
  if (out.token && !out.user.empty()) toml_.refuse(table, "has both a token and a user; give one of them");
  return out;
}

Secret Reader::secret(const toml::table& table, const std::string& what) const {
  const std::string file = path(table, what + "_file", "/etc/nats-recorder/" + what);
  const std::string variable = toml_.optional_text(table, what + "_env", "NATS_MONITOR_SECRET");
  if (!file.empty() && !variable.empty())
    toml_.refuse(table, fmt::format("has both {}_file and {}_env; give one of them", what, what));
  if (!file.empty()) return {Secret::From::file, file};
  if (!variable.empty()) return {Secret::From::environment, variable};
  return {};
}

std::string Reader::path(const toml::table& table, std::string_view key, std::string_view example) const {
  const std::string text = toml_.optional_text(table, key, example);
  return text.empty() ? text : (folder_ / text).string();
}

Deployment::Cluster Reader::cluster(const toml::table& table) {
  toml_.expect_keys(table, {"name", "members", "retired"});
  Deployment::Cluster out{toml_.required_text(table, "name", "east"), toml_.names(table, "members"),
                          toml_.names(table, "retired")};
  if (!clusters_.insert(out.name).second)
    toml_.refuse(table, fmt::format("a second cluster is called {}", printable(out.name)));
  for (const auto& retired : out.retired) {
    if (std::find(out.members.begin(), out.members.end(), retired) != out.members.end()) {
      toml_.refuse(table, fmt::format("{} is both among members and retired", printable(retired)));
    }
  }
  return out;
}

std::string content_of(const std::filesystem::path& file, std::string_view advice) {
  constexpr std::size_t limit = 16u << 20;
  try {
    return read_bytes(file, limit);
  } catch (const std::system_error& error) {
    throw Failure(Exit::usage, fmt::format("{} cannot be read: {}; {}", printable(file.string()),
                                           error.code().message(), advice));
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name) { return Reader{name, {}}.read(text); }

Config load_config(const std::filesystem::path& file) {
  return Reader{printable(file.string()), file.parent_path()}.read(
      content_of(file, "name a configuration file, or use --target"));
}

std::vector<Source> load_targets(const std::filesystem::path& file) {
  return Reader{printable(file.string()), file.parent_path()}.read_targets(
      content_of(file, "let the collector's user read it"));
}

}  // namespace natsrec
