#pragma once
#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>

/// libcurl's handles, freed by themselves.
namespace natsrec {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using EasyPtr = std::unique_ptr<CURL, FreeEasy>;
using MultiPtr = std::unique_ptr<CURLM, FreeMulti>;
using ListPtr = std::unique_ptr<curl_slist, FreeList>;

/// Throws where there is no memory, or where libcurl cannot be used at all.
EasyPtr make_easy();
MultiPtr make_multi();

/// Takes each transfer that is over out of `multi`, and gives it with what came of it. It may be added again.
void take_finished(CURLM* multi, const std::function<void(CURL*, CURLcode)>& finished);

/// For options that take milliseconds: at least one, for none means no limit.
long curl_milliseconds(std::chrono::microseconds duration);

}  // namespace natsrec
