#include "schema/chunk.hpp"

#include "schema/codec.hpp"
#include "schema/columns.hpp"
#include "schema/packing.hpp"
#include "schema/run.hpp"

#include <memory>
#include <utility>

namespace natsrec::chunk {
namespace {

constexpr std::uint64_t version = 1;

/// Epochs come at a steady pace, so a time is told by how far it is from where the last two lead.
class Pace {
 public:
  std::int64_t expected() const {
    return static_cast<std::int64_t>(2 * static_cast<std::uint64_t>(last_) -
                                     static_cast<std::uint64_t>(before_last_));
  }
  void seen(std::int64_t value) {
    before_last_ = seen_any_ ? last_ : value;
    last_ = value;
    seen_any_ = true;
  }

 private:
  std::int64_t before_last_ = 0, last_ = 0;
  bool seen_any_ = false;
};

std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t count(Time time) { return time.time_since_epoch().count(); }

void pack_times(Packer& out, const std::vector<StoredSnapshot>& series) {
  Pace pace;
  for (const auto& [epoch, s, checksum] : series) {
    out.number((s.asked ? 1u : 0u) | (s.answered ? 2u : 0u));
    if (s.asked) {
      out.signed_number(difference(count(*s.asked), pace.expected()));
      pace.seen(count(*s.asked));
    }
    if (s.answered) out.signed_number(difference(count(*s.answered), s.asked ? count(*s.asked) : 0));
  }
}

void unpack_times(Unpacker& in, std::vector<StoredSnapshot>& series) {
  Pace pace;
  for (auto& [epoch, s, checksum] : series) {
    const std::uint64_t present = in.number();
    std::int64_t asked = 0;
    if (present & 1) {
      asked = sum(in.signed_number(), pace.expected());
      pace.seen(asked);
      s.asked = Time{Duration{asked}};
    }
    if (present & 2) s.answered = Time{Duration{sum(in.signed_number(), asked)}};
  }
}

void pack_outcomes(Packer& out, const std::vector<StoredSnapshot>& series) {
  for (const auto& [epoch, s, checksum] : series) {
    out.optional_number(s.status ? std::optional{Packer::zigzag(*s.status)} : std::nullopt);
    out.text(s.failure ? name(s.failure->failure) : "");
    if (s.failure) out.text(s.failure->text);
  }
}

bool unpack_outcomes(Unpacker& in, std::vector<StoredSnapshot>& series) {
  for (auto& [epoch, s, checksum] : series) {
    if (const auto status = in.optional_number())
      s.status = static_cast<int>(static_cast<std::int64_t>(*status >> 1 ^ (~(*status & 1) + 1)));
    const auto failure_name = in.text();
    if (failure_name.empty()) continue;
    const auto failure = parse_failure_class(failure_name);
    if (!failure) return false;
    s.failure = FetchFailure{*failure, std::string{in.text()}};
  }
  return in.good();
}

/// A chunk taken apart, its bodies not put together yet.
struct Parts {
  std::string bytes;  ///< what the views below are into
  std::vector<StoredSnapshot> series;
  std::vector<std::optional<std::string_view>> texts;  ///< absent: there is no body
  std::vector<std::pair<std::string_view, std::string_view>> columns;
};

/// Nothing if the blob is damaged. Not returned by value: the views would not survive a short string's move.
std::unique_ptr<Parts> take_apart(std::string_view blob) {
  auto bytes = codec::decode(blob);
  if (!bytes) return nullptr;
  auto out = std::make_unique<Parts>();
  out->bytes = std::move(*bytes);
  Unpacker in{out->bytes};
  if (in.number() != version) return nullptr;
  const std::uint64_t size = in.number();
  if (size == 0 || size > run_length) return nullptr;
  auto& series = out->series;
  series.resize(static_cast<std::size_t>(size));
  for (auto& stored : series) stored.epoch = static_cast<std::int64_t>(in.number() % run_length);
  const auto run = static_cast<std::int64_t>(in.number());
  for (auto& stored : series) stored.epoch += first_epoch_of(run);
  unpack_times(in, series);
  if (!unpack_outcomes(in, series)) return nullptr;
  std::vector<std::optional<std::uint64_t>> sizes;
  for (std::size_t i = 0; i < series.size(); ++i) sizes.push_back(in.optional_number());
  for (auto& stored : series) stored.checksum = in.fixed64();

  for (std::uint64_t left = in.number(); left > 0 && in.good(); --left)
    out->columns.emplace_back(in.text(), "");
  for (const auto length : sizes)
    out->texts.push_back(length ? std::optional{in.raw(*length)} : std::nullopt);
  for (auto& [key, values] : out->columns) values = in.text();
  if (!in.good() || !in.done()) return nullptr;
  return out;
}

bool same_but_body(const StoredSnapshot& a, const StoredSnapshot& b) {
  const Snapshot& x = a.snapshot;
  const Snapshot& y = b.snapshot;
  return a.epoch == b.epoch && a.checksum == b.checksum && x.asked == y.asked && x.answered == y.answered &&
         x.status == y.status && x.failure == y.failure;
}

}  // namespace

std::optional<std::string> seal(const std::vector<StoredSnapshot>& series) {
  std::vector<std::string_view> bodies;
  std::size_t raw = 0;
  for (const auto& stored : series) {
    if (!stored.snapshot.body) continue;
    bodies.emplace_back(*stored.snapshot.body);
    raw += bodies.back().size();
  }
  if (raw > max_content) return std::nullopt;
  const columns::Split split = columns::split(bodies);

  Packer out;
  out.reserve(raw + raw / 64);  // a little more than the bodies were, for all that is beside them
  out.number(version);
  out.number(series.size());
  for (const auto& stored : series) out.number(static_cast<std::uint64_t>(stored.epoch % run_length));
  if (!series.empty()) out.number(static_cast<std::uint64_t>(run_of(series.front().epoch)));
  pack_times(out, series);
  pack_outcomes(out, series);
  std::size_t body = 0;
  for (const auto& stored : series)
    out.optional_number(stored.snapshot.body ? std::optional{split.texts[body++].size()} : std::nullopt);
  for (const auto& stored : series) out.fixed64(stored.checksum);
  out.number(split.columns.size());
  for (const auto& column : split.columns) out.text(column.key);
  for (const auto& text : split.texts) out.raw(text);
  for (const auto& column : split.columns) out.text(column.values);
  return codec::encode(out.bytes(), {}, level);
}

bool gives_back(std::string_view blob, const std::vector<StoredSnapshot>& series) {
  const auto parts = take_apart(blob);
  if (!parts || parts->series.size() != series.size()) return false;
  columns::Joiner joiner{parts->columns};
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto& body = series[i].snapshot.body;
    const auto& text = parts->texts[i];
    if (!same_but_body(parts->series[i], series[i]) || text.has_value() != body.has_value()) return false;
    if (text && !joiner.gives(*text, *body)) return false;
  }
  return joiner.done();
}

