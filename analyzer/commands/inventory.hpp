#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/report/mesh.hpp"

namespace natsrec {

/// The inventory and the mesh after the epoch replayed last.
Mesh mesh_of(const Replay& replay);

}  // namespace natsrec
