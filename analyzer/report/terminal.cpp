#include "analyzer/report/terminal.hpp"

#include "analyzer/report/unicode.hpp"

#include <algorithm>
#include <vector>

namespace natsrec {
namespace {

/// Breaks plain text at spaces into lines of at most `first`, then `rest` columns; words longer than a line
/// are cut.
std::vector<std::string> wrap(const std::string& text, std::size_t first, std::size_t rest) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t used = 0;
  const auto room = [&] { return lines.empty() ? first : rest; };
  const auto flush = [&] {
    lines.push_back(std::move(line));
    line.clear();
    used = 0;
  };
  const auto put = [&](std::string_view word) {
    for (std::size_t at = 0; at < word.size();) {
      const std::size_t from = at;
      next_code_point(word, at);
      const std::string_view one = word.substr(from, at - from);
      if (used + columns(one) > room()) flush();
      line += one;
      used += columns(one);
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (used > 0 && used + 1 + columns(word) > room()) flush();
    if (used > 0) put(" ");
    put(word);
  }
  if (!line.empty() || lines.empty()) flush();
  return lines;
}

const char* escape(TextWriter::Style style) {
  switch (style) {
    case TextWriter::Style::none:
      return "";
    case TextWriter::Style::bold:
      return "\x1b[1m";
    case TextWriter::Style::dim:
      return "\x1b[2m";
    case TextWriter::Style::red:
      return "\x1b[1;31m";
    case TextWriter::Style::yellow:
      return "\x1b[1;33m";
    case TextWriter::Style::green:
      return "\x1b[32m";
  }
  return "";
}

constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

/// What is left of the width after an indent; never less than is readable.
std::size_t room(std::size_t width, std::size_t indent) {
  return width == 0 ? unlimited : std::max<std::size_t>(width, indent + 20) - indent;
}

}  // namespace

TextWriter::Style style_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return TextWriter::Style::red;
    case Severity::warning:
      return TextWriter::Style::yellow;
    case Severity::info:
      return TextWriter::Style::dim;
  }
  return TextWriter::Style::none;
}

void TextWriter::styled(std::string_view text, Style style) {
  const bool coloured = options_.colour && style != Style::none;
  if (coloured) out_ += escape(style);
  out_ += text;
  if (coloured) out_ += "\x1b[0m";
}

TextWriter& TextWriter::line(std::string_view text, std::size_t indent, std::size_t hang, Style style) {
  const auto lines = wrap(plain(text), room(options_.width, indent), room(options_.width, indent + hang));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out_.append(i == 0 ? indent : indent + hang, ' ');
    styled(lines[i], style);
    out_ += '\n';
  }
  return *this;
}

TextWriter& TextWriter::field(std::string_view label, std::string_view text) {
  const auto lines = wrap(plain(text), room(options_.width, label_width), room(options_.width, label_width));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    styled(pad(i == 0 ? "  " + std::string(label) : "", label_width), Style::dim);
    out_ += lines[i] + "\n";
  }
  return *this;
}

TextWriter& TextWriter::verbatim(std::string_view text, std::size_t indent) {
  out_.append(indent, ' ');
  out_ += plain(text) + "\n";
  return *this;
}

TextWriter& TextWriter::row(std::string_view label, Style style, std::string_view rest, Style rest_style) {
  const std::string head = plain(label) + "  ";
  const std::size_t indent = columns(head);
  const auto lines = wrap(plain(rest), room(options_.width, indent), room(options_.width, indent));
  styled(head, style);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out_.append(indent, ' ');
    styled(lines[i], rest_style);
    out_ += '\n';
  }
  return *this;
}

TextWriter& TextWriter::blank() {
  out_ += '\n';
  return *this;
}

}  // namespace natsrec
