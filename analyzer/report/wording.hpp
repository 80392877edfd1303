#pragma once
#include "analyzer/incident/model.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The words all reports share, so that the terminal, the page and the postmortem say the same thing the same
/// way. Nothing here is escaped: each report escapes for its own medium.
namespace natsrec {

/// 2026-11-21, UTC.
std::string day(Time time);
/// 05:24:15.689, UTC; cut, not rounded, so that order is kept.
std::string clock(Time time);
/// 2026-11-21 05:24:15 UTC.
std::string stamp(Time time);
/// "05:24:15 – 05:26:00 UTC" where both are on one day, else with both days; the first day is always told.
std::string span(Time from, Time to);

/// A moment with its bounds: "2026-11-21 05:23:10.412 UTC, exact (±0.02s)", or
/// "by 2026-11-21 05:23:18.100 UTC, after 05:23:16.090", or "by …, already so when first seen".
std::string moment(const Moment& moment);
/// How a moment is known, without the time: "exact ±0.02s", "by".
std::string certainty(const Moment& moment);
/// "7.7s (5.7s to 9.8s)"; an open incident's so far; "a moment" if it is but events.
std::string lasted(const Incident& incident);

/// It has no length: an event that was over when it happened.
bool at_once(const Incident& incident);

/// "97 %"; cut, so that 100 % means all of it.
std::string percent(double share);
/// "1 server", "3 servers".
std::string counted(std::size_t n, std::string_view noun);
/// The first so many, then "and 19 more".
std::string listed(const std::vector<std::string>& names, std::size_t most);
/// "network cut" for network_cut.
std::string words(std::string_view identifier);

/// The first letter upper case, if it is an ASCII one.
std::string capitalised(std::string text);

/// "east/a1 – east/a2" for each of its links, "east/a1 → west" for each of its gateways.
std::vector<std::string> link_names(const Incident& incident);
std::vector<std::string> gateway_names(const Incident& incident);
/// east/a1, or the bare name where no cluster is known.
std::string server_of(const Finding& finding);
/// What a finding is about: "east/a1 – east/a2", "east/a1 → west", "east/a1", "east".
std::string subject(const Finding& finding);
/// Findings of one kind in one sentence: their text if it is one, else "27 servers of east lost eu".
std::string told(const std::vector<const Finding*>& findings);

/// The whole analysis in one sentence or two, without the last full stop.
std::string verdict(const Analysis& analysis);
std::string verdict(const Incident& incident);
/// What the recording covers: span, epochs, interval, coverage.
std::string covered(const RecordingInfo& recording);
/// Ranks incidents by what to tell first: open ones, then by severity, then by how long they lasted.
bool worse(const Incident& a, const Incident& b);
/// The incident to tell first; null if there is none.
const Incident* worst(const Analysis& analysis);

/// The next commands of all causes, each once.
std::vector<std::string> next_commands(const Incident& incident);
/// The command that prints the body a piece of evidence points into.
std::string show_command(const RecordingInfo& recording, const Evidence& evidence);
/// The command that makes the page of one incident.
std::string page_command(const RecordingInfo& recording, const Incident& incident);
/// One word for a POSIX shell.
std::string shell_word(std::string_view text);

}  // namespace natsrec
