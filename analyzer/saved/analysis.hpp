#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/saved/archive.hpp"

/// How what an analysis says is saved.
namespace natsrec {

template <class Archive>
void serialize(Archive& archive, Cause& cause) {
  fields<6>(archive, cause);
}
template <class Archive>
void serialize(Archive& archive, Measured& measured) {
  fields<3>(archive, measured);
}
template <class Archive>
void serialize(Archive& archive, ServerImpact& impact) {
  fields<4>(archive, impact);
}
template <class Archive>
void serialize(Archive& archive, GatewayRef& gateway) {
  fields<2>(archive, gateway);
}
template <class Archive>
void serialize(Archive& archive, Incident& incident) {
  fields<21>(archive, incident);
}
template <class Archive>
void serialize(Archive& archive, ServerInfo& server) {
  fields<3>(archive, server);
}
template <class Archive>
void serialize(Archive& archive, RecordingInfo& recording) {
  fields<10>(archive, recording);
}

}  // namespace natsrec
