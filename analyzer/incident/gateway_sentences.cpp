#include "analyzer/incident/gateway_sentences.hpp"

#include "analyzer/incident/phrases.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

std::string inbound(const nlohmann::ordered_json& details) {
  const auto count = details.value("inbound", 0);
  return count == 0 ? std::string()
                    : fmt::format("; {} inbound from there remain{}", count, count == 1 ? "s" : "");
}

std::string down(const Finding& f) {
  const auto& d = f.details;
  std::string result =
      fmt::format("{} has no outbound gateway to cluster {}", at(f, f.server), f.remote_cluster);
  if (text(d, "scope") == "cluster") result += ", like every server of its cluster that answers";
  if (const auto was = text(d, "was_connected_to"); !was.empty()) result += "; it was connected to " + was;
  return result + inbound(d);
}

std::string never_connected(const Finding& f) {
  const auto& d = f.details;
  auto result =
      fmt::format("{} has cluster {} configured as a gateway ({}) and was never seen connected to it",
                  at(f, f.server), f.remote_cluster, listed(d["urls"]));
  if (!flag(d, "remote_known")) result += "; nothing recorded knows a cluster of that name";
  return result + inbound(d);
}

std::string slow(const Finding& f) {
  const auto& d = f.details;
  auto result = fmt::format("The gateway {} → {} is slow: a round trip to {} took {:.3g} ms", at(f, f.server),
                            f.remote_cluster, text(d, "to"), d.value("rtt_ms", 0.0));
  if (d.contains("usual_ms")) result += fmt::format(", usual are {:.3g} ms", d.value("usual_ms", 0.0));
  return result;
}

std::string config_mismatch(const Finding& f) {
  std::vector<std::string> groups;
  for (const auto& variant : f.details["variants"]) groups.push_back("{" + listed(variant["servers"]) + "}");
  return fmt::format("Members of cluster {} are configured with different gateways to {}: {}", f.cluster,
                     listed(f.details["differing"]), listed(groups));
}

std::string name_mismatch(const Finding& f) {
  const auto& d = f.details;
  auto result = fmt::format("{} expects cluster {} at {}, where cluster {} answers", at(f, f.server),
                            f.remote_cluster, text(d, "url"), text(d, "answers_as"));
  if (const auto who = text(d, "server"); !who.empty()) result += " (" + who + ")";
  return result;
}

}  // namespace

std::string gateway_sentence(const Finding& f) {
  const auto& d = f.details;
  switch (f.kind) {
    case Kind::gateway_down:
      return down(f);
    case Kind::gateway_never_connected:
      return never_connected(f);
    case Kind::gateway_reconnected:
      return fmt::format("The gateway {} → {} was lost and re-established between two epochs",
                         at(f, f.server), f.remote_cluster);
    case Kind::gateway_failover:
      return fmt::format("The gateway {} → {} moved from {} to {}", at(f, f.server), f.remote_cluster,
                         text(d, "from"), text(d, "to"));
    case Kind::gateway_flapping:
      return fmt::format("The gateway {} → {} is flapping: re-established at least {} times", at(f, f.server),
                         f.remote_cluster, f.count.value_or(0));
    case Kind::gateway_rtt_high:
      return slow(f);
    case Kind::gateway_removed:
      return flag(d, "implicit")
                 ? fmt::format("{} no longer has a gateway to cluster {}, which it had only learned of",
                               at(f, f.server), f.remote_cluster)
                 : fmt::format("{} was started without cluster {} in its configuration", at(f, f.server),
                               f.remote_cluster);
    case Kind::gateway_config_mismatch:
      return config_mismatch(f);
    case Kind::gateway_name_mismatch:
      return name_mismatch(f);
    default:
      return {};
  }
}

}  // namespace natsrec
