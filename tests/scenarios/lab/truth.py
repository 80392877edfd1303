"""What a scenario knows to be true: what was done, what must be found, what may be, and why things happened.

    must    a finding that has to be there wherever the retained epochs can prove it
    may     a finding that is neither demanded nor invented, with the reason
    cause   what the first cause of the incident that holds a finding must be

Everything else above info is invented. How "can prove" is decided: see grading.py.
"""

import json
from datetime import datetime, timezone

ANY = "any"  # an end that the truth leaves open
SUBJECT = ("cluster", "server", "peer", "remote_cluster", "account")


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def span(moment):
    return moment if moment in (None, ANY) else [rfc3339(moment.early), rfc3339(moment.late)]


def subject(server=None, peer=None, cluster=None, remote_cluster=None, account=None):
    """Servers may be given as such or by name; a pair is told in byte order."""
    if cluster is None and hasattr(server, "cluster"):
        cluster = server.cluster
    names = [getattr(each, "name", each) for each in (server, peer) if each is not None]
    told = dict(zip(("server", "peer"), sorted(names)))
    told |= {"cluster": cluster, "remote_cluster": remote_cluster, "account": account}
    return {key: told[key] for key in SUBJECT if told.get(key) is not None}


class Truth:
    def __init__(self):
        self.faults = []
        self.musts, self.mays, self.causes, self.true_causes = [], [], [], set()
        self.together = []
        self.deployments = []  # where it changed: {"until": time as in the names of epochs, "deployment": …}, in order
        self.notes = {}
        self.silences = {}  # server: [[from, to]…] in which it cannot be expected to answer
        self.fields = {}

    def note(self, name, seconds):
        self.notes[name] = rfc3339(seconds)

    def unseen(self, server, since):
        spans = self.silences.setdefault(server, [])
        if not spans or spans[-1][1] is not None:
            spans.append([since, None])

    def seen(self, server, since):
        spans = self.silences.get(server)
        if spans and spans[-1][1] is None:
            spans[-1][1] = since

    def must(self, kind, server=None, peer=None, *, began, ended=None, severity=None, details=None, needs=None,
             alive=None, proof=None, unproven=None, about=None, **names):
        """A condition. `began` and `ended` are Moments: when the servers' answers started and stopped to show it; no end:
        it lasts. `needs`: what else the retained epochs must hold, {"epochs": 2, "span_s": 90} or {"after": time} inside
        the condition, or {"moments": [Moment…], "count": 3}. `proof` and `unproven`: see `_severity`. `about`: a server that
        must be one of the two in the finding's subject, where the subject is not said, or ANY: how a server without a name,
        or with another's, is called is left open. `alive`: since when members answer before it, where that is not the beginning
        of the recording, or False where membership does not matter."""
        self.musts.append({"what": "condition", "kind": kind, **subject(server, peer, **names),
                           **self._severity(severity, proof, unproven), "began": span(began), "ended": span(ended), "details": details,
                           "about": getattr(about, "name", about), "needs": self._needs(needs), "members": alive is not False,
                           "alive_from": rfc3339(alive) if alive else None})

    @staticmethod
    def _severity(severity, proof, unproven):
        """`severity` may be one or several. Where no epoch lies in the span `proof`, given as (from, to), it is `unproven`
        that is demanded: a drain that nobody saw looks like a crash."""
        def listed(value):
            return [value] if isinstance(value, str) else value
        told = proof and [rfc3339(proof[0]), rfc3339(proof[1])]
        return {"severity": listed(severity), "proof": told, "unproven": listed(unproven)}

    @staticmethod
    def _needs(needs):
        if needs and "after" in needs:
            needs = needs | {"after": rfc3339(needs["after"])}
        if needs and "moments" in needs:
            return needs | {"moments": [span(moment) for moment in needs["moments"]]}
        return needs

    def event(self, kind, server=None, peer=None, *, at, since=None, before=None, until=None, severity=None, details=None,
              unless_seen=None, witnessed=False, proof=None, unproven=None, about=None, **names):
        """Something that happened at a Moment, proven by identity: an epoch until `before` (where that is earlier than
        the moment: a server that was down) and one after it, `until` the new identity goes again, prove it. `since`: the
        epoch before it must not be older than this. Several that no epoch separates are one. `unless_seen`: not demanded if
        an epoch meets this Moment, and so sees a condition instead. `witnessed`: others tell it, the server itself does not
        answer before or after."""
        self.musts.append({"what": "event", "kind": kind, **subject(server, peer, **names),
                           **self._severity(severity, proof, unproven), "at": span(at), "unless_seen": span(unless_seen),
                           "since": rfc3339(since) if since else None,
                           "before": rfc3339(before if before else at.early), "until": rfc3339(until) if until else None,
                           "witnessed": witnessed or None, "about": about, "details": details})

    def may(self, kinds, server=None, peer=None, *, reason, since=None, until=None, severity=None, **names):
        """`kinds`: one or several. What is not said of the subject or the time does not matter."""
        assert reason
        self.mays.append({"kinds": [kinds] if isinstance(kinds, str) else list(kinds), **subject(server, peer, **names),
                          "from": rfc3339(since) if since else None, "to": rfc3339(until) if until else None,
                          "severity": [severity] if isinstance(severity, str) else severity, "reason": reason})

    def cause(self, *accepted, of, server=None, peer=None, also=(), sparse=(), **names):
        """The first cause of the incident that holds the finding `of` must be one of `accepted`. `also` names further
        causes that are true here and may be told as certain; `sparse`: what an honest analysis may say where the thinned
        epochs do not prove the finding's own evidence."""
        self.causes.append({"of": {"kind": of, **subject(server, peer, **names)}, "accepted": list(accepted),
                            "sparse": list(sparse)})
        self.true_causes |= set(accepted) | set(also) | set(sparse)

    def deployed(self, deployment, until):
        name = datetime.fromtimestamp(until, timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
        self.deployments.append({"until": name, "deployment": deployment})

    def one_incident(self, kind, **names):
        """All such findings belong to one incident."""
        self.together.append({"kind": kind, **names})

    def document(self):
        def told(fault):
            extra = {key: value for key, value in fault.details.items() if value not in (None, "")}
            return {"fault": fault.what, "of": fault.of, "began": span(fault.began), "ended": span(fault.ended), **extra}
        def bare(entry):
            return {key: value for key, value in entry.items() if value is not None}
        return self.fields | self.notes | {
            "faults": [told(fault) for fault in self.faults],
            "must": [bare(entry) for entry in self.musts],
            "may": [bare(entry) for entry in self.mays],
            "causes": self.causes,
            "one_incident": self.together,
            "true_causes": sorted(self.true_causes),
            **({"deployments": self.deployments} if self.deployments else {}),
        }

    def text(self):
        return json.dumps(self.document(), indent=1) + "\n"
