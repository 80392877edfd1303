#pragma once
#include "analyzer/incident/model.hpp"

#include <string>
#include <string_view>
#include <vector>

/// CSV after RFC 4180: CRLF, a header line, quotes where needed, UTF-8. Times are UTC, RFC 3339, six
/// decimals; empty is unknown. `_min` is the earliest a moment can have been (`after`), `_max` the latest
/// (`by`), `_exact` what a body tells. Columns are a contract: new ones are appended, none is renamed or
/// moved. Cells that a spreadsheet would run as a formula begin with an apostrophe.
namespace natsrec {

/// A row per incident: id, severity, status, title, began_min, began_max, began_exact, ended_min, ended_max,
/// ended_exact, duration_s, duration_min_s, duration_max_s, observed_share, clusters, servers, links,
/// gateways, checks, cause, confidence, why, impact, findings (how many), merged. Lists are joined by "; ";
/// the cause is the first one.
std::string incidents_csv(const Analysis& analysis);

/// A row per finding: id, kind, check, severity, cluster, server, peer, remote_cluster, account, incident,
/// began_min, began_max, began_exact, began_exact_error_s, ended_min, ended_max, ended_exact, ended_by,
/// instant, count, consequence_of, text. The reader's own notes are rows of the kind `annotation`:
/// began_exact and text are set, who wrote it stands in front of the text.
std::string timeline_csv(const Analysis& analysis, const std::vector<Annotation>& annotations = {});

/// One cell: neutralised, then quoted if it must be.
std::string csv_cell(std::string_view text);

}  // namespace natsrec
