#include "analyzer/commands/exhibits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace natsrec {
namespace {

constexpr std::size_t longest_object = 1200;

std::string cut(std::string text) {
  if (text.size() <= longest_object) return text;
  const std::size_t line = text.rfind('\n', longest_object);
  const std::size_t kept = line == std::string::npos ? longest_object : line;
  return fmt::format("{}\n… {} more bytes", text.substr(0, kept), text.size() - kept);
}

}  // namespace

const Snapshot* Exhibits::snapshot(const Evidence& e) {
  const std::tuple key{e.epoch, e.target, e.endpoint};
  if (!last_ || key != key_) {
    last_ = recording_.snapshot(e.epoch, e.target, e.endpoint);
    key_ = key;
  }
  return last_ ? &*last_ : nullptr;
}

std::string Exhibits::object(const Evidence& e) {
  const Snapshot* found = snapshot(e);
  if (!found) return "";
  if (e.pointer.empty()) {
    if (!found->failure) return "";
    const std::string& text = found->failure->text;
    return std::string(name(found->failure->failure)) + (text.empty() ? "" : ": " + text);
  }
  if (!found->body) return "";
  try {
    const auto body = nlohmann::ordered_json::parse(*found->body);
    return cut(body.at(nlohmann::ordered_json::json_pointer(e.pointer))
                   .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } catch (const nlohmann::ordered_json::exception&) {
    return "";  // bodies are whatever was received
  }
}

std::string Exhibits::body(const Evidence& e) {
  const Snapshot* found = snapshot(e);
  return found && found->body ? *found->body : "";
}

}  // namespace natsrec
