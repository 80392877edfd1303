#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/clock.hpp"
#include "analyzer/state/fleet.hpp"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

/// Where detectors write what they find. A detector says of a subject, epoch by epoch, that a condition is
/// proven or that its contrary is; the ledger makes findings with honest brackets of it. What is unknown is
/// not said, so that nothing opens or ends by a gap (DETECTION 1.1).
namespace natsrec {

/// What a finding is about. `remote` is a remote cluster; `cluster` is set where there is no server;
/// `account` where the connections of one account are meant; `label` tells apart what is no server, such as a
/// target.
struct Subject {
  Kind kind = Kind::route_down;
  ServerRef server = nobody;
  ServerRef peer = nobody;
  Interned cluster;
  Interned remote;
  Interned account;
  Interned label = {};
  auto operator<=>(const Subject&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's mistake

  struct Hash {
    std::size_t operator()(const Subject& subject) const noexcept;
  };
  static Subject server_of(Kind kind, ServerRef server) { return {kind, server, nobody, {}, {}, {}}; }
  static Subject pair_of(Kind kind, ServerRef server, ServerRef peer, Interned account = {}) {
    return {kind, server, peer, {}, {}, account};
  }
  static Subject gateway_of(Kind kind, ServerRef server, Interned remote) {
    return {kind, server, nobody, {}, remote, {}};
  }
  static Subject cluster_of(Kind kind, Interned cluster) { return {kind, nobody, nobody, cluster, {}, {}}; }
  static Subject recording_of(Kind kind) { return {kind, nobody, nobody, {}, {}, {}}; }
  template <class Archive>
  void serialize(Archive& archive) {
    fields<7>(archive, *this);
  }
};

/// A finding while the analysis runs: servers by reference, since names may still be learned.
struct Record {
  Subject subject;
  Finding finding;                 ///< names, id and text are filled in at the end
  std::set<std::string> keys;      ///< what it touches beyond its own servers and link, for joining incidents
  std::vector<ServerRef> touches;  ///< further servers it is about, such as the members of islands
  std::vector<ServerRef> told_by;  ///< servers by whose word it is known, where it is about another
  std::string called, peer_called;     ///< what its servers are called, if not by their names alone
  ServerRef toward = nobody;           ///< the server at the other end of a gateway that was lost or moved
  std::optional<std::size_t> because;  ///< index of the record that explains it
  template <class Archive>
  void serialize(Archive& archive) {
    fields<9>(archive, *this);
  }
};

class Ledger {
 public:
  /// The condition is proven by `proof`. `bracket`, where given, is a narrower one than last contrary to
  /// proof.
  Record& holds(const Subject& subject, const Sighting& proof,
                const std::optional<Moment>& bracket = std::nullopt);
  /// The contrary is proven, first by `first`, and still by `last`.
  /// Returns the record it ended, if one was open.
  Record* clears(const Subject& subject, const Sighting& first, const Sighting& last,
                 const std::optional<Exact>& exact = std::nullopt);
  Record* clears(const Subject& subject, const Sighting& proof,
                 const std::optional<Exact>& exact = std::nullopt) {
    return clears(subject, proof, proof, exact);
  }
  /// Ends every open condition of a server that left for good, or that nobody can tell of any more.
  void retire(ServerRef server, const Sighting& proof, EndedBy by = EndedBy::retired);
  bool any_open(ServerRef server) const;
  /// `gone` turned out to be `into`: what is open about the one goes on as the other's.
  void merge(ServerRef into, ServerRef gone);
  /// Ends one that has lost its subject: what it is about left for good, or was forgotten.
  void retire(const Subject& subject, const Sighting& proof, EndedBy by = EndedBy::retired);

  Record& event(const Subject& subject, const std::optional<Sighting>& before, const Sighting& proof,
                const std::optional<Exact>& exact = std::nullopt);

  /// A condition whose span is known at once.
  Record& span(const Subject& subject, const Moment& began, const std::optional<Moment>& ended);

  Record* open(const Subject& subject);
  const Record* open(const Subject& subject) const { return const_cast<Ledger*>(this)->open(subject); }
  std::vector<Record>& records() { return records_; }
  const std::vector<Record>& records() const { return records_; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [conditions, records] = *this;
    archive(conditions, records);
  }

 private:
  struct Condition {
    std::optional<Sighting> contrary;  ///< last proof that it was not so
    std::optional<Sighting> proof;     ///< last proof that it is so
    std::optional<std::size_t> open;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  Record& add(const Subject& subject);
  void end(Condition& condition, const Sighting& first, const std::optional<Exact>& exact, EndedBy by);

  std::unordered_map<Subject, Condition, Subject::Hash> conditions_;
  std::vector<Record> records_;
};

/// `exact` is told only where it lies in the bracket and its error is at most a second (DETECTION 1.13).
void set_exact(Moment& moment, const std::optional<Exact>& exact);

Evidence evidence(const Sighting& seen, const Server& server, std::string pointer = {});

}  // namespace natsrec
