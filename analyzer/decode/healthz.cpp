#include "analyzer/decode/parts.hpp"

#include <algorithm>
#include <cctype>

namespace natsrec {
namespace {

constexpr std::string_view not_ready = "failed to be ready";

HealthProblem by_text(std::string_view text) {
  if (text.starts_with(not_ready)) return HealthProblem::readiness;
  for (const std::string_view asset : {"JetStream stream", "JetStream consumer", "JetStream account"})
    if (text.starts_with(asset)) return HealthProblem::asset;
  // "JetStream can not lookup account" is about one account too.
  if (text.starts_with("JetStream can not lookup account")) return HealthProblem::asset;
  return text.starts_with("JetStream") ? HealthProblem::jetstream : HealthProblem::other;
}

HealthProblem by_type(std::string_view type, std::string_view text) {
  if (type == "CONNECTION") return HealthProblem::readiness;
  if (type == "JETSTREAM") return HealthProblem::jetstream;
  if (type == "ACCOUNT" || type == "STREAM" || type == "CONSUMER") return HealthProblem::asset;
  return by_text(text);
}

}  // namespace

Healthz read_healthz(const json::object& body) {
  Healthz healthz;
  const auto status = json::required_text(body, "status");
  healthz.ok = status == "ok";
  if (healthz.ok) return healthz;
  std::size_t index = 0;
  json::each_object(body, "errors", [&](const json::object& entry) {
    const std::string text(json::text(entry, "error"));
    const auto problem = by_type(json::text(entry, "type"), text);
    healthz.errors.push_back({problem, text, "/errors/" + std::to_string(index++)});
  });
  if (const std::string text(json::text(body, "error")); !text.empty())
    healthz.errors.push_back({by_text(text), text, "/error"});
  // A busy server can run out of its millisecond before it has looked at a single listener: it then complains
  // and names none. That says nothing (readyForConnections in nats-server's server.go).
  for (const auto& error : healthz.errors)
    if (error.problem == HealthProblem::readiness && error.text.starts_with(not_ready) &&
        error.text.find("startup") == std::string::npos && listeners_not_ready(error.text).empty())
      json::wrong("error", "about any listener");
  if (healthz.errors.empty() && status != "unavailable" && status != "error")
    json::wrong("status", "a status");
  return healthz;
}

std::vector<std::string> listeners_not_ready(const std::string& text) {
  // failed to be ready for connections after 1ms: route, gateway(listen tcp :7222: bind: address already in
  // use)
  std::vector<std::string> result;
  const auto after = text.find(" after ");
  const auto colon = after == std::string::npos ? after : text.find(": ", after);
  if (colon == std::string::npos) return result;
  int depth = 0;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) result.push_back(word);
    word.clear();
  };
  for (const char c : text.substr(colon + 2)) {
    if (c == '(') ++depth;
    if (depth == 0 && c == ',') finish();
    if (depth == 0 && std::isalpha(static_cast<unsigned char>(c)))
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ')' && depth > 0) --depth;
  }
  finish();
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace natsrec
