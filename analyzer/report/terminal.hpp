#pragma once
#include "analyzer/incident/model.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace natsrec {

/// How to print for a terminal; the caller knows whether there is one.
struct TextOptions {
  bool colour = false;
  std::size_t width = 100;  ///< columns, 48 at least; 0 for no limit (a pipe)
};

/// Writes wrapped, labelled text. Everything given to it is made plain first; colour is its own doing only.
class TextWriter {
 public:
  explicit TextWriter(const TextOptions& options) : options_(options) {}

  enum class Style { none, bold, dim, red, yellow, green };

  /// A paragraph, wrapped; lines after the first are indented by `hang` columns more than the first.
  TextWriter& line(std::string_view text, std::size_t indent = 0, std::size_t hang = 0,
                   Style style = Style::none);
  /// "  label     text", wrapped under the text.
  TextWriter& field(std::string_view label, std::string_view text);
  /// Something to copy: on one line whatever the width.
  TextWriter& verbatim(std::string_view text, std::size_t indent);
  /// The label and the rest, wrapped beside it.
  TextWriter& row(std::string_view label, Style style, std::string_view rest, Style rest_style = Style::none);
  TextWriter& blank();

  std::string take() { return std::move(out_); }

  static constexpr std::size_t label_width = 12;

 private:
  void styled(std::string_view text, Style style);

  TextOptions options_;
  std::string out_;
};

TextWriter::Style style_of(Severity severity);

}  // namespace natsrec
