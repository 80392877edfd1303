#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/fleet.hpp"

#include <vector>

namespace natsrec {

/// Puts names to the servers of all records (pairs in byte order), and makes their ids.
void put_names(std::vector<Record>& records, const Fleet& fleet);

/// Eight base32 characters of a hash of the incident's first finding.
std::string incident_id(const std::string& first_finding);

}  // namespace natsrec
