#include "collector/discovery.hpp"

#include "collector/config.hpp"
#include "schema/failure.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <memory>
#include <set>

namespace natsrec {
namespace {

/// More is a mistake, or hostile.
constexpr std::size_t most_of_a_name = 2000;
constexpr std::size_t patience_with_servers = 64;  // epochs

bool is_name(const Source& source) {
  return source.kind == Source::Kind::dns || source.kind == Source::Kind::srv;
}

/// In byte order.
std::vector<std::filesystem::path> matching(const std::filesystem::path& pattern) {
  glob_t found{};
  const int code = glob(pattern.c_str(), 0, nullptr, &found);
  const std::unique_ptr<glob_t, void (*)(glob_t*)> freed{&found, globfree};
  if (code != 0) return {};
  return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

class Search {
 public:
  Search(const Before& before, Resolver& resolver, const Clock& clock, Duration patience)
      : before_(before), resolver_(resolver), clock_(clock), patience_(patience), asked_(clock.now()) {}

  Found run(std::vector<Source> sources) {
    sources = with_files(std::move(sources));
    ask_names(sources);
    for (const Source& source : sources) {
      if (source.kind == Source::Kind::url) add(source.target);
      if (source.kind == Source::Kind::account) add_account(source);
      if (is_name(source)) add_hosts(source);
    }
    return std::move(found_);
  }

 private:
  void fail(const std::string& label, FetchFailure failure) {
    Snapshot snapshot;
    snapshot.target = label;
    snapshot.asked = asked_;
    snapshot.answered = clock_.now();
    snapshot.failure = std::move(failure);
    if (labels_.insert(label).second) found_.failures.push_back(std::move(snapshot));
  }
  void add(Target target) {
    if (labels_.insert(target.label).second) found_.targets.push_back(std::move(target));
  }

  std::vector<Source> with_files(std::vector<Source> sources) {
    std::vector<Source> out;
    for (Source& source : sources) {
      if (source.kind != Source::Kind::files) {
        out.push_back(std::move(source));
        continue;
      }
      for (const auto& file : matching(source.pattern)) {
        try {
          for (Source& each : load_targets(file)) out.push_back(std::move(each));
        } catch (const Failure& failure) {
          // One file that is being written, or wrong, must not cost the others the epoch.
          fail(safe_label(file.filename().string()), {FailureClass::other, failure.what()});
        }
      }
    }
    return out;
  }

  void ask_names(const std::vector<Source>& sources) {
    std::vector<Resolver::Question> questions;
    for (const Source& source : sources) {
      if (is_name(source))
        questions.push_back({host_of(source.target.url), source.kind == Source::Kind::srv});
    }
    if (!questions.empty()) answers_ = resolver_.resolve(questions, patience_);
  }

  /// One of the targets that a name stands for.
  static Target target_at(const Source& source, const Resolver::Host& host) {
    Target out = make_target(with_host(source.target.url, host.name, host.port));
    out.access = source.target.access;
    out.via = source.target.label;
    // An address has no certificate; the name has one.
    if (source.kind == Source::Kind::dns && out.access.server_name.empty())
      out.access.server_name = host_of(source.target.url);
    return out;
  }

  void add_hosts(const Source& source) {
    const Resolver::Answer answer = answers_.at(next_answer_++);
    const std::size_t count = std::min(answer.hosts.size(), most_of_a_name);
    for (std::size_t i = 0; i < count; ++i) add(target_at(source, answer.hosts[i]));
    if (answer.failure) {
      fail(source.target.label, *answer.failure);
    } else if (count < answer.hosts.size()) {
      fail(source.target.label,
           {FailureClass::dns,
            fmt::format("the name leads to {} servers, of which {} are asked", answer.hosts.size(), count)});
    }
    for (const auto& known : before_.targets) {
      if (known.via != source.target.label || labels_.contains(known.label)) continue;
      if (!answer.failure && !before_.answered(known.label, 1)) continue;
      add(target_at(source, {host_of(known.url), port_of(known.url)}));
    }
  }

  void add_account(const Source& source) {
    Found::Account out{source.target, {}};
    for (const auto& known : before_.targets) {
      if (known.via == source.target.label && before_.answered(known.label, patience_with_servers))
        out.expected.push_back({known.label, known.url, {}, known.via});
    }
    if (labels_.insert(source.target.label).second) found_.accounts.push_back(std::move(out));
  }

  const Before& before_;
  Resolver& resolver_;
  const Clock& clock_;
  Duration patience_;
  Time asked_;
  std::vector<Resolver::Answer> answers_;
  std::size_t next_answer_ = 0;
  std::set<std::string> labels_;
  Found found_;
};

}  // namespace

Found discover(const std::vector<Source>& sources, const Before& before, Resolver& resolver,
               const Clock& clock, Duration patience) {
  return Search{before, resolver, clock, patience}.run(sources);
}

}  // namespace natsrec