bool each(std::string_view blob, const std::string& target, Endpoint endpoint, std::int64_t first,
          std::int64_t last, const std::function<void(StoredSnapshot&)>& take) {
  const auto parts = take_apart(blob);
  if (!parts) return false;
  columns::Joiner joiner{parts->columns};
  std::string body;
  for (std::size_t i = 0; i < parts->series.size(); ++i) {
    StoredSnapshot& stored = parts->series[i];
    const auto& text = parts->texts[i];
    if (stored.epoch > last) return true;
    if (stored.epoch < first) {
      if (text && !joiner.skip(*text)) return false;
      continue;
    }
    if (text && !joiner.join(*text, body)) return false;
    auto& snapshot = stored.snapshot;
    if (text) snapshot.body = std::exchange(body, {});
    snapshot.target = target;
    snapshot.endpoint = endpoint;
    take(stored);
    if (snapshot.body) body = std::move(*snapshot.body);
  }
  return joiner.done();
}

std::optional<std::vector<StoredSnapshot>> open(std::string_view blob, const std::string& target,
                                                Endpoint endpoint, std::int64_t first, std::int64_t last) {
  std::vector<StoredSnapshot> out;
  const bool whole = each(blob, target, endpoint, first, last,
                          [&](StoredSnapshot& stored) { out.push_back(std::move(stored)); });
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace natsrec::chunk
