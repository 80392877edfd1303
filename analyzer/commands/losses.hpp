#pragma once
#include "analyzer/incident/model.hpp"
#include "schema/recording.hpp"

namespace natsrec {

/// Gives gaps their reason where the collector ran but could not record, as its next epoch tells.
void tell_losses(const Recording& recording, Analysis& analysis);

}  // namespace natsrec
