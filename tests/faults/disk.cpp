#include "tests/faults/disk.hpp"

#include "schema/file_bytes.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace natsrec::faults {
namespace {

void put(std::string& file, std::int64_t offset, std::string_view bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (file.size() < at + bytes.size()) file.resize(at + bytes.size());
  file.replace(at, bytes.size(), bytes);
}

/// Sector by sector, each with a chance of its own.
void put_some(std::string& file, std::int64_t offset, std::string_view bytes, bench::Random& random,
              std::int64_t sector) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, static_cast<std::size_t>(sector - offset % sector));
    if (random.below(2) == 0) put(file, offset, piece);
    offset += static_cast<std::int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
  }
}

}  // namespace

std::string_view name(Refusal refusal) {
  switch (refusal) {
    case Refusal::full:
      return "full disk";
    case Refusal::short_write:
      return "short write";
    case Refusal::quota:
      return "quota";
    case Refusal::broken:
      return "failed sync";
  }
  return "";
}

void Disk::watch(std::function<void()> before_each_sync) {
  files_.clear();
  before_each_sync_ = std::move(before_each_sync);
  watching_ = true;
  refused_ = false;
  refusal_.reset();
}

void Disk::leave() {
  watching_ = false;
  refusal_.reset();
  before_each_sync_ = nullptr;
  files_.clear();
}

void Disk::refuse_after(std::int64_t operations, Refusal refusal) { refusal_ = {operations, refusal}; }

std::optional<Refusal> Disk::refuses(bool sync) {
  if (!refusal_ || sync != (refusal_->second == Refusal::broken)) return std::nullopt;
  if (refusal_->first-- > 0) return std::nullopt;
  refusal_->first = 0;
  refused_ = true;
  return refusal_->second;
}

void Disk::opened(const std::string& path, bool made) {
  if (!watching_) return;
  const auto [file, added] = files_.try_emplace(path);
  // One that was there before has been synced long ago.
  if (added && !made) file->second.synced = read_bytes(path, std::size_t{1} << 40);
}

void Disk::written(const std::string& path, std::int64_t offset, std::string_view bytes) {
  if (watching_) files_[path].changes.push_back({Change::Kind::write, offset, std::string{bytes}});
}

void Disk::truncated(const std::string& path, std::int64_t size) {
  if (watching_) files_[path].changes.push_back({Change::Kind::truncate, size, {}});
}

void Disk::removed(const std::string& path) {
  if (watching_) files_[path].changes.push_back({Change::Kind::remove, 0, {}});
}

void Disk::renamed(const std::string& from, const std::string& to) {
  if (!watching_) return;
  files_[to].changes.push_back({Change::Kind::rename, 0, files_[from].synced.value_or("")});
  removed(from);
}

void Disk::syncing(const std::string& /*path*/) {
  if (!watching_ || !before_each_sync_) return;
  watching_ = false;  // what is done there happens on another disk
  before_each_sync_();
  watching_ = true;
}

void Disk::synced(const std::string& path) {
  if (!watching_) return;
  folder_synced();
  File& file = files_[path];
  if (!file.synced) file.synced.emplace();
  for (const Change& change : file.changes) {
    if (change.kind == Change::Kind::write) put(*file.synced, change.offset, change.bytes);
    if (change.kind == Change::Kind::truncate) file.synced->resize(static_cast<std::size_t>(change.offset));
  }
  file.changes.clear();
}

void Disk::folder_synced() {
  if (!watching_) return;
  for (auto& [path, file] : files_) {
    const auto last = std::find_if(file.changes.rbegin(), file.changes.rend(), [](const Change& change) {
      return change.kind == Change::Kind::remove || change.kind == Change::Kind::rename;
    });
    if (last == file.changes.rend()) continue;
    file.synced.reset();
    if (last->kind == Change::Kind::rename) file.synced = last->bytes;
    file.changes.erase(file.changes.begin(), last.base());
  }
}

std::optional<std::string> Disk::left_of(const File& file, bench::Random& random, bool nothing_unsynced) {
  std::optional<std::string> out = file.synced;
  if (nothing_unsynced) return out;
  const std::int64_t sector = random.below(2) == 0 ? 512 : 4096;
  for (const Change& change : file.changes) {
    const bool happens = random.below(2) == 0;
    switch (change.kind) {
      case Change::Kind::remove:
        if (!happens) return out;  // and what came after it was another file of its name
        out.reset();
        break;
      case Change::Kind::rename:
        if (!happens) return out;
        out = change.bytes;
        break;
      case Change::Kind::truncate:
        if (out && happens) out->resize(static_cast<std::size_t>(change.offset));
        break;
      case Change::Kind::write:
        if (!out && !happens) continue;
        if (!out) out.emplace();
        put_some(*out, change.offset, change.bytes, random, sector);
        break;
    }
  }
  return out;
}

Disk::Files Disk::after_power_cut(const std::string& folder, bench::Random& random,
                                  bool nothing_unsynced) const {
  Files out;
  for (const auto& [path, file] : files_) {
    const std::filesystem::path whole{path};
    if (whole.parent_path() != folder) continue;
    if (auto left = left_of(file, random, nothing_unsynced))
      out.emplace(whole.filename().string(), std::move(*left));
  }
  // What was not touched since is as it was.
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    const std::string path = entry.path().string();
    if (entry.is_regular_file() && files_.find(path) == files_.end())
      out.emplace(entry.path().filename().string(), read_bytes(path, std::size_t{1} << 40));
  }
  return out;
}

}  // namespace natsrec::faults
