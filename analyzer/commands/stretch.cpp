#include "analyzer/commands/stretch.hpp"

#include <utility>

namespace natsrec {

EpochReader::EpochReader(const Recording& recording, const Stretch& stretch, std::size_t page)
    : recording_(recording), stretch_(stretch), page_length_(page) {}

void EpochReader::read_page() {
  auto infos = recording_.epochs_after(stretch_.after, page_length_);
  over_ = infos.size() < page_length_;
  for (auto& info : infos) {
    stretch_.after = info.number;
    past_ = past_ || info.number > stretch_.last || (stretch_.until && info.started > *stretch_.until);
    if (!past_) page_.push_back(std::move(info));
  }
}

const EpochInfo* EpochReader::peek() {
  while (page_.empty() && !over_) read_page();
  return page_.empty() ? nullptr : &page_.front();
}

EpochInfo EpochReader::take() {
  peek();
  auto info = std::move(page_.front());
  page_.pop_front();
  return info;
}

}  // namespace natsrec
