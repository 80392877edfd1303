#pragma once
#include "collector/target.hpp"

#include <filesystem>
#include <string>

namespace natsrec {

/// What a [[target]] table says: a target, or where targets are to be found anew for every epoch.
struct Source {
  enum class Kind {
    url,      ///< a target
    dns,      ///< a name: each of its addresses is a target
    srv,      ///< the name of a service: each of its hosts is a target
    account,  ///< a connection to the system account: each server that answers there is a target
    files,    ///< a pattern: files with [[target]] tables
  };
  Kind kind = Kind::url;
  Target target;  ///< of a name: what its targets have in common; its label stands for it in messages
  std::filesystem::path pattern;  ///< of files, as in /etc/nats-recorder/targets.d/*.toml
};

}  // namespace natsrec
