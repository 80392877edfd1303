#pragma once
#include "schema/failure.hpp"

#include <string>
#include <utility>

namespace natsrec {

/// A store that cannot be used, and why in a word: `disk_full` `quota_exceeded` `disk_error` `store_damaged`
/// `store_locked` `store_not_writable` `store_unusable`.
class StoreFailure : public Failure {
 public:
  StoreFailure(std::string cause, const std::string& sentence)
      : Failure(Exit::store, sentence), cause_(std::move(cause)) {}
  const std::string& cause() const { return cause_; }

 private:
  std::string cause_;
};

}  // namespace natsrec
