#include "schema/columns.hpp"

#include "schema/short_bytes.hpp"

#include <experimental/simd>

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace natsrec::columns {
namespace {

/// Length of a line's key with what surrounds it, 0 if the line has none.
std::size_t key_length(std::string_view line) {
  // The colon is rare; the quotes around it are not.
  for (auto colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1))
    if (colon > 0 && line[colon - 1] == '"' && colon + 1 < line.size() && line[colon + 1] == ' ')
      return colon + 2;
  return 0;
}

/// Calls `each` with every line without its newline; there is always one more line than newlines.
template <typename Each>
void for_each_line(std::string_view text, Each each) {
  for (;;) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// Keys most of whose lines in the one text are not found in the other.
std::vector<std::string_view> moving_keys(std::string_view from, std::string_view to) {
  std::unordered_set<std::string_view> known;
  for_each_line(from, [&](std::string_view line) { known.insert(line); });
  struct Count {
    int lines = 0, moved = 0;
  };
  std::map<std::string_view, Count> counts;
  for_each_line(to, [&](std::string_view line) {
    const std::size_t length = key_length(line);
    if (length == 0) return;
    Count& count = counts[line.substr(0, length)];
    ++count.lines;
    if (!known.contains(line)) ++count.moved;
  });
  std::vector<std::string_view> out;
  for (const auto& [key, count] : counts)
    if (2 * count.moved > count.lines) out.push_back(key);
  return out;
}

/// Tells which column a line's value goes to. Lines come in the same order again and again, so that the key
/// that followed the last one before is tried before any is looked for.
class KeyOfLine {
 public:
  explicit KeyOfLine(const std::vector<std::string_view>& moving) {
    keys_.push_back({"", none, 0});  // of lines without a key
    for (std::size_t i = 0; i < moving.size(); ++i) add(moving[i], i);
  }
  static constexpr std::size_t none = ~std::size_t{0};

  struct Key {
    std::string_view text;
    std::size_t column;  ///< none: the key's values stay where they are
    std::size_t after;   ///< the key that followed it last
  };
  const Key& of(std::string_view line) {
    std::size_t key = keys_[last_].after;
    // A key ends at the first place where one can end: a line that begins with it has no other.
    if (key == 0 || !line.starts_with(keys_[key].text)) key = find(line);
    keys_[last_].after = key;
    last_ = key;
    return keys_[key];
  }

 private:
  std::size_t add(std::string_view key, std::size_t column) {
    known_.emplace(key, keys_.size());
    keys_.push_back({key, column, 0});
    return keys_.size() - 1;
  }
  std::size_t find(std::string_view line) {
    const std::size_t length = key_length(line);
    if (length == 0) return 0;
    const auto known = known_.find(line.substr(0, length));
    return known == known_.end() ? add(line.substr(0, length), none) : known->second;
  }

  std::vector<Key> keys_;
  std::unordered_map<std::string_view, std::size_t> known_;
  std::size_t last_ = 0;
};

/// The text without the values of the columns' keys, which are added to the columns.
std::string take_out(std::string_view text, KeyOfLine& key_of, std::vector<Column>& columns) {
  if (columns.empty()) return std::string{text};
  std::string rest;
  rest.reserve(text.size());
  const char* from = text.data();  // not copied yet
  for_each_line(text, [&](std::string_view line) {
    const KeyOfLine::Key& key = key_of.of(line);
    if (key.column == KeyOfLine::none) return;
    columns[key.column].values.append(line.substr(key.text.size())).push_back('\n');
    rest.append(from, line.data() + key.text.size());
    from = line.data() + line.size();
  });
  rest.append(from, text.data() + text.size());
  return rest;
}

// Parallelism TS 2, until there is std::simd.
using Bytes = std::experimental::native_simd<char>;
using std::experimental::element_aligned;
constexpr auto width = static_cast<std::ptrdiff_t>(Bytes::size());

/// Null if there is none. Of a short line it is found sooner than std::memchr finds it.
const char* end_of_line(const char* from, const char* end) {
  for (; end - from >= width; from += width) {
    const auto found = Bytes{from, element_aligned} == '\n';
    if (any_of(found)) return from + find_first_set(found);
  }
  for (; from < end; ++from)
    if (*from == '\n') return from;
  return nullptr;
}

/// Where a line ends whose last byte is a space, at or after `from`: at its newline or at the text's end.
/// Null if there is none.
const char* end_of_spaced_line(const char* from, const char* end) {
  for (; end - from > width; from += width) {
    const auto found = Bytes{from, element_aligned} == ' ' && Bytes{from + 1, element_aligned} == '\n';
    if (any_of(found)) return from + find_first_set(found) + 1;
  }
  for (; from < end; ++from)
    if (*from == ' ' && (from + 1 == end || from[1] == '\n')) return from + 1;
  return nullptr;
}

}  // namespace

Split split(const std::vector<std::string_view>& texts) {
  Split out;
  out.texts.reserve(texts.size());
  std::string_view first, last;
  for (const auto text : texts) {
    if (text.empty()) continue;
    if (first.empty()) first = text;
    last = text;
  }
  const auto keys = moving_keys(first, last);
  out.columns.reserve(keys.size());
  for (const auto key : keys) out.columns.push_back({std::string{key}, {}});
  KeyOfLine key_of{keys};
  for (const auto text : texts) out.texts.push_back(take_out(text, key_of, out.columns));
  return out;
}

Joiner::Joiner(const std::vector<std::pair<std::string_view, std::string_view>>& columns) {
  for (const auto& [key, values] : columns) columns_.push_back({key, values, columns_.size()});
}

/// The column whose key alone is the line that ends here.
Joiner::Column* Joiner::column_of(const char* text, const char* line_end) {
  const auto is = [&](std::string_view key) {
    if (static_cast<std::size_t>(line_end - text) < key.size()) return false;
    const char* const line = line_end - key.size();
    return short_bytes::same(line, key.data(), key.size()) && (line == text || line[-1] == '\n');
  };
  std::size_t column = columns_[last_].after;
  if (!is(columns_[column].key)) {
    const auto found =
        std::find_if(columns_.begin(), columns_.end(), [&](const Column& one) { return is(one.key); });
    if (found == columns_.end()) return nullptr;
    column = static_cast<std::size_t>(found - columns_.begin());
    columns_[last_].after = column;
  }
  last_ = column;
  return &columns_[column];
}

/// Goes through a text in which lines that are a column's key miss their value; `piece` gets what stands
/// between, and the values, in order.
template <typename Piece>
bool Joiner::walk(std::string_view text, Piece piece) {
  if (columns_.empty()) {
    piece(text);
    return true;
  }
  const char* const end = text.data() + text.size();
  const char* from = text.data();  // not handed on yet
  // Only a line that ends like a key can be one, with a space: hardly another does.
  for (const char* stop = from; (stop = end_of_spaced_line(stop, end)); ++stop) {
    if (auto* const column = column_of(text.data(), stop)) {
      auto& values = column->values;
      const char* const value_end = end_of_line(values.data(), values.data() + values.size());
      if (!value_end) return false;
      const auto length = static_cast<std::size_t>(value_end - values.data());
      piece(std::string_view{from, static_cast<std::size_t>(stop - from)});
      piece(values.substr(0, length));
      values.remove_prefix(length + 1);
      from = stop;
    }
    if (stop == end) break;
  }
  piece(std::string_view{from, static_cast<std::size_t>(end - from)});
  return true;
}

bool Joiner::join(std::string_view text, std::string& out) {
  std::size_t size = 0;
  const bool whole = walk(text, [&](std::string_view piece) {
    // What is there of the last text is written over, so that room is hardly ever asked for.
    if (out.size() - size < piece.size()) out.resize(size + piece.size() + text.size() / 2);
    std::memcpy(out.data() + size, piece.data(), piece.size());
    size += piece.size();
  });
  out.resize(size);
  return whole;
}

bool Joiner::gives(std::string_view text, std::string_view whole) {
  bool same = true;
  const bool walked = walk(text, [&](std::string_view piece) {
    same = same && whole.starts_with(piece);
    if (same) whole.remove_prefix(piece.size());
  });
  return walked && same && whole.empty();
}

bool Joiner::skip(std::string_view text) {
  return walk(text, [](std::string_view) {});
}

bool Joiner::done() const {
  return std::all_of(columns_.begin(), columns_.end(), [](const Column& one) { return one.values.empty(); });
}

}  // namespace natsrec::columns
