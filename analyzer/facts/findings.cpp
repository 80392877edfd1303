#include "analyzer/facts/findings.hpp"

#include "analyzer/facts/queries.hpp"
#include "analyzer/facts/rows.hpp"
#include "analyzer/saved/analysis.hpp"
#include "schema/sql.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace natsrec::facts {
namespace {

/// What was there before, by id.
std::map<std::string, std::string> saved_rows(SQLite::Database& database, const char* query) {
  std::map<std::string, std::string> rows;
  SQLite::Statement statement{database, query};
  while (statement.executeStep())
    rows[sql::bytes(statement.getColumn(0))] = sql::bytes(statement.getColumn(1));
  return rows;
}

/// Ids are unique but where two findings cannot be told apart in words.
std::string key_of(const std::string& id, std::map<std::string, int>& seen) {
  const auto nth = ++seen[id];
  return nth == 1 ? id : fmt::format("{} ({})", id, nth);
}

std::optional<Time> best(const std::optional<Moment>& moment) {
  if (!moment) return std::nullopt;
  return moment->best();
}
std::optional<Time> after(const std::optional<Moment>& moment) {
  return moment ? moment->after : std::nullopt;
}
std::optional<Time> by(const std::optional<Moment>& moment) {
  if (!moment) return std::nullopt;
  return moment->by;
}

std::optional<std::int64_t> newest(const std::vector<std::int64_t>& epochs) {
  if (epochs.empty()) return std::nullopt;
  return epochs.back();
}

std::optional<std::string> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void remove(SQLite::Database& database, const char* statement,
            const std::map<std::string, std::string>& gone) {
  Row row{database, statement};
  for (const auto& [id, saved] : gone) row.write(id);
}

void write_incidents(SQLite::Database& database, const std::vector<Incident>& incidents) {
  auto before = saved_rows(database, "SELECT id, saved FROM incident");
  std::map<std::string, int> seen;
  Row row{database,
          "INSERT OR REPLACE INTO incident (id, severity, status, title, cause, confidence, why, impact, "
          "servers, "
          "began_unix, ended_unix, last_unix, duration_s, observed_share, saved) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const auto& incident : incidents) {
    const auto id = key_of(incident.id, seen);
    const auto saved = to_bytes(incident);
    const auto known = before.find(id);
    const bool same = known != before.end() && known->second == saved;
    if (known != before.end()) before.erase(known);
    if (same) continue;
    const auto& cause = incident.causes.front();
    row.write(id, name(incident.severity), incident.open ? "open" : "resolved", incident.title, cause.cause,
              cause.confidence, cause.why, incident.impact,
              fmt::format("{}", fmt::join(incident.servers, ",")), incident.began.best(),
              best(incident.ended), by(incident.ended), seconds(incident.duration), incident.observed_share,
              Blob{saved});
  }
  remove(database, "DELETE FROM incident WHERE id = ?", before);
}

}  // namespace

void write_findings(SQLite::Database& database, const Analysis& analysis) {
  write_incidents(database, analysis.incidents);
  auto before = saved_rows(database, "SELECT id, saved FROM finding");
  std::map<std::string, int> seen;
  Row row{database,
          "INSERT OR REPLACE INTO finding (id, kind, check_code, severity, incident, cluster, server, peer, "
          "remote_cluster, account, instant, count, text, consequence_of, details, epoch, ended_epoch, "
          "began_after_unix, began_by_unix, began_unix, ended_after_unix, ended_by_unix, ended_unix, "
          "last_unix, saved) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const auto& finding : analysis.findings) {
    const auto id = key_of(finding.id, seen);
    const auto saved = to_bytes(finding);
    const auto known = before.find(id);
    const bool same = known != before.end() && known->second == saved;
    if (known != before.end()) before.erase(known);
    if (same) continue;
    const auto& kind = info(finding.kind);
    const auto last = finding.instant() ? std::optional(finding.began.by) : by(finding.ended);
    row.write(id, kind.name, kind.check, name(finding.severity), unless_empty(finding.incident),
              finding.cluster, finding.server, finding.peer, finding.remote_cluster, finding.account,
              finding.instant(), finding.count, finding.text, unless_empty(finding.consequence_of),
              finding.details.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
              newest(finding.epochs), newest(finding.ended_epochs), finding.began.after, finding.began.by,
              finding.began.best(), after(finding.ended), by(finding.ended), best(finding.ended), last,
              Blob{saved});
  }
  remove(database, "DELETE FROM finding WHERE id = ?", before);
}

namespace {

template <class T>
std::vector<T> read(SQLite::Statement& query) {
  std::vector<T> result;
  while (query.executeStep()) from_bytes(sql::bytes(query.getColumn(0)), result.emplace_back());
  return result;
}

}  // namespace

std::vector<Incident> read_incidents(SQLite::Database& database, const std::optional<Time>& since) {
  if (!since) {
    SQLite::Statement all{database, "SELECT saved FROM incident"};
    return read<Incident>(all);
  }
  // The same question as everybody's.
  std::string question{find_query("incidents")->sql};
  question.erase(question.rfind(';'));
  SQLite::Statement some{database,
                         "SELECT saved FROM incident WHERE id IN (SELECT id FROM (" + question + "))"};
  some.bind(":since", format_time(*since));
  some.bind(":until", "9999-12-31");
  return read<Incident>(some);
}

std::vector<Finding> read_findings(SQLite::Database& database, const std::optional<Time>& since) {
  if (!since) {
    SQLite::Statement all{database, "SELECT saved FROM finding"};
    return read<Finding>(all);
  }
  SQLite::Statement some{database,
                         "SELECT saved FROM finding WHERE id IN ("
                         "SELECT id FROM finding WHERE last_unix >= ?1 OR last_unix IS NULL "
                         "UNION SELECT f.id FROM incident i CROSS JOIN finding f ON f.incident = i.id "
                         "WHERE i.last_unix >= ?1 OR i.last_unix IS NULL)"};
  some.bind(1, unix_seconds(*since) - 1);
  return read<Finding>(some);
}

}  // namespace natsrec::facts
