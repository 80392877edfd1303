#include "schema/capture.hpp"
#include "schema/capture_files.hpp"
#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/label.hpp"
#include "schema/loss.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <system_error>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

void require_empty(const fs::path& folder) {
  std::error_code error;
  const bool exists = fs::exists(folder, error);
  if (exists && !fs::is_directory(folder, error)) {
    throw Failure(Exit::usage,
                  fmt::format("{} is not a folder; name one to be made", printable(folder.string())));
  }
  if (exists && !fs::is_empty(folder, error)) {
    throw Failure(Exit::usage, fmt::format("{} is not empty; name a new folder for the capture",
                                           printable(folder.string())));
  }
}

/// The one place from which nothing may leave the capture's folder, whatever a forged recording calls its
/// targets.
bool is_path_of_capture(std::string_view path) {
  if (path == "epoch.json" || path == loss_file) return true;
  const auto slash = path.find('/');
  return slash != std::string_view::npos && capture::is_target_name(path.substr(0, slash)) &&
         capture::parse_file_name(path.substr(slash + 1)).has_value();
}

void write_epoch(const Recording& recording, const EpochInfo& info, const fs::path& folder,
                 Transfer& transfer) {
  Epoch epoch = recording.epoch(info.number);
  const auto snapshots = epoch.snapshots.size();
  // Collectors once took servers' names whole.
  for (Snapshot& snapshot : epoch.snapshots)
    if (snapshot.target.size() > longest_file_name) snapshot.target = cut_label(std::move(snapshot.target));
  const auto files = capture::files_of(std::move(epoch), info.folder, recording.verbatim(info.number));
  fs::create_directory(folder);
  for (const auto& [path, content] : files) {
    if (!is_path_of_capture(path)) {
      transfer.refused.push_back(
          fmt::format("epoch {}: \"{}\" is no name for a file of a capture", info.number, printable(path)));
      continue;
    }
    fs::create_directories((folder / path).parent_path());
    write_bytes(folder / path, content);
  }
  ++transfer.epochs;
  transfer.snapshots += static_cast<std::int64_t>(snapshots);
}

void write_epochs(const Recording& recording, const fs::path& capture, Transfer& transfer) {
  for (const EpochInfo& info : recording.epochs()) {
    const bool imported = parse_time(info.folder).has_value();
    const fs::path folder = capture / (imported ? info.folder : format_time_basic(info.started));
    if (fs::exists(folder)) {
      transfer.refused.push_back(fmt::format("epoch {}: another one has its time, {}", info.number,
                                             printable(folder.filename().string())));
      continue;
    }
    write_epoch(recording, info, folder, transfer);
  }
}

/// A capture has room for one document: the newest.
void write_deployment(const Recording& recording, const fs::path& capture, Transfer& transfer) {
  std::optional<std::int64_t> newest;
  bool changed = false;
  for (const EpochInfo& info : recording.epochs()) {
    changed = changed || (newest && info.deployment && info.deployment != newest);
    if (info.deployment) newest = info.deployment;
  }
  if (newest) write_bytes(capture / "deployment.json", recording.deployment_text(*newest));
  if (changed)
    transfer.notes.push_back(
        "the declared deployment changed during the recording: the last one is exported");
}

}  // namespace

Transfer export_capture(const Recording& recording, const fs::path& folder) {
  require_empty(folder);
  Transfer transfer;
  try {
    fs::create_directories(folder);
    write_epochs(recording, folder, transfer);
    write_deployment(recording, folder, transfer);
  } catch (const std::system_error& error) {
    throw Failure(Exit::partly, fmt::format("{} cannot be written: {}", printable(folder.string()),
                                            error.code().message()));
  }
  if (recording.damaged() > 0) {
    transfer.refused.push_back(fmt::format(
        "{} bodies or files are damaged in the store and exported as failures", recording.damaged()));
  }
  return transfer;
}

}  // namespace natsrec
