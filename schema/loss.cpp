#include "schema/loss.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace natsrec {
namespace {

using Json = nlohmann::ordered_json;

/// Reports show it as the reason of a gap.
bool is_word(const std::string& text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

Loss together(Loss first, const Loss& then) {
  first.epochs += then.epochs;
  first.last = then.last;
  return first;
}

std::string to_json(const Loss& loss) {
  const Json out{{"epochs", loss.epochs},
                 {"first", format_time(loss.first)},
                 {"last", format_time(loss.last)},
                 {"cause", loss.cause},
                 {"text", loss.text}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Loss> parse_loss(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  try {
    Loss out;
    out.epochs = document.at("epochs").get<std::int64_t>();
    const auto first = parse_time(document.at("first").get<std::string>());
    const auto last = parse_time(document.at("last").get<std::string>());
    out.cause = document.at("cause").get<std::string>();
    out.text = document.at("text").get<std::string>();
    if (!first || !last || out.epochs < 1 || !is_word(out.cause)) return std::nullopt;
    out.first = *first;
    out.last = *last;
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace natsrec
