#include "analyzer/decode/parts.hpp"

namespace natsrec {

Leafz read_leafz(const json::object& body) {
  Leafz leafz;
  leafz.server_id = json::required_text(body, "server_id");
  leafz.now = json::moment(body, "now");
  json::each_object(body, "leafs", [&](const json::object& entry) {
    Leaf leaf;
    leaf.name = json::text(entry, "name");
    leaf.account = json::text(entry, "account");
    leaf.ip = json::text(entry, "ip");
    leaf.port = json::port(entry, "port");
    if (json::find(entry, "id")) leaf.cid = static_cast<std::uint64_t>(json::integer(entry, "id"));
    leaf.spoke = json::flag(entry, "is_spoke");
    leafz.leafs.push_back(std::move(leaf));
  });
  return leafz;
}

}  // namespace natsrec
