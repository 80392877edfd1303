#include "schema/checksum.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <iterator>
#include <memory>
#include <new>
#include <string>

namespace natsrec::checksum {
namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

template <typename T>
std::string number_or_dash(const std::optional<T>& value) {
  return value ? fmt::format(FMT_COMPILE("{}"), *value) : "-";
}
std::optional<std::int64_t> count(const std::optional<Time>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

std::uint64_t of_texts(std::initializer_list<std::string_view> texts) {
  const std::unique_ptr<XXH3_state_t, FreeState> state{XXH3_createState()};
  if (!state) throw std::bad_alloc();
  XXH3_64bits_reset(state.get());
  for (const auto text : texts) XXH3_64bits_update(state.get(), text.data(), text.size());
  return XXH3_64bits_digest(state.get());
}

void append(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

std::uint64_t of_snapshot(std::int64_t epoch, const Snapshot& s) {
  const std::string_view text = s.failure ? std::string_view{s.failure->text} : std::string_view{};
  const std::string_view body = s.body ? std::string_view{*s.body} : std::string_view{};
  const auto size = s.body ? std::optional{s.body->size()} : std::nullopt;
  const std::string head = fmt::format(FMT_COMPILE("{} {} {} {} {} {} {} {} {}\n"), epoch, name(s.endpoint),
                                       number_or_dash(count(s.asked)), number_or_dash(count(s.answered)),
                                       number_or_dash(s.status), s.failure ? name(s.failure->failure) : "-",
                                       s.target.size(), text.size(), number_or_dash(size));
  return of_texts({head, s.target, text, body});
}

std::uint64_t of_epoch(const EpochRow& row) {
  const auto interval = row.interval ? std::optional{row.interval->count()} : std::nullopt;
  const auto folder = row.folder ? std::optional{row.folder->size()} : std::nullopt;
  const std::string head =
      fmt::format("{} {} {} {} {} {} {}\n", row.number, row.started.time_since_epoch().count(),
                  row.ended.time_since_epoch().count(), number_or_dash(interval), row.snapshots,
                  number_or_dash(row.deployment), number_or_dash(folder));
  return of_texts({head, row.folder ? std::string_view{*row.folder} : std::string_view{}});
}

std::uint64_t of_deployment(std::string_view document) {
  return XXH3_64bits(document.data(), document.size());
}

std::uint64_t of_verbatim(std::string_view path, std::string_view content) {
  return of_texts({path, std::string_view{"\0", 1}, content});
}

namespace {
std::string bytes_of(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}
}  // namespace

std::string first_digest(std::string_view recording) {
  return bytes_of(XXH3_128bits(recording.data(), recording.size()));
}

std::string digest(std::string_view previous, std::uint64_t epoch, const std::vector<std::uint64_t>& parts) {
  std::string text{previous};
  append(text, epoch);
  for (const std::uint64_t part : parts) append(text, part);
  return bytes_of(XXH3_128bits(text.data(), text.size()));
}

}  // namespace natsrec::checksum
