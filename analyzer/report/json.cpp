#include "analyzer/report/json.hpp"

namespace natsrec {
namespace {

using Json = nlohmann::ordered_json;

Json time(const std::optional<Time>& t) { return t ? Json(format_time(*t)) : Json(nullptr); }

Json moment(const std::optional<Moment>& m) {
  if (!m) return nullptr;
  Json out = {{"after", time(m->after)}, {"by", format_time(m->by)}, {"exact", time(m->exact)}};
  if (m->exact_error_s) out["exact_error_s"] = *m->exact_error_s;
  return out;
}

template <typename Items, typename Function>
Json list(const Items& items, Function&& each) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(each(item));
  return out;
}

Json recording(const RecordingInfo& r) {
  return {{"id", r.id},
          {"name", r.name},
          {"first_epoch", time(r.first_epoch)},
          {"last_epoch", time(r.last_epoch)},
          {"epochs", r.epochs},
          {"interval_s", r.interval ? Json(seconds(*r.interval)) : Json(nullptr)},
          {"coverage", r.coverage},
          {"damage", r.damage},
          {"gaps", list(r.gaps,
                        [](const Gap& gap) -> Json {
                          return {{"after", time(gap.after)}, {"by", time(gap.by)}, {"reason", gap.reason}};
                        })},
          {"servers", list(r.servers, [](const ServerInfo& s) -> Json {
             return {{"server", s.server}, {"version", s.version}, {"targets", s.targets}};
           })}};
}

Json measured(const Measured& m) {
  const auto number = [](const std::optional<double>& n) { return n ? Json(*n) : Json(nullptr); };
  return {{"before", number(m.before)}, {"worst", number(m.worst)}, {"after", number(m.after)}};
}

Json impact(const ServerImpact& i) {
  return {{"server", i.server},
          {"connections", measured(i.connections)},
          {"subscriptions", measured(i.subscriptions)},
          {"msgs_per_s", measured(i.msgs_per_s)}};
}

Json cause(const Cause& c) {
  return {{"cause", c.cause},
          {"confidence", c.confidence},
          {"why", c.why},
          {"evidence", list(c.evidence,
                            [](const Evidence& e) -> Json {
                              return {{"epoch", e.epoch},
                                      {"target", e.target},
                                      {"server", e.server},
                                      {"endpoint", name(e.endpoint)},
                                      {"pointer", e.pointer}};
                            })},
          {"next", c.next}};
}

Json incident(const Incident& i) {
  return {{"id", i.id},
          {"merged", i.merged},
          {"severity", name(i.severity)},
          {"title", i.title},
          {"status", i.open ? "open" : "resolved"},
          {"began", moment(i.began)},
          {"ended", moment(i.ended)},
          {"duration_s", seconds(i.duration)},
          {"duration_min_s", seconds(i.duration_min)},
          {"duration_max_s", seconds(i.duration_max)},
          {"observed_share", i.observed_share},
          {"clusters", i.clusters},
          {"servers", i.servers},
          {"links", list(i.links,
                         [](const auto& l) -> Json {
                           return Json::array({l.first, l.second});
                         })},
          {"gateways", list(i.gateways,
                            [](const GatewayRef& g) -> Json {
                              return {{"server", g.server}, {"remote_cluster", g.remote_cluster}};
                            })},
          {"checks", i.checks},
          {"impact", i.impact},
          {"impact_measured", list(i.impact_measured, impact)},
          {"context", i.context},
          {"findings", i.findings},
          {"causes", list(i.causes, cause)}};
}

Json finding(const Finding& f) {
  const std::string_view check = info(f.kind).check;
  Json out = {{"id", f.id},
              {"kind", info(f.kind).name},
              {"check", check.empty() ? Json(nullptr) : Json(check)},
              {"severity", name(f.severity)}};
  const auto optional = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  optional("incident", f.incident);
  optional("cluster", f.cluster);
  optional("server", f.server);
  optional("peer", f.peer);
  optional("account", f.account);
  optional("remote_cluster", f.remote_cluster);
  out["began"] = moment(f.began);
  out["ended"] = moment(f.ended);
  if (f.ended_by) out["ended_by"] = name(*f.ended_by);
  out["instant"] = f.instant();
  if (f.count) out["count"] = *f.count;
  out["text"] = f.text;
  optional("consequence_of", f.consequence_of);
  out["details"] = f.details.is_object() ? f.details : Json::object();
  out["epochs"] = f.epochs;
  if (!f.ended_epochs.empty()) out["ended_epochs"] = f.ended_epochs;
  return out;
}

}  // namespace

nlohmann::ordered_json generator() { return {{"name", "nats-analyzer"}, {"version", NATSREC_VERSION}}; }

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string incidents_json(const Analysis& analysis) {
  return dump({{"schema", 1},
               {"generator", generator()},
               {"as_of", time(analysis.as_of)},
               {"recording", recording(analysis.recording)},
               {"incidents", list(analysis.incidents, incident)},
               {"findings", list(analysis.findings, finding)}});
}

}  // namespace natsrec
