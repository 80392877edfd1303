#include "analyzer/state/along.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

namespace natsrec {

TEST_CASE("along a map every key is found, and those that are not there are added") {
  std::map<int, std::string> map{{2, "two"}, {3, "three"}, {7, "seven"}};
  Along along(map);
  CHECK(along[1].empty());
  CHECK(along[2] == "two");
  CHECK(along[2] == "two");
  along[5] = "five";
  CHECK(along[7] == "seven");
  along[9] = "nine";
  CHECK(along[9] == "nine");
  CHECK(map == std::map<int, std::string>{
                   {1, ""}, {2, "two"}, {3, "three"}, {5, "five"}, {7, "seven"}, {9, "nine"}});
}

}  // namespace natsrec
