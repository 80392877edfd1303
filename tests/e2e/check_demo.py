#!/usr/bin/python3
"""Compares what the analyzer found with what was done to the servers: check_demo.py incidents.json truth.json

Exactly the findings that the faults explain, each fault one incident, every time inside its bracket. Prints what is
wrong, one line each, and exits 1; exits 0 if nothing is.
"""

import json
import sys
from collections import Counter
from datetime import datetime, timedelta


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def key(kind, severity, cluster, **subject):
    return (kind, severity, cluster, *(subject.get(name, "") for name in ("server", "peer", "remote_cluster")))


def key_of(finding):
    return key(finding["kind"], finding["severity"], finding.get("cluster", ""),
               **{name: finding.get(name) or "" for name in ("server", "peer", "remote_cluster")})


def tell(finding_key):
    return " ".join(filter(None, finding_key))


class Expected:
    """What one fault must lead to."""

    def __init__(self, fault, clusters):
        self.fault, self.name = fault, fault["fault"]
        self.findings, self.info, self.causes = [], [], set()
        self.began, self.ended = {}, {}  # true times by kind: when it began, when it ended
        getattr(self, self.name)(clusters)

    def restart(self, labels):
        for label in labels:
            cluster, server = label.split("/")
            self.findings += [key("server_down", "critical", cluster, server=server),
                              key("server_restarted", "critical", cluster, server=server)]
        self.began = {"server_down": self.fault["from"], "server_restarted": self.fault["to"]}
        self.ended = {"server_down": self.fault["to"]}

    def kill(self, _):
        self.restart([self.fault["server"]])

    def cut(self, _):
        (cluster, server), (_, peer) = (label.split("/") for label in self.fault["link"])
        self.findings = [key("route_reconnected", "warning", cluster, server=server, peer=peer)]
        self.began = {"route_reconnected": self.fault["at"]}

    def cluster_stop(self, clusters):
        self.restart(self.fault["servers"])
        stopped = self.fault["servers"][0].split("/")[0]
        for cluster, labels in clusters.items():
            if cluster != stopped:
                self.findings += [key("gateway_down", "critical", cluster, server=label.split("/")[1], remote_cluster=stopped)
                                  for label in labels]
        self.began["gateway_down"] = self.fault["from"]
        self.ended["gateway_down"] = self.fault["to"]
        self.causes = {"remote_cluster_down"}

    def lame_duck(self, _):
        cluster, server = self.fault["server"].split("/")
        self.findings = [key("server_down", "warning", cluster, server=server)]
        self.info = [key("server_not_ready", "info", cluster, server=server)]
        self.began = {"server_down": self.fault["to"], "server_not_ready": self.fault["from"]}
        self.causes = {"lame_duck"}


def check_moment(moment, what):
    """A TIME object of the contract; what is wrong with it."""
    if moment.get("by") is None:
        yield f"{what} has no `by`"
        return
    by = time_of(moment["by"])
    if moment.get("after") is not None and time_of(moment["after"]) > by:
        yield f"{what}: `after` {moment['after']} is later than `by` {moment['by']}"
    if moment.get("exact") is not None:
        if time_of(moment["exact"]) > by:
            yield f"{what}: `exact` {moment['exact']} is later than `by` {moment['by']}"
        if moment.get("exact_error_s") is None:
            yield f"{what}: `exact` without `exact_error_s`"


def check_truth(moment, truth, lag, what):
    """The bracket must hold the true time; `lag` is how long after it the change can first be seen."""
    early, late = time_of(truth), time_of(truth) + timedelta(seconds=lag)
    if moment["after"] is None:
        yield f"{what}: `after` is null, though it was recorded before"
    elif time_of(moment["after"]) > late:
        yield f"{what}: `after` {moment['after']} is later than the fault, {truth}"
    if time_of(moment["by"]) < early:
        yield f"{what}: `by` {moment['by']} is earlier than the fault, {truth}"
    if moment["exact"] is not None:
        error = timedelta(seconds=moment["exact_error_s"])
        if not early - error <= time_of(moment["exact"]) <= late + error:
            yield f"{what}: `exact` {moment['exact']} is not within {lag} s after the fault, {truth}"


def check_fault(expected, findings, incidents):
    """One fault: its findings, their times, and that they are one incident with the right cause."""
    mine = [f for f in findings if f["severity"] != "info" and key_of(f) in expected.findings
            and f["began"]["by"] >= expected.fault.get("from", expected.fault.get("at"))]
    ids = {finding.get("incident") for finding in mine}
    if len(ids) > 1 or None in ids:
        yield f"{expected.name}: its findings are in {len(ids)} incidents, not in one: {sorted(map(str, ids))}"
    for finding in mine + [f for f in findings if key_of(f) in expected.info]:
        what = f"{expected.name}: {tell(key_of(finding))}"
        if truth := expected.began.get(finding["kind"]):
            # Restarting, dialling again and draining take a moment.
            yield from check_truth(finding["began"], truth, 2, f"{what}, began")
        truth = expected.ended.get(finding["kind"])
        if truth and finding["ended"] is None:
            yield f"{what}: has not ended"
        elif truth:
            yield from check_truth(finding["ended"], truth, 4, f"{what}, ended")
        if finding["kind"] in ("server_restarted", "route_reconnected") and finding["began"]["exact"] is None:
            yield f"{what}: the bodies tell its `exact` time, it does not"
    for incident in (incidents[each] for each in ids if each in incidents):
        causes = {cause["cause"] for cause in incident["causes"]}
        if missing := expected.causes - causes:
            yield f"{expected.name}: cause {missing} is missing; it says {sorted(causes)}"


def check_moments(document):
    for thing in [*document["findings"], *document["incidents"]]:
        for name in ("began", "ended"):
            if thing[name] is not None:
                yield from check_moment(thing[name], f"{thing['id']}, {name}")


def check(document, truth):
    if wrong := list(check_moments(document)):
        yield from wrong  # without times nothing else can be told
        return
    expected = [Expected(fault, truth["clusters"]) for fault in truth["faults"]]
    findings = document["findings"]
    incidents = {incident["id"]: incident for incident in document["incidents"]}

    wanted = Counter(each for one in expected for each in one.findings)
    found = Counter(key_of(finding) for finding in findings if finding["severity"] != "info")
    yield from (f"missing: {tell(each)}" for each in (wanted - found).elements())
    yield from (f"not explained by any fault: {tell(each)}" for each in (found - wanted).elements())
    infos = {key_of(finding) for finding in findings}
    yield from (f"missing: {tell(each)}" for one in expected for each in one.info if each not in infos)

    if len(incidents) != len(expected):
        yield f"{len(expected)} faults, but {len(incidents)} incidents"
    for one in expected:
        yield from check_fault(one, findings, incidents)


def main():
    document, truth = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
    wrong = list(check(document, truth))
    for line in wrong:
        print(f"WRONG  {line}")
    if wrong:
        return 1
    count = sum(finding["severity"] != "info" for finding in document["findings"])
    print(f"Compared with what was done: {len(truth['faults'])} faults, {len(document['incidents'])} incidents, "
          f"{count} findings above info, all of them explained and none missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
