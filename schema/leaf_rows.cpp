#include "schema/leaf_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

// https://www.sqlite.org/fileformat2.html; the names are its own.
namespace natsrec {
namespace {

constexpr std::size_t file_header = 100;
constexpr std::uint8_t table_leaf = 13;
/// Beyond what any row of ours needs, so that a damaged length asks for no more memory than there is.
constexpr std::uint64_t longest_row = 1u << 30;
constexpr std::uint64_t most_columns = 64;

/// Reads forward; what goes beyond the end is not there.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint64_t> number(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    std::uint64_t out = 0;
    for (const char c : rest_.substr(0, size)) out = out << 8 | static_cast<std::uint8_t>(c);
    rest_.remove_prefix(size);
    return out;
  }
  std::optional<std::uint64_t> varint() {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < rest_.size() && i < 9; ++i) {
      const auto byte = static_cast<std::uint8_t>(rest_[i]);
      if (i == 8 || byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return i == 8 ? out << 8 | byte : out << 7 | byte;
      }
      out = out << 7 | (byte & 0x7f);
    }
    return std::nullopt;
  }
  std::optional<std::string_view> take(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::int64_t with_sign(std::uint64_t value, std::size_t size) {
  const auto unused = 64 - 8 * size;
  return static_cast<std::int64_t>(value << unused) >> unused;
}

std::optional<RawValue> value_of(std::uint64_t type, Bytes& content) {
  using Kind = RawValue::Kind;
  constexpr std::size_t sizes[] = {0, 1, 2, 3, 4, 6, 8};
  if (type == 0) return RawValue{};
  if (type == 8 || type == 9) return RawValue{Kind::integer, static_cast<std::int64_t>(type) - 8, {}};
  if (type == 7) return content.take(8) ? std::optional{RawValue{Kind::real, 0, {}}} : std::nullopt;
  if (type < 7) {
    const auto value = content.number(sizes[type]);
    if (!value) return std::nullopt;
    return RawValue{Kind::integer, with_sign(*value, sizes[type]), {}};
  }
  if (type < 12) return std::nullopt;  // reserved
  const auto bytes = content.take((type - 12) / 2);
  if (!bytes) return std::nullopt;
  return RawValue{type % 2 == 0 ? Kind::blob : Kind::text, 0, *bytes};
}

std::optional<std::vector<RawValue>> values_of(std::string_view record) {
  Bytes header{record};
  const auto header_size = header.varint();
  if (!header_size || *header_size > record.size()) return std::nullopt;
  const std::size_t before_types = record.size() - header.rest().size();
  if (*header_size < before_types) return std::nullopt;
  Bytes types{header.rest().substr(0, static_cast<std::size_t>(*header_size) - before_types)};
  Bytes content{record.substr(static_cast<std::size_t>(*header_size))};
  std::vector<RawValue> out;
  while (!types.rest().empty()) {
    const auto type = types.varint();
    if (!type || out.size() == most_columns) return std::nullopt;
    const auto value = value_of(*type, content);
    if (!value) return std::nullopt;
    out.push_back(*value);
  }
  return out;
}

class File {
 public:
  explicit File(std::string_view bytes) : bytes_(bytes) {
    const auto size = Bytes{bytes.substr(std::min<std::size_t>(16, bytes.size()))}.number(2).value_or(0);
    page_size_ = size == 1 ? 65536 : static_cast<std::size_t>(size);
    // Ours never had others; a damaged size is found out by what a page looks like then.
    if (page_size_ < 512 || (page_size_ & (page_size_ - 1)) != 0) page_size_ = 16384;
    usable_ = page_size_;
  }

  template <typename Row>
  void each_row(Row row) const {
    for (std::size_t at = 0; at < bytes_.size(); at += page_size_) {
      const auto page = bytes_.substr(at, page_size_);
      each_cell(page, at == 0 ? file_header : 0, row);
    }
  }

 private:
  template <typename Row>
  void each_cell(std::string_view page, std::size_t header, Row row) const {
    if (page.size() < header + 8 || static_cast<std::uint8_t>(page[header]) != table_leaf) return;
    Bytes count{page.substr(header + 3)};
    const auto cells = count.number(2).value_or(0);
    Bytes pointers{page.substr(header + 8)};
    for (std::uint64_t i = 0; i < cells; ++i) {
      const auto at = pointers.number(2);
      if (!at) return;
      if (*at < page.size()) one_cell(page.substr(static_cast<std::size_t>(*at)), row);
    }
  }

  template <typename Row>
  void one_cell(std::string_view cell, Row row) const {
    Bytes bytes{cell};
    const auto size = bytes.varint();
    const auto rowid = bytes.varint();
    if (!size || !rowid || *size > longest_row) return;
    const auto whole = static_cast<std::size_t>(*size);
    std::string put_together;
    std::string_view record;
    if (whole <= usable_ - 35) {
      const auto here = bytes.take(whole);
      if (!here) return;
      record = *here;
    } else {
      if (whole > bytes_.size()) return;
      if (!follow(bytes, whole, put_together)) return;
      record = put_together;
    }
    if (const auto values = values_of(record)) row(static_cast<std::int64_t>(*rowid), *values);
  }

  /// A record that goes on in other pages.
  bool follow(Bytes& cell, std::size_t whole, std::string& out) const {
    const std::size_t least = (usable_ - 12) * 32 / 255 - 23;
    const std::size_t ending_full = least + (whole - least) % (usable_ - 4);
    const auto here = cell.take(ending_full <= usable_ - 35 ? ending_full : least);
    auto next = cell.number(4);
    if (!here || !next) return false;
    out.reserve(whole);
    out += *here;
    while (out.size() < whole) {
      const auto at = (static_cast<std::size_t>(*next) - 1) * page_size_;
      if (*next == 0 || at >= bytes_.size()) return false;
      Bytes page{bytes_.substr(at, page_size_)};
      next = page.number(4);
      const auto part = page.take(std::min(whole - out.size(), usable_ - 4));
      if (!next || !part) return false;
      out += *part;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t page_size_ = 0, usable_ = 0;
};

}  // namespace

void each_row(std::string_view file,
              const std::function<void(std::int64_t, const std::vector<RawValue>&)>& row) {
  File{file}.each_row(row);
}

}  // namespace natsrec
