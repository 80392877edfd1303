#pragma once
#include "schema/recorder.hpp"
#include "schema/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What the files of a capture are called and what is in them: rules without a file system. See capture.hpp.
namespace natsrec::capture {

/// A file of a target's folder.
struct FileName {
  Endpoint endpoint = Endpoint::varz;
  bool is_error = false;
  int status = 200;  ///< of bodies
};
std::optional<FileName> parse_file_name(std::string_view name);

/// Whether this can be a target's folder: one printable path element that is neither taken nor too long.
bool is_target_name(std::string_view name);

FetchFailure parse_error(std::string_view content);

/// The times that epoch.json tells.
struct EpochTimes {
  struct Times {
    std::optional<Time> asked, answered;
  };
  std::optional<Time> started, ended;
  std::map<std::string, Times> snapshots;  ///< by "<target>/<endpoint>"
};
/// Throws Failure(Exit::usage) that says what is wrong with it.
EpochTimes parse_epoch_json(std::string_view content);

/// The files of an epoch by path below its folder: those of its rows, with the verbatim ones in their place.
/// `folder` is the name of the folder it was imported from, empty for our own epochs.
std::map<std::string, std::string> files_of(Epoch epoch, std::string_view folder,
                                            const VerbatimFiles& verbatim);

/// The files among `actual` that files_of() would not give back by itself.
VerbatimFiles verbatim_files(const Epoch& epoch, std::string_view folder,
                             const std::map<std::string, std::string>& actual);

}  // namespace natsrec::capture
