"""Compares what the analyzer found in a capture, seen at some interval, with the truth of its scenario.

A finding that must be there is demanded only where the retained epochs can prove it:

  * a condition: an epoch lies wholly between the moment its last sign appeared and the moment its first sign went, and
    the members are known by then (declared, or seen alive together for two intervals);
  * an event: one epoch saw the old identity, one sees the new. Events that no epoch separates are one.

Where it is there, its brackets must hold the true times. What is above info and neither demanded nor allowed is invented.
"""

from dataclasses import dataclass, field

from capture import time_of
from evidence import Evidence, span_of
from truth import ANY, SUBJECT

TOLERANCE = 0.3  # seconds: a body is made before it is answered, and a verb is logged after it was done


def tell(entry):
    words = [entry["kind"] if "kind" in entry else "/".join(entry["kinds"])]
    return " ".join(words + [str(entry[name]) for name in SUBJECT if entry.get(name) is not None])


def about(entry, finding):
    return all(finding.get(name) == entry[name] for name in SUBJECT if entry.get(name) is not None)


def same_subject(entry, finding):
    if entry["kind"] != finding["kind"]:
        return False
    if "about" in entry:
        # Two live servers of one name are told apart by "#" and characters of their ids.
        told = [finding[name].partition("#")[0] for name in ("server", "peer") if finding.get(name)]
        return entry["about"] in told or entry["about"] == ANY and bool(told)
    return all((finding.get(name) or None) == entry.get(name) for name in SUBJECT if name != "cluster" or "cluster" in entry)


@dataclass
class Bracket:
    after: float
    by: float
    exact: float = None
    error: float = 0.0

    @staticmethod
    def of(moment):
        if moment is None:
            return None
        exact = time_of(moment["exact"]) if moment.get("exact") else None
        return Bracket(time_of(moment["after"]) if moment.get("after") else float("-inf"), time_of(moment["by"]), exact,
                       moment.get("exact_error_s") or 0.0)

    def misses(self, early, late):
        """What is wrong with it, if the truth is a moment between `early` and `late`."""
        if self.by < early - TOLERANCE:
            return f"{early - self.by:.1f} s too early"
        if self.after > late + TOLERANCE:
            return f"{self.after - late:.1f} s too late"
        if self.exact is not None and not early - self.error - TOLERANCE <= self.exact <= late + self.error + TOLERANCE:
            return f"its exact time is off by {max(early - self.exact, self.exact - late):.2f} s"
        return None


@dataclass
class Grade:
    found: list = field(default_factory=list)
    missed: list = field(default_factory=list)
    invented: list = field(default_factory=list)    # findings, each a sentence
    wrong: list = field(default_factory=list)       # found, but not as it was: times, severity, details
    causes_right: int = 0
    causes_wrong: list = field(default_factory=list)
    certain_wrong: list = field(default_factory=list)
    unproven: list = field(default_factory=list)    # evidence of causes that leads nowhere: see pointers.py
    allowed: list = field(default_factory=list)     # what `may` was used for

    @property
    def good(self):
        return not (self.missed or self.invented or self.wrong or self.certain_wrong or self.unproven)


def of_one_subject(entries):
    """Entries of one kind and subject together, in order of time."""
    groups = {}
    for entry in entries:
        groups.setdefault((entry["kind"], entry.get("about"), *(entry.get(name) for name in SUBJECT)), []).append(entry)
    return [sorted(group, key=lambda e: (e.get("at") or e["began"])[0]) for group in groups.values()]


