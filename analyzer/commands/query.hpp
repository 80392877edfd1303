#pragma once
#include "analyzer/facts/facts.hpp"
#include "analyzer/report/table.hpp"

#include <map>
#include <string>

namespace natsrec {

/// Every query there is and what it answers, for people.
std::string list_queries();

/// Runs a query of queries/ by its name. `given` holds parameters without their colon; those left out are
/// NULL, as in the sqlite3 shell. Failure(Exit::usage) if there is no such query, or it knows no such
/// parameter.
Table run_query(const facts::Facts& facts, const std::string& name,
                const std::map<std::string, std::string>& given);

}  // namespace natsrec
