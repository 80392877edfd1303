#include "collector/envelope.hpp"

#include <simdjson.h>

namespace natsrec {
namespace {

using simdjson::ondemand::object;

std::string text(object& in, std::string_view key) {
  std::string_view out;
  return in[key].get(out) == simdjson::SUCCESS ? std::string{out} : std::string{};
}

/// An object in it as it came; the object has to be looked through from its start for each.
std::optional<std::string> raw(object& in, std::string_view key) {
  object found;
  std::string_view out;
  if (in.reset().error() || in[key].get_object().get(found) || found.raw_json().get(out)) return std::nullopt;
  while (!out.empty() &&
         (out.back() == '\n' || out.back() == ' ' || out.back() == '\r' || out.back() == '\t'))
    out.remove_suffix(1);
  return std::string{out};
}

int status_of(std::string_view data) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{data};
  simdjson::ondemand::document document;
  object root;
  if (parser.iterate(padded).get(document) || document.get_object().get(root)) return 200;
  std::int64_t code = 0;
  if (!root["status_code"].get(code)) return static_cast<int>(code);
  if (root.reset().error()) return 200;
  const std::string status = text(root, "status");
  return status == "error" || status == "unavailable" ? 503 : 200;
}

}  // namespace

std::optional<Envelope> parse_envelope(std::string_view reply) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{reply};
  simdjson::ondemand::document document;
  object root, server;
  if (parser.iterate(padded).get(document) || document.get_object().get(root)) return std::nullopt;
  Envelope out;
  const auto server_text = raw(root, "server");
  if (!server_text) return std::nullopt;
  out.server = *server_text;
  out.data = raw(root, "data");
  if (root.reset().error() || root["server"].get_object().get(server)) return std::nullopt;
  for (auto field : server) {
    std::string_view key, content;
    if (field.unescaped_key().get(key)) return std::nullopt;
    std::string* const wanted = key == "name"      ? &out.name
                                : key == "cluster" ? &out.cluster
                                : key == "id"      ? &out.id
                                                   : nullptr;
    if (!wanted) continue;
    if (field.value().get_string().get(content)) return std::nullopt;
    *wanted = content;
  }
  if (out.name.empty() || out.id.empty()) return std::nullopt;
  if (out.data) {
    out.status = status_of(*out.data);
  } else {
    object error;
    if (!root.reset().error() && !root["error"].get_object().get(error))
      out.error = text(error, "description");
    if (out.error.empty()) out.error = "the reply has neither data nor an error";
  }
  return out;
}

}  // namespace natsrec
