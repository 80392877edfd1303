#pragma once
#include "analyzer/incident/model.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace natsrec {

/// The reader's own notes, CSV (RFC 4180): time,text[,who]; a heading line is allowed. Sorted by time.
/// Failure(Exit::usage) naming the line that is not one.
std::vector<Annotation> read_annotations(const std::filesystem::path& file);
std::vector<Annotation> parse_annotations(std::string_view csv, const std::string& name);

}  // namespace natsrec
