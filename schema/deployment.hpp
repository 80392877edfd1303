#pragma once
#include "schema/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// The deployment as configured: what should be there. Kept in the recording so that an analysis needs the
/// file only. Holds no credentials: URLs are redacted before they get here.
struct Deployment {
  struct Target {
    std::string label;
    std::string url;
    std::string via;  ///< what led to it, if it was found by a name: that one's label
    bool operator==(const Target&) const = default;
  };
  struct Cluster {
    std::string name;
    std::vector<std::string> members;  ///< expected servers by name; empty = not declared
    std::vector<std::string> retired;  ///< servers that left for good
    bool operator==(const Cluster&) const = default;
  };
  std::optional<Duration> interval;
  std::vector<Target> targets;
  std::vector<Cluster> clusters;
  bool operator==(const Deployment&) const = default;
};

/// {"interval_s":15,"targets":[{"name","url","via"?}],"clusters":[{"name","members":[…],"retired":[…]}]},
/// two-space indented.
std::string to_json(const Deployment& deployment);
/// Throws Failure(Exit::usage) naming the place in it on anything that is not such a document.
Deployment parse_deployment(std::string_view json);

}  // namespace natsrec
