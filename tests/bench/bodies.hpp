#pragma once
#include "tests/bench/mesh.hpp"

#include <string>

/// What a server of the mesh answers at a moment, in the form of nats-server 2.14.
namespace natsrec::bench {

std::string varz_of(const Mesh& mesh, int server, std::int64_t now);
std::string routez_of(Mesh& mesh, int server, std::int64_t now);  ///< in random order, as a Go map has it
std::string gatewayz_of(Mesh& mesh, int server, std::int64_t now);
std::string healthz_of(const Mesh& mesh, int server);

}  // namespace natsrec::bench
