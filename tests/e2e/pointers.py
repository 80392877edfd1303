"""Follows the evidence of causes to the bodies it names: what an analysis says it rests on must be there.

Standard library only and without unittest, so that the grader of scenarios uses it too: unproven(analyzer, store, document)
gives a line for everything that leads nowhere.
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
        """(body, None), or (None, what the program said instead)."""
        key = epoch, target, endpoint
        if key not in self.known:
            done = subprocess.run([self.analyzer, "show", self.store, "--epoch", str(epoch), "--server", target,
                                   "--endpoint", endpoint], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
            said = done.stderr.decode(errors="replace").strip()
            self.known[key] = (done.stdout, None) if done.returncode == 0 else (None, f"exit {done.returncode}: {said}")
        return self.known[key]


def leads_nowhere(bodies, evidence):
    """Why this piece of evidence proves nothing, or None."""
    body, said = bodies.show(evidence["epoch"], evidence["target"], evidence["endpoint"])
    pointer = evidence["pointer"]
    if body is None:
        # A request that failed is evidence of silence. `show` exits 1 for it; anything else is a wrong address.
        recorded_failure = said.startswith("exit 1: ") and "no body came from" in said
        return None if recorded_failure and not pointer else said
    try:
        resolve(json.loads(body), pointer)
    except ValueError:
        return "the body is no JSON" if pointer else None
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
