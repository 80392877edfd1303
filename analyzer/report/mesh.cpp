#include "analyzer/report/mesh.hpp"

#include "analyzer/report/json.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace natsrec {
namespace {

constexpr std::size_t widest_name = 24;

using Pair = std::pair<std::string, std::string>;

Pair pair_of(const std::string& a, const std::string& b) { return a < b ? Pair{a, b} : Pair{b, a}; }

std::map<Pair, LinkState> routes_of(const MeshCluster& cluster) {
  std::map<Pair, LinkState> out;
  for (const MeshRoute& r : cluster.routes) out[pair_of(r.server, r.peer)] = r.state;
  return out;
}

char symbol(LinkState state) {
  switch (state) {
    case LinkState::up:
      return '+';
    case LinkState::down:
      return 'x';
    case LinkState::one_sided:
      return '/';
    case LinkState::unknown:
      return '?';
  }
  return '?';
}

/// A cell of the matrix by row, and its column's heading.
struct Column {
  std::string title;
  std::vector<char> cells;
};

std::vector<Column> route_columns(const MeshCluster& cluster) {
  const auto routes = routes_of(cluster);
  std::vector<Column> out;
  for (std::size_t to = 0; to < cluster.servers.size(); ++to) {
    Column column{std::to_string(to + 1), {}};
    for (std::size_t from = 0; from < cluster.servers.size(); ++from) {
      const auto found = routes.find(pair_of(cluster.servers[from].name, cluster.servers[to].name));
      const char known = found == routes.end() ? '?' : symbol(found->second);
      column.cells.push_back(from == to ? '.' : known);
    }
    out.push_back(std::move(column));
  }
  return out;
}

std::vector<Column> gateway_columns(const MeshCluster& cluster) {
  std::map<std::string, std::map<std::string, LinkState>> by_remote;
  for (const MeshGateway& g : cluster.gateways) by_remote[g.remote_cluster][g.server] = g.state;
  std::vector<Column> out;
  for (const auto& [remote, states] : by_remote) {
    Column column{shorten(plain(remote), widest_name), {}};
    for (const MeshServer& server : cluster.servers) {
      const auto found = states.find(server.name);
      column.cells.push_back(found == states.end() ? ' ' : symbol(found->second));
    }
    out.push_back(std::move(column));
  }
  return out;
}

/// The columns under their headings, as many at a time as fit.
void matrix(TextWriter& out, const std::vector<std::string>& rows, const std::vector<Column>& columns_,
            std::string_view title, std::size_t width) {
  std::size_t row_width = columns(title);
  for (const std::string& row : rows) row_width = std::max(row_width, columns(row));
  for (std::size_t first = 0; first < columns_.size();) {
    std::size_t last = first;
    std::size_t used = 2 + row_width;
    while (last < columns_.size()) {
      used += columns(columns_[last].title) + 2;
      if (width > 0 && used > width && last > first) break;
      ++last;
    }
    std::string head = "  " + pad(title, row_width);
    for (std::size_t i = first; i < last; ++i) head += "  " + columns_[i].title;
    out.verbatim(head, 0);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::string line = "  " + pad(rows[row], row_width);
      for (std::size_t i = first; i < last; ++i) {
        line += "  " + pad(std::string(1, columns_[i].cells[row]), columns(columns_[i].title));
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out.verbatim(line, 0);
    }
    first = last;
  }
}

void inventory(TextWriter& out, const std::vector<std::string>& rows, const MeshCluster& cluster) {
  std::size_t width = 0;
  for (const std::string& row : rows) width = std::max(width, columns(row));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const MeshServer& server = cluster.servers[i];
    const std::string version = server.version.empty() ? "?" : shorten(plain(server.version), 16);
    out.row(
        fmt::format("  {}  {}  {}", pad(rows[i], width), pad(words(name(server.state)), 9), pad(version, 10)),
        server.state == LaneState::up ? TextWriter::Style::none : TextWriter::Style::yellow,
        listed(server.targets, 4));
  }
}

}  // namespace

std::string_view name(LinkState state) {
  switch (state) {
    case LinkState::up:
      return "up";
    case LinkState::down:
      return "down";
    case LinkState::one_sided:
      return "one_sided";
    case LinkState::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string mesh_text(const Mesh& mesh, const TextOptions& options) {
  TextWriter out(options);
  if (!mesh.at || mesh.clusters.empty()) return out.line("No server was seen.").take();
  out.line("As of " + stamp(*mesh.at) + ". Links: + up, x down, / one-sided, ? unknown.");
  for (const MeshCluster& cluster : mesh.clusters) {
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < cluster.servers.size(); ++i) {
      rows.push_back(fmt::format("{:>2} {}", i + 1, shorten(plain(cluster.servers[i].name), widest_name)));
    }
    out.blank().line((cluster.name.empty() ? "no cluster" : cluster.name) + ": " +
                         counted(cluster.servers.size(), "server"),
                     0, 0, TextWriter::Style::bold);
    inventory(out, rows, cluster);
    if (cluster.servers.size() > 1)
      matrix(out.blank(), rows, route_columns(cluster), "routes", options.width);
    if (!cluster.gateways.empty())
      matrix(out.blank(), rows, gateway_columns(cluster), "gateways", options.width);
  }
  return out.take();
}

std::string mesh_json(const Mesh& mesh) {
  using Json = nlohmann::ordered_json;
  Json clusters = Json::array();
  for (const MeshCluster& cluster : mesh.clusters) {
    Json servers = Json::array(), routes = Json::array(), gateways = Json::array();
    const auto states = routes_of(cluster);
    for (auto a = cluster.servers.begin(); a != cluster.servers.end(); ++a) {
      servers.push_back(
          {{"server", a->name}, {"version", a->version}, {"targets", a->targets}, {"state", name(a->state)}});
      for (auto b = std::next(a); b != cluster.servers.end(); ++b) {
        const Pair pair = pair_of(a->name, b->name);
        const auto found = states.find(pair);
        routes.push_back({{"server", pair.first},
                          {"peer", pair.second},
                          {"state", name(found == states.end() ? LinkState::unknown : found->second)}});
      }
    }
    for (const MeshGateway& g : cluster.gateways) {
      gateways.push_back(
          {{"server", g.server}, {"remote_cluster", g.remote_cluster}, {"state", name(g.state)}});
    }
    clusters.push_back(
        {{"cluster", cluster.name}, {"servers", servers}, {"routes", routes}, {"gateways", gateways}});
  }
  return dump({{"schema", 1},
               {"generator", generator()},
               {"at", mesh.at ? Json(format_time(*mesh.at)) : Json(nullptr)},
               {"clusters", clusters}});
}

}  // namespace natsrec
