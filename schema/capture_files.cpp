#include "schema/capture_files.hpp"

#include "schema/failure.hpp"
#include "schema/label.hpp"
#include "schema/loss.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>

namespace natsrec::capture {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view epoch_file = "epoch.json";

std::string body_name(const Snapshot& snapshot) {
  const int status = snapshot.status.value_or(200);
  return status == 200 ? fmt::format("{}/{}.json", snapshot.target, name(snapshot.endpoint))
                       : fmt::format("{}/{}.{}.json", snapshot.target, name(snapshot.endpoint), status);
}

std::string error_name(const Snapshot& snapshot) {
  return fmt::format("{}/{}.error", snapshot.target, name(snapshot.endpoint));
}

std::string error_content(const FetchFailure& failure) {
  return fmt::format("{}\n{}{}", name(failure.failure), failure.text, failure.text.empty() ? "" : "\n");
}

/// Without one, an epoch starts and ends at its folder's time and no snapshot tells when it was asked.
bool needs_epoch_json(const Epoch& epoch, std::string_view folder) {
  const bool times_told =
      std::any_of(epoch.snapshots.begin(), epoch.snapshots.end(),
                  [](const Snapshot& snapshot) { return snapshot.asked || snapshot.answered; });
  return times_told || epoch.started != epoch.ended || parse_time(folder) != epoch.started;
}

std::string epoch_json(const Epoch& epoch) {
  Json snapshots = Json::object();
  for (const Snapshot& snapshot : epoch.snapshots) {
    if (!snapshot.body && !snapshot.failure) continue;
    Json times = Json::object();
    if (snapshot.asked) times["asked"] = format_time(*snapshot.asked);
    if (snapshot.answered) times["answered"] = format_time(*snapshot.answered);
    if (!times.empty()) snapshots[fmt::format("{}/{}", snapshot.target, name(snapshot.endpoint))] = times;
  }
  const Json out{
      {"started", format_time(epoch.started)}, {"ended", format_time(epoch.ended)}, {"snapshots", snapshots}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

[[noreturn]] void refuse(const std::string& what) { throw Failure(Exit::usage, what); }

std::optional<Time> time_at(const Json& object, const char* key) {
  if (!object.contains(key)) return std::nullopt;
  const Json& value = object.at(key);
  const auto time = value.is_string() ? parse_time(value.get<std::string>()) : std::nullopt;
  if (!time) refuse(fmt::format("\"{}\" is no RFC 3339 time", key));
  return time;
}

void expect_object(const Json& value, std::string_view place, std::initializer_list<std::string_view> known) {
  if (!value.is_object()) refuse(fmt::format("{} should be an object", place));
  for (const auto& [key, ignored] : value.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      refuse(fmt::format("{} has an unknown key \"{}\"", place, printable(key)));
    }
  }
}

Json parse_json(std::string_view content) {
  try {
    return Json::parse(content);
  } catch (const Json::exception& error) {
    refuse(fmt::format("not valid JSON: {}", printable(error.what())));
  }
}

/// What files_of() calls the body that somebody else called this: a status of 200 is not written out.
std::string usual_name(std::string_view path) {
  constexpr std::string_view ok = ".200.json";
  if (!path.ends_with(ok)) return std::string{path};
  return std::string{path.substr(0, path.size() - ok.size())} + ".json";
}

bool is_body(std::string_view path) {
  const auto file = parse_file_name(path.substr(path.rfind('/') + 1));
  return file && !file->is_error;
}

}  // namespace

std::optional<FileName> parse_file_name(std::string_view text) {
  FileName out;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto endpoint = parse_endpoint(text.substr(0, dot));
  if (!endpoint) return std::nullopt;
  out.endpoint = *endpoint;
  std::string_view rest = text.substr(dot);
  if (rest == ".json") return out;
  if (rest == ".error") {
    out.is_error = true;
    return out;
  }
  // .503.json
  if (rest.size() != 9 || !rest.ends_with(".json")) return std::nullopt;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + 4, out.status);
  if (error != std::errc{} || end != rest.data() + 4 || out.status < 100) return std::nullopt;
  return out;
}

bool is_target_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_file_name && text != "." && text != ".." &&
         text != epoch_file && text != loss_file && text.find('/') == std::string_view::npos &&
         is_printable(text);
}

FetchFailure parse_error(std::string_view content) {
  const auto without_newline = [](std::string_view text) {
    return std::string{text.ends_with('\n') ? text.substr(0, text.size() - 1) : text};
  };
  const auto end = std::min(content.find('\n'), content.size());
  std::string_view first = content.substr(0, end);
  if (first.ends_with('\r')) first.remove_suffix(1);
  const auto failure = parse_failure_class(first);
  if (!failure) return {FailureClass::other, without_newline(content)};
  return {*failure, without_newline(content.substr(std::min(end + 1, content.size())))};
}

EpochTimes parse_epoch_json(std::string_view content) {
  const Json document = parse_json(content);
  expect_object(document, "the document", {"started", "ended", "snapshots"});
  EpochTimes out{time_at(document, "started"), time_at(document, "ended"), {}};
  if (!document.contains("snapshots")) return out;
  if (!document.at("snapshots").is_object()) refuse("snapshots should be an object");
  for (const auto& [key, times] : document.at("snapshots").items()) {
    expect_object(times, fmt::format("snapshots[\"{}\"]", printable(key)), {"asked", "answered"});
    out.snapshots[key] = {time_at(times, "asked"), time_at(times, "answered")};
  }
  return out;
}

std::map<std::string, std::string> files_of(Epoch epoch, std::string_view folder,
                                            const VerbatimFiles& verbatim) {
  std::map<std::string, std::string> out;
  if (needs_epoch_json(epoch, folder)) out[std::string{epoch_file}] = epoch_json(epoch);
  for (Snapshot& snapshot : epoch.snapshots) {
    if (snapshot.body) out[body_name(snapshot)] = std::move(*snapshot.body);
    if (snapshot.failure) out[error_name(snapshot)] = error_content(*snapshot.failure);
  }
  for (const auto& [path, content] : verbatim) {
    auto body = is_body(path) ? out.extract(usual_name(path)) : decltype(out)::node_type{};
    if (body) {
      body.key() = path;
      out.insert(std::move(body));
    } else {
      out[path] = content;
    }
  }
  return out;
}

VerbatimFiles verbatim_files(const Epoch& epoch, std::string_view folder,
                             const std::map<std::string, std::string>& actual) {
  VerbatimFiles out;
  const auto generated = files_of(epoch, folder, {});
  for (const auto& [path, content] : actual) {
    const auto same = generated.find(path);
    if (same != generated.end() && same->second == content) continue;
    out[path] = is_body(path) ? std::string{} : content;
  }
  return out;
}

}  // namespace natsrec::capture
