#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

#include <optional>
#include <string>

namespace natsrec {

/// Joins what two clusters lose of each other.
std::string gateway_key(const std::string& cluster, const std::string& remote);
/// As a token of a JSON pointer (RFC 6901).
std::string pointer_token(const std::string& name);

/// What the URLs configured for a remote cluster turn out to be (gateway_name_mismatch).
struct AnswersAs {
  std::string name;  ///< the gateway that answers there; the remote's own name if all is well
  std::string url;
  ServerRef server = nobody;
  Evidence proof;
};
/// Who of those that answer in this epoch can be reached under the remote's URLs. Nothing if no URL is known
/// to be anybody's: names, private addresses and translated ones cannot all be told.
std::optional<AnswersAs> answers_as(const Scene& scene, const RemoteGateway& remote);

}  // namespace natsrec
