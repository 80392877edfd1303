#pragma once
#include "schema/recorder.hpp"
#include "schema/recording.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Capture directories: a recording as plain files, made by hand, by a script or by `export`.
///
///   CAPTURE/deployment.json                                    optional: what the configuration declared
///   CAPTURE/<time, RFC 3339 basic or extended>/epoch.json      optional: {"started","ended","snapshots":
///                                                                {"<target>/<endpoint>":{"asked","answered"}}}
///   CAPTURE/<time>/<target>/<endpoint>[.<http status>].json    the body as received, whatever it is; status
///   200 if none CAPTURE/<time>/<target>/<endpoint>.error                   class on the first line if it is
///   one of ours, then text; CAPTURE/<time>/lost.json                       optional: see loss.hpp
///
/// What is imported is exported again byte for byte.
namespace natsrec {

struct Transfer {
  std::int64_t epochs = 0;
  std::int64_t snapshots = 0;
  std::vector<std::string> refused;  ///< what was left out: one sentence each, with its path
  std::vector<std::string> notes;    ///< what a reader of the result should know
};

/// Adds the epochs of captures to a recording, all together in order of time. What is no part of a capture is
/// refused by name and the rest imported; so is an epoch that is not later than the recording's newest.
/// Failure(Exit::usage), before anything is written, if a path is no capture at all.
Transfer import_captures(Recorder& recorder, const std::vector<std::filesystem::path>& captures);

/// Writes a recording as a capture. Failure(Exit::usage) if the folder has something in it,
/// Failure(Exit::partly) if it cannot be written.
Transfer export_capture(const Recording& recording, const std::filesystem::path& folder);

}  // namespace natsrec
