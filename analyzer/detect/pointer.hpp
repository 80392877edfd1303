#pragma once
#include <initializer_list>
#include <string>

namespace natsrec {

/// A JSON pointer of these tokens (RFC 6901).
inline std::string pointer(std::initializer_list<std::string> tokens) {
  std::string result;
  for (const auto& token : tokens) {
    result += '/';
    for (const char c : token) {
      if (c == '~')
        result += "~0";
      else if (c == '/')
        result += "~1";
      else
        result += c;
    }
  }
  return result;
}

}  // namespace natsrec