class Grading:
    def __init__(self, truth, epochs, interval, document):
        self.truth, self.interval, self.document = truth, interval, document
        self.evidence = Evidence(truth, epochs, interval)
        self.left = {finding["id"]: finding for finding in document["findings"]}
        self.grade = Grade()
        self.matched = {}  # id of a finding: the entry it is

    def run(self):
        for group in of_one_subject([e for e in self.truth["must"] if e["what"] == "condition"]):
            self._conditions(group)
        for group in of_one_subject([e for e in self.truth["must"] if e["what"] == "event"]):
            self._events(group)
        self._rest()
        self._causes()
        return self.grade

    def _candidates(self, entry):
        return sorted((f for f in self.left.values() if same_subject(entry, f)), key=lambda f: f["began"]["by"])

    def _take(self, finding, entry):
        del self.left[finding["id"]]
        self.matched[finding["id"]] = entry
        self.grade.found.append(tell(entry))
        severities = self._severities(entry)
        if severities and finding["severity"] not in severities:
            self.grade.wrong.append(f"{finding['id']}: {finding['severity']}, not {' or '.join(severities)}")
        for name, value in (entry.get("details") or {}).items():
            if finding.get("details", {}).get(name) != value:
                self.grade.wrong.append(f"{finding['id']}: details.{name} is {finding.get('details', {}).get(name)}, not {value}")

    def _severities(self, entry):
        """Where nobody looked while a server drained, say, its end cannot be told from a crash."""
        proof = entry.get("proof")
        if proof and not self.evidence.looked_between(*span_of(proof)):
            return entry.get("unproven") or []
        return entry.get("severity") or []

    def _conditions(self, entries):
        told = set()
        for finding in self._candidates(entries[0]):
            spans = [(i, j) for i in range(len(entries)) for j in range(i, len(entries)) if self._one_span(entries, i, j)]
            match = next(((i, j) for i, j in spans if not told & set(range(i, j + 1))
                          and not self._misfit(finding, entries[i], entries[j])), None)
            if match:
                self._take(finding, entries[match[0]])
                told |= set(range(match[0], match[1] + 1))
        for index, entry in enumerate(entries):
            if index not in told and self.evidence.proves_condition(entry):
                self.grade.missed.append(tell(entry))

    def _one_span(self, entries, first, last):
        """Whether nobody looked while it was well between these: then several may be told as one."""
        def joined(one, other):
            if one.get("ended") in (None, ANY):
                return False
            return not self.evidence.looked_between(span_of(one["ended"])[1], span_of(other["began"])[0])
        return all(joined(one, other) for one, other in zip(entries[first:last], entries[first + 1:last + 1]))

    def _misfit(self, finding, first, last):
        """What is wrong with a finding as one that begins with the first entry and ends with the last, None if nothing."""
        if wrong := Bracket.of(finding["began"]).misses(*span_of(first["began"])):
            return f"it begins {wrong}"
        open_ended = finding["ended"] is None or finding.get("ended_by") in ("recording_end", "expired")
        if last.get("ended") == ANY:
            return None
        if not last.get("ended"):
            return None if open_ended or finding.get("ended_by") == "retired" else "it ends, though it lasts"
        early, late = span_of(last["ended"])
        if open_ended:
            return "it never ends" if self.evidence.looked_after(late + TOLERANCE) else None
        wrong = Bracket.of(finding["ended"]).misses(early, late)
        return f"it ends {wrong}" if wrong else None

    def _events(self, entries):
        groups = [[entries[0]]]
        for one, other in zip(entries, entries[1:]):
            if self.evidence.separates(one, other):
                groups.append([other])
            else:
                groups[-1].append(other)
        for group in groups:
            fitting = [f for f in self._candidates(group[0]) if any(not self._mistimed(f, entry) for entry in group)]
            for finding in fitting[:len(group)]:
                self._take(finding, group[0])
            if not fitting and self.evidence.proves_events(group):
                self.grade.missed.append(tell(group[0]))

    @staticmethod
    def _mistimed(finding, entry):
        return Bracket.of(finding["began"]).misses(*span_of(entry["at"]))

    # What was found and nobody asked for

    def _rest(self):
        for finding in list(self.left.values()):
            if finding["severity"] == "info":
                continue
            if allowed := self._allowed(finding):
                self.grade.allowed.append(f"{finding['id']}: {allowed['reason']}")
                continue
            kin = [entry for entry in self.truth["must"] if same_subject(entry, finding)]
            why = [self._misfit(finding, entry, entry) if entry["what"] == "condition" else self._mistimed(finding, entry)
                   for entry in kin]
            told = f"{finding['id']} [{finding['severity']}] {finding['text']}"
            if kin:
                self.grade.wrong.append(f"{told} ({why[0] or 'it is told twice'})")
            else:
                self.grade.invented.append(told)

    def _allowed(self, finding):
        return next((entry for entry in self.truth["may"] if self._fits(entry, finding)), None)

    @staticmethod
    def _fits(entry, finding):
        if finding["kind"] not in entry["kinds"] or not about(entry, finding):
            return False
        if entry.get("severity") and finding["severity"] not in entry["severity"]:
            return False
        began = Bracket.of(finding["began"])
        return ((not entry.get("from") or began.by >= time_of(entry["from"]) - TOLERANCE)
                and (not entry.get("to") or began.after <= time_of(entry["to"]) + TOLERANCE))

    # Why

    def _causes(self):
        incidents = {incident["id"]: incident for incident in self.document["incidents"]}
        findings = {finding["id"]: finding for finding in self.document["findings"]}
        for wanted in self.truth["causes"]:
            accepted = wanted["accepted"] + (wanted["sparse"] if self.interval > self.truth.get("interval_s", 1) else [])
            for name, entry in self.matched.items():
                if not (entry["kind"] == wanted["of"]["kind"] and about(wanted["of"], entry)):
                    continue
                incident = incidents.get(findings[name].get("incident"))
                first = incident["causes"][0]["cause"] if incident and incident["causes"] else "no incident"
                if first in accepted:
                    self.grade.causes_right += 1
                else:
                    self.grade.causes_wrong.append(f"{name}: {first}, not {' or '.join(accepted)}")
        for wanted in self.truth.get("one_incident", []):
            ids = {finding.get("incident") for finding in findings.values() if finding["severity"] != "info"
                   and finding["kind"] == wanted["kind"] and about(wanted, finding)}
            if len(ids) > 1:
                self.grade.wrong.append(f"{tell(wanted)}: in {len(ids)} incidents, {', '.join(sorted(map(str, ids)))}, not in one")
        true = set(self.truth["true_causes"])
        self.grade.certain_wrong += [
            f"{incident['id']} says certain: {cause['cause']}: {cause['why']}" for incident in incidents.values()
            for cause in incident["causes"] if cause["confidence"] == "certain" and cause["cause"] not in true]
