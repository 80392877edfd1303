#pragma once
#include "schema/interned.hpp"
#include "schema/time.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Small readers over simdjson's DOM, whose parser checks the whole document.
namespace natsrec::json {

using simdjson::dom::element;

/// An object that is read member by member: each is looked for from where the last one was found. Servers
/// print them in one order and the readers ask in it, so that most are found at once; simdjson's own look-up
/// begins at the front each time.
class object {
 public:
  explicit(false) object(const simdjson::dom::object& members) : members_(members), at_(members.begin()) {}

  const simdjson::dom::object& members() const { return members_; }
  std::optional<element> find(std::string_view key) const {
    for (auto here = at_; here != members_.end(); ++here)
      if (here.key_equals(key)) return found(here);
    for (auto here = members_.begin(); here != at_; ++here)
      if (here.key_equals(key)) return found(here);
    return std::nullopt;
  }

 private:
  element found(simdjson::dom::object::iterator here) const {
    const auto value = here.value();
    at_ = ++here;
    return value;
  }
  simdjson::dom::object members_;
  mutable simdjson::dom::object::iterator at_;
};

/// The document is JSON, but not what the endpoint answers. Never leaves decode/.
struct WrongShape : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::optional<element> find(const object& parent, std::string_view key) {
  const auto value = parent.find(key);
  return value && !value->is_null() ? value : std::nullopt;
}

[[noreturn]] inline void wrong(std::string_view key, const char* expected) {
  throw WrongShape("'" + std::string(key) + "' is not " + expected);
}

/// One member, read as what it should be. Null is as good as absent. `Value` is one of DOM's, or one of
/// On-Demand's, which can be read once.
template <class Value>
struct Member {
  std::string_view key;
  Value value;

  template <class T>
  std::optional<T> maybe(const char* expected) {
    if (value.is_null()) return std::nullopt;
    T result;
    if (value.get(result) != simdjson::SUCCESS) wrong(key, expected);
    return result;
  }
  std::string_view text() { return maybe<std::string_view>("a string").value_or(std::string_view()); }
  std::int64_t integer() { return maybe<std::int64_t>("an integer").value_or(0); }
  /// A TCP port, 0 if there is none or it cannot be one.
  int port() {
    const auto number = integer();
    return number > 0 && number < 65536 ? static_cast<int>(number) : 0;
  }
  /// False if there is none.
  bool moment(Time& time) {
    const auto text = maybe<std::string_view>("a string");
    if (!text) return false;
    const auto parsed = parse_time(*text);
    if (!parsed) wrong(key, "a time");
    time = *parsed;
    return true;
  }
  /// A Go duration such as "1.5ms"; nothing if it is absent or empty.
  std::optional<Duration> go_duration() {
    const auto text = maybe<std::string_view>("a string");
    return !text || text->empty() ? std::nullopt : parse_go_duration(*text);
  }
};

inline std::optional<Member<element>> member(const object& parent, std::string_view key) {
  const auto value = parent.find(key);
  return value ? std::optional(Member<element>{key, *value}) : std::nullopt;
}

template <class T>
std::optional<T> maybe(const object& parent, std::string_view key, const char* expected) {
  auto found = member(parent, key);
  return found ? found->template maybe<T>(expected) : std::nullopt;
}

/// Valid until the parser reads another body.
inline std::string_view text(const object& parent, std::string_view key) {
  auto found = member(parent, key);
  return found ? found->text() : std::string_view();
}

inline std::string_view required_text(const object& parent, std::string_view key) {
  const auto value = text(parent, key);
  if (value.empty()) wrong(key, "there, or empty");
  return value;
}

inline std::int64_t integer(const object& parent, std::string_view key) {
  auto found = member(parent, key);
  return found ? found->integer() : 0;
}

inline bool flag(const object& parent, std::string_view key) {
  return maybe<bool>(parent, key, "true or false").value_or(false);
}

inline std::optional<object> child(const object& parent, std::string_view key) {
  const auto members = maybe<simdjson::dom::object>(parent, key, "an object");
  return members ? std::optional(object(*members)) : std::nullopt;
}

inline std::optional<Time> maybe_moment(const object& parent, std::string_view key) {
  auto found = member(parent, key);
  Time time;
  return found && found->moment(time) ? std::optional(time) : std::nullopt;
}

inline Time moment(const object& parent, std::string_view key) {
  const auto time = maybe_moment(parent, key);
  if (!time) wrong(key, "there");
  return *time;
}

inline int port(const object& parent, std::string_view key) {
  auto found = member(parent, key);
  return found ? found->port() : 0;
}

/// Calls f with each object of an array; an absent or null array has none.
template <class F>
void each_object(const object& parent, std::string_view key, F f) {
  const auto array = maybe<simdjson::dom::array>(parent, key, "an array");
  if (!array) return;
  for (const auto one : *array) {
    simdjson::dom::object entry;
    if (one.get(entry) != simdjson::SUCCESS) wrong(key, "an array of objects");
    f(entry);
  }
}

/// Sorted: servers print what they keep in maps in random order.
inline std::vector<Interned> texts(const object& parent, std::string_view key) {
  std::vector<Interned> result;
  const auto array = maybe<simdjson::dom::array>(parent, key, "an array");
  if (!array) return result;
  for (const auto one : *array) {
    std::string_view text;
    if (one.get(text) != simdjson::SUCCESS) wrong(key, "an array of strings");
    result.emplace_back(text);
  }
  std::sort(result.begin(), result.end());
  return result;
}

inline std::optional<Duration> go_duration(const object& parent, std::string_view key) {
  auto found = member(parent, key);
  return found ? found->go_duration() : std::nullopt;
}

}  // namespace natsrec::json
