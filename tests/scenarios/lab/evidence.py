"""What a set of epochs can prove of the truth: see grading.py."""

from capture import time_of
from truth import ANY


def span_of(pair):
    return pair if pair in (None, ANY) else (time_of(pair[0]), time_of(pair[1]))


class Evidence:
    """What the retained epochs can prove."""

    def __init__(self, truth, epochs, interval):
        self.truth, self.epochs, self.interval = truth, epochs, interval
        self.members = {cluster: set(names) for cluster, names in truth.get("clusters", {}).items()}

    def _answered(self, epoch, entry, enough=all):
        named = [] if entry.get("witnessed") else ["server", "peer", "about"]
        names = [entry[name] for name in named if entry.get(name) not in (None, ANY)]
        names = names or self.members.get(entry.get("cluster"), ())
        return enough(epoch.answered(name) for name in names) if names else True

    def members_known(self, entry):
        """The time of the epoch from which on the subject's servers are members, None if they never are."""
        if self.truth.get("declared") or not entry.get("members"):
            return float("-inf")
        since = time_of(entry["alive_from"]) if entry.get("alive_from") else float("-inf")
        first, seen = None, 0
        for epoch in self.epochs:
            if epoch.started < since:
                continue
            if not self._answered(epoch, entry):
                first, seen = None, 0
                continue
            first, seen = first or epoch, seen + 1
            if seen >= 3 and epoch.started - first.started >= 2 * self.interval - 0.5:
                return epoch.ended
        return None

    def proves_condition(self, entry):
        known = self.members_known(entry)
        if known is None:
            return False
        _, begin = span_of(entry["began"])
        end = span_of(entry["ended"])[0] if entry.get("ended") not in (None, ANY) else float("inf")
        inside = [e for e in self.epochs if e.started >= max(begin, known) and e.ended <= end]
        needs = entry.get("needs") or {}
        if len(inside) < needs.get("epochs", 1) or inside[-1].started - inside[0].started < needs.get("span_s", 0):
            return False
        if needs.get("after") and inside[-1].started < time_of(needs["after"]):
            return False
        return "moments" not in needs or self.intervals_with(needs["moments"]) >= needs["count"]

    def intervals_with(self, moments):
        """How many of the moments the epochs tell apart: one counts for all that no epoch separates."""
        moments = [span_of(moment) for moment in moments]
        first, last = moments[0][0], moments[-1][1]
        if not any(e.ended <= first for e in self.epochs) or not self.looked_after(last):
            return 0
        return 1 + sum(self.looked_between(one[1], other[0]) for one, other in zip(moments, moments[1:]))

    def separates(self, one, other):
        """Whether an epoch lies between two events, so that they are told apart."""
        return any(e.started >= span_of(one["at"])[1] and e.ended <= time_of(other["before"]) and
                   self._answered(e, one, any) for e in self.epochs)

    def proves_events(self, group):
        if any(self.looked_into(*span_of(entry["unless_seen"])) for entry in group if entry.get("unless_seen")):
            return False
        until = time_of(group[-1]["until"]) if group[-1].get("until") else float("inf")
        since = time_of(group[0]["since"]) if group[0].get("since") else float("-inf")
        before = any(since <= e.started and e.ended <= time_of(group[0]["before"]) and self._answered(e, group[0], any)
                     for e in self.epochs)
        after = any(e.started >= span_of(group[-1]["at"])[1] and e.ended <= until and self._answered(e, group[-1], any)
                    for e in self.epochs)
        return before and after

    def looked_after(self, moment):
        return any(e.started >= moment for e in self.epochs)

    def looked_into(self, early, late):
        return any(e.ended >= early and e.started <= late for e in self.epochs)

    def looked_between(self, early, late):
        return any(e.started >= early and e.ended <= late for e in self.epochs)
