#include "schema/checksum.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#ifdef __x86_64__
#include <xxh_x86dispatch.h>  // by AVX2 where there is: bodies take half the time
#else
#include <xxhash.h>
#endif

#include <string>

namespace natsrec::checksum {
namespace {

template <typename T>
std::string number_or_dash(const std::optional<T>& value) {
  return value ? fmt::format(FMT_COMPILE("{}"), *value) : "-";
}
std::optional<std::int64_t> count(const std::optional<Time>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

std::uint64_t of_text(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

void append(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

std::uint64_t of_snapshot(std::int64_t epoch, const Snapshot& s) {
  // Without a heap: every reading of anything comes through here.
  fmt::memory_buffer text;
  const auto add = [&](const auto& value) {
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{} "), value);
  };
  const auto add_or_dash = [&](const auto& value) {
    if (value)
      add(*value);
    else
      add('-');
  };
  const std::string_view failure = s.failure ? std::string_view{s.failure->text} : std::string_view{};
  add(epoch);
  add(name(s.endpoint));
  add_or_dash(count(s.asked));
  add_or_dash(count(s.answered));
  add_or_dash(s.status);
  add(s.failure ? name(s.failure->failure) : "-");
  add(s.target.size());
  add(failure.size());
  if (s.body)
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{} {}\n"), s.body->size(), of_text(*s.body));
  else
    text.append(std::string_view{"- -\n"});
  text.append(s.target);
  text.append(failure);
  return of_text({text.data(), text.size()});
}

std::uint64_t of_epoch(const EpochRow& row) {
  const auto interval = row.interval ? std::optional{row.interval->count()} : std::nullopt;
  const auto folder = row.folder ? std::optional{row.folder->size()} : std::nullopt;
  const std::string head =
      fmt::format("{} {} {} {} {} {} {}\n", row.number, row.started.time_since_epoch().count(),
                  row.ended.time_since_epoch().count(), number_or_dash(interval), row.snapshots,
                  number_or_dash(row.deployment), number_or_dash(folder));
  return of_text(head + row.folder.value_or(""));
}

std::uint64_t of_deployment(std::string_view document) { return of_text(document); }

std::uint64_t of_verbatim(std::string_view path, std::string_view content) {
  std::string text{path};
  text += '\0';
  text += content;
  return of_text(text);
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
