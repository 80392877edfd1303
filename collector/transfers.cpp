#include "collector/transfers.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace natsrec {
namespace {

std::uint32_t events_of(int what) {
  return ((what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0u) |
         ((what & CURL_POLL_OUT) != 0 ? std::uint32_t{EPOLLOUT} : 0u);
}

int action_of(std::uint32_t events) {
  return ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
         ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
}

void act(CURLM* multi, curl_socket_t socket, int what) {
  int running = 0;
  curl_multi_socket_action(multi, socket, what, &running);
}

}  // namespace

Transfers::Transfers() : poll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (poll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  std::uint32_t number = 0;
  for (Share& share : shares_) share = {this, number++};
}

Transfers::~Transfers() {
  for (Share& share : shares_) share.multi.reset();  // calls back
  close(poll_);
}

CURLM* Transfers::multi_for(std::string_view url) {
  Share& share = shares_[std::hash<std::string_view>{}(url) % shares_.size()];
  if (!share.multi) {
    share.multi = make_multi();
    CURLM* const multi = share.multi.get();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Transfers::want);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &share);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Transfers::want_time);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, &share);
  }
  curl_multi_setopt(share.multi.get(), CURLMOPT_MAXCONNECTS, most_kept_);
  return share.multi.get();
}

void Transfers::add(CURL* easy, std::string_view url) { curl_multi_add_handle(multi_for(url), easy); }
void Transfers::remove(CURL* easy, std::string_view url) { curl_multi_remove_handle(multi_for(url), easy); }

void Transfers::expect(std::size_t servers) {
  // Room for shares that have more than others, and for connections that are dying beside those that replace
  // them.
  most_kept_ = static_cast<long>(std::min(2 * servers, 4 * servers / shares_.size() + 32) + 2);
}

int Transfers::want(CURL* /*easy*/, curl_socket_t socket, int what, void* share, void* known) {
  const auto& mine = *static_cast<Share*>(share);
  epoll_event event{};
  event.events = events_of(what);
  event.data.u64 = std::uint64_t{mine.number} << 32 | static_cast<std::uint32_t>(socket);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(mine.whole->poll_, EPOLL_CTL_DEL, socket, &event);
  } else {
    epoll_ctl(mine.whole->poll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(mine.multi.get(), socket, share);  // known from now on
  }
  return 0;
}

int Transfers::want_time(CURLM* /*multi*/, long milliseconds, void* share) {
  auto& wake = static_cast<Share*>(share)->wake;
  wake.reset();
  if (milliseconds >= 0) wake = Steady::now() + std::chrono::milliseconds{milliseconds};
  return 0;
}

void Transfers::turn(Steady::time_point until, const Done& done) {
  for (const Share& share : shares_)
    if (share.wake) until = std::min(until, *share.wake);
  const auto patience = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
  std::array<epoll_event, 256> events;
  const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()),
                               static_cast<int>(std::clamp<long>(patience, 0, 1000)));
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const Share& share = shares_[event.data.u64 >> 32];
    act(share.multi.get(), static_cast<curl_socket_t>(event.data.u64 & 0xFFFFFFFFu), action_of(event.events));
  }
  const auto now = Steady::now();
  for (Share& share : shares_) {
    if (share.wake && now >= *share.wake) {
      share.wake.reset();  // libcurl says anew when
      act(share.multi.get(), CURL_SOCKET_TIMEOUT, 0);
    }
    if (share.multi) take_finished(share.multi.get(), done);
  }
}

}  // namespace natsrec
