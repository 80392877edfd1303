"""Follows the evidence of causes to the bodies it names: what an analysis says it rests on must be there.

unproven(analyzer, store, document) gives a line for everything that leads nowhere. The grader asks it of every capture, the
end-to-end tests of the sample.
"""

import json
import subprocess


def resolve(document, pointer):
    """The value at a JSON pointer (RFC 6901). LookupError: there is none."""
    if pointer and not pointer.startswith("/"):
        raise LookupError(f"{pointer!r} is no JSON pointer")
    at = document
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(at, list):
            if not token.isdecimal() or (token != "0" and token.startswith("0")) or int(token) >= len(at):
                raise LookupError(f"no element {token} of {len(at)}")
            at = at[int(token)]
        elif isinstance(at, dict) and token in at:
            at = at[token]
        else:
            raise LookupError(f"no member {token!r}")
    return at


class Bodies:
    """What `nats-analyzer show` prints, each asked for once."""

    def __init__(self, analyzer, store):
        self.analyzer, self.store, self.known = analyzer, store, {}

    def show(self, epoch, target, endpoint):
        """(document, None), or (None, what is there instead of one)."""
        key = epoch, target, endpoint
        if key not in self.known:
            self.known[key] = self._ask(*key)
        return self.known[key]

    def _ask(self, epoch, target, endpoint):
        done = subprocess.run([self.analyzer, "show", self.store, "--epoch", str(epoch), "--server", target,
                               "--endpoint", endpoint], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        if done.returncode:
            return None, f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
        try:
            return json.loads(done.stdout), None
        except ValueError:
            return None, "the body is no JSON"


def leads_nowhere(bodies, evidence):
    """Why this piece of evidence proves nothing, or None."""
    body, instead = bodies.show(evidence["epoch"], evidence["target"], evidence["endpoint"])
    pointer = evidence["pointer"]
    if instead:
        # That a request failed, or brought no JSON, is what a silence rests on. Anything else is a wrong address.
        recorded = instead == "the body is no JSON" or instead.startswith("exit 1: ") and "no body came from" in instead
        return None if recorded and not pointer else instead
    try:
        resolve(body, pointer)
    except LookupError as error:
        return str(error)
    return None


def unproven(analyzer, store, document):
    """A line for each cause without evidence and each piece of evidence that leads nowhere."""
    bodies = Bodies(analyzer, store)
    lines = []
    for incident in document["incidents"]:
        for cause in incident["causes"]:
            place = f"{incident['id']} {cause['cause']}"
            if not cause["evidence"] and cause["cause"] != "unknown":
                lines.append(f"{place}: no evidence")
            for evidence in cause["evidence"]:
                if problem := leads_nowhere(bodies, evidence):
                    lines.append(f"{place}: epoch {evidence['epoch']} {evidence['target']}/{evidence['endpoint']} "
                                 f"{evidence['pointer'] or '(whole)'}: {problem}")
    return lines
