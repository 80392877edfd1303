#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/incident/options.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace natsrec::facts {

/// Makes the rows of findings and incidents those of this analysis; what has not changed is not written.
void write_findings(SQLite::Database& database, const Analysis& analysis);
/// At least those that reach beyond `since`.
std::vector<Incident> read_incidents(SQLite::Database& database, const std::optional<Time>& since);
/// At least those that reach beyond `since`, and all of the incidents.
std::vector<Finding> read_findings(SQLite::Database& database, const std::optional<Time>& since);

}  // namespace natsrec::facts
