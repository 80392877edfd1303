#include "schema/capture.hpp"
#include "schema/capture_files.hpp"
#include "schema/codec.hpp"
#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/loss.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <tuple>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

/// An epoch of a capture, not read yet.
struct EpochFolder {
  Time time;
  fs::path path;
  std::optional<std::string> deployment;
  std::optional<Duration> interval;
};

struct ReadEpoch {
  Epoch epoch;
  Origin origin;
};

class Importer {
 public:
  explicit Importer(Transfer& transfer) : transfer_(transfer) {}

  std::vector<EpochFolder> find_epochs(const fs::path& capture);
  ReadEpoch read(const EpochFolder& folder);
  void refuse(const fs::path& path, std::string_view why) {
    transfer_.refused.push_back(fmt::format("{}: {}", printable(path.string()), why));
  }

 private:
  using Files = std::map<std::string, std::string>;

  std::optional<std::string> content(const fs::path& path);
  void read_deployment(const fs::path& file, std::vector<EpochFolder>& epochs);
  void read_target(const fs::path& folder, Epoch& epoch, Files& files);
  void read_times(const fs::path& file, const std::string& json, Epoch& epoch);
  void read_loss(const fs::path& file, Files& files);

  Transfer& transfer_;
};

/// In byte order, so that the same folder gives the same messages everywhere.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> out;
  for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error))
    out.push_back(*it);
  if (error) {
    throw Failure(Exit::usage,
                  fmt::format("{} cannot be read: {}", printable(folder.string()), error.message()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// A link is not followed: what it points to is not in the capture.
bool is_folder(const fs::directory_entry& entry) {
  return entry.symlink_status().type() == fs::file_type::directory;
}
bool is_file(const fs::directory_entry& entry) {
  return entry.symlink_status().type() == fs::file_type::regular;
}

std::optional<std::string> Importer::content(const fs::path& path) {
  try {
    return read_bytes(path, codec::max_body);
  } catch (const std::system_error& error) {
    refuse(path, error.code().message());
    return std::nullopt;
  }
}

std::vector<EpochFolder> Importer::find_epochs(const fs::path& capture) {
  const std::string shown = printable(capture.string());
  std::error_code none;
  if (!fs::is_directory(capture))
    throw Failure(Exit::usage, fmt::format("{} is not a folder, so no capture", shown));
  std::vector<EpochFolder> epochs;
  std::vector<fs::path> strangers;
  bool has_deployment = false;
  for (const auto& entry : entries_of(capture)) {
    const auto time = parse_time(entry.path().filename().string());
    if (time && is_folder(entry)) {
      epochs.push_back({*time, entry.path(), std::nullopt, std::nullopt});
    } else if (entry.path().filename() == "deployment.json" && is_file(entry)) {
      has_deployment = true;
    } else {
      strangers.push_back(entry.path());
    }
  }
  if (epochs.empty()) {
    const bool is_epoch = parse_time(fs::weakly_canonical(capture, none).filename().string()).has_value();
    throw Failure(Exit::usage,
                  is_epoch ? fmt::format("{} is one epoch of a capture; name the folder it is in", shown)
                           : fmt::format("{} is no capture: no folder in it is named by a time, as in "
                                         "20261121T052415Z",
                                         shown));
  }
  for (const auto& path : strangers) refuse(path, "no part of a capture");
  if (has_deployment) read_deployment(capture / "deployment.json", epochs);
  return epochs;
}

void Importer::read_deployment(const fs::path& file, std::vector<EpochFolder>& epochs) {
  const auto text = content(file);
  if (!text) return;
  try {
    const Deployment deployment = parse_deployment(*text);
    for (auto& epoch : epochs) {
      epoch.deployment = *text;
      epoch.interval = deployment.interval;
    }
  } catch (const Failure& failure) {
    refuse(file, failure.what());
  }
}

ReadEpoch Importer::read(const EpochFolder& folder) {
  Epoch epoch;
  epoch.started = epoch.ended = folder.time;
  epoch.interval = folder.interval;
  Files files;
  std::optional<std::string> times;
  const fs::path times_file = folder.path / "epoch.json";
  for (const auto& entry : entries_of(folder.path)) {
    const std::string name = entry.path().filename().string();
    if (entry.path() == times_file && is_file(entry)) {
      times = content(times_file);
    } else if (name == loss_file && is_file(entry)) {
      read_loss(entry.path(), files);
    } else if (is_folder(entry) && capture::is_target_name(name)) {
      read_target(entry.path(), epoch, files);
    } else {
      refuse(entry.path(), "no part of a capture");
    }
  }
  if (times) {
    try {
      read_times(times_file, *times, epoch);
      files["epoch.json"] = *times;
    } catch (const Failure& failure) {
      refuse(times_file, failure.what());
    }
  }
  const std::string name = folder.path.filename().string();
  return {epoch, {name, capture::verbatim_files(epoch, name, files), folder.deployment}};
}

void Importer::read_target(const fs::path& folder, Epoch& epoch, Files& files) {
  const auto entries = entries_of(folder);
  if (entries.empty()) refuse(folder, "an empty target folder");
  const auto name_of = [](const fs::directory_entry& entry) -> std::optional<capture::FileName> {
    return is_file(entry) ? capture::parse_file_name(entry.path().filename().string()) : std::nullopt;
  };
  std::map<Endpoint, int> bodies;
  for (const auto& entry : entries) {
    if (const auto file = name_of(entry); file && !file->is_error) ++bodies[file->endpoint];
  }
  const std::string target = folder.filename().string();
  std::map<Endpoint, Snapshot> snapshots;
  for (const auto& entry : entries) {
    const auto file = name_of(entry);
    if (!file) {
      refuse(entry.path(), "no part of a capture");
      continue;
    }
    if (!file->is_error && bodies[file->endpoint] > 1) {
      refuse(entry.path(), "one of several bodies for one endpoint, nobody knows which is right");
      continue;
    }
    auto bytes = content(entry.path());
    if (!bytes) continue;
    Snapshot& snapshot = snapshots[file->endpoint];
    if (file->is_error) {
      snapshot.failure = capture::parse_error(*bytes);
    } else {
      snapshot.status = file->status;
      snapshot.body = *bytes;
    }
    files[target + "/" + entry.path().filename().string()] = std::move(*bytes);
  }
  for (auto& [endpoint, snapshot] : snapshots) {
    snapshot.target = target;
    snapshot.endpoint = endpoint;
    epoch.snapshots.push_back(std::move(snapshot));
  }
}

void Importer::read_times(const fs::path& file, const std::string& json, Epoch& epoch) {
  capture::EpochTimes times = capture::parse_epoch_json(json);
  epoch.started = times.started.value_or(epoch.started);
  epoch.ended = times.ended.value_or(epoch.started);
  for (Snapshot& snapshot : epoch.snapshots) {
    const auto found = times.snapshots.find(fmt::format("{}/{}", snapshot.target, name(snapshot.endpoint)));
    if (found == times.snapshots.end()) continue;
    snapshot.asked = found->second.asked;
    snapshot.answered = found->second.answered;
    times.snapshots.erase(found);
  }
  for (const auto& [key, unused] : times.snapshots) {
    refuse(file, fmt::format("tells of {}, which has no file; only that entry is left out", printable(key)));
  }
}

void Importer::read_loss(const fs::path& file, Files& files) {
  const auto text = content(file);
  if (!text) return;
  if (parse_loss(*text)) {
    files[std::string{loss_file}] = *text;
  } else {
    refuse(file, "does not tell of epochs that were lost");
  }
}

/// One sentence for all of them: importing the same capture twice should not fill the screen.
std::string too_old(const std::vector<fs::path>& folders, Time newest) {
  const std::string first = printable(folders.front().string());
  const std::string last = printable(folders.back().string());
  return fmt::format(
      "{}: not later than the recording's newest epoch ({}); import into a new recording instead",
      folders.size() == 1 ? first : fmt::format("{} epochs, {} to {}", folders.size(), first, last),
      format_time(newest));
}

}  // namespace

Transfer import_captures(Recorder& recorder, const std::vector<fs::path>& captures) {
  Transfer transfer;
  Importer importer{transfer};
  std::vector<EpochFolder> folders;
  for (const auto& capture : captures) {
    for (auto& folder : importer.find_epochs(capture)) folders.push_back(std::move(folder));
  }
  std::sort(folders.begin(), folders.end(), [](const EpochFolder& a, const EpochFolder& b) {
    return std::tie(a.time, a.path) < std::tie(b.time, b.path);
  });
  std::optional<Time> newest = recorder.newest();
  std::vector<fs::path> old;
  std::optional<Time> newest_before_old;
  for (const auto& folder : folders) {
    const ReadEpoch read = importer.read(folder);
    if (newest && read.epoch.started <= *newest) {
      old.push_back(folder.path);
      newest_before_old = newest;
      continue;
    }
    recorder.record_imported(read.epoch, read.origin);
    newest = read.epoch.started;
    ++transfer.epochs;
    transfer.snapshots += static_cast<std::int64_t>(read.epoch.snapshots.size());
  }
  if (!old.empty()) transfer.refused.push_back(too_old(old, *newest_before_old));
  return transfer;
}

}  // namespace natsrec
