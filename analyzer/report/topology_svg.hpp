#pragma once
#include "analyzer/report/markup.hpp"
#include "analyzer/report/topology.hpp"

namespace natsrec {

/// The deployment in its state at one moment, for reading and for paper: what is alike shares an element.
Markup topology_picture(const Topology& topology, const Analysis& analysis, Time time);
/// The same with an element for every server and link, so that the page's script can set their states.
Markup topology_stage(const Topology& topology, const Analysis& analysis, Time time);

/// Before, at the worst, and after an incident; empty if its links and servers looked the same all along.
Markup topology_triple(const Incident& incident, const Analysis& analysis);
/// The section with the replay: at the worst moment of the incidents, or at the end of the recording.
Markup topology_section(const Analysis& analysis, const std::vector<const Incident*>& incidents);

/// The moment of an incident in which most was not up; its beginning, if nothing was drawn as other than up.
Time worst_moment(const Incident& incident, const Topology& topology, const Analysis& analysis);

/// Signs for servers and marks for links, told apart without colour; once per page.
Markup topology_signs();

}  // namespace natsrec
