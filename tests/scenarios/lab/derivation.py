"""Captures made of others, for what real servers on one host cannot do. Every function in derive/*.py that says
`@derived(of="scenario")` gets that scenario's capture and changes its bodies and its truth."""

import importlib.util
import json
from pathlib import Path

from capture import Capture, pack

FOLDER = Path(__file__).parent.parent / "derive"
found = {}


def derived(of):
    def note(function):
        found[function.__name__] = (of, function)
        return function
    return note


def load():
    for path in sorted(FOLDER.glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return found


def make(name, source):
    """Makes a derived capture beside its source; gives back the archive."""
    function = found[name][1]
    capture = Capture(source)
    scenario = capture.truth["scenario"]
    capture.truth |= {"scenario": name, "derived": {"of": capture.name, "how": " ".join(function.__doc__.split())}}
    function(capture)
    archive = source.parent / source.name.replace(scenario, name, 1)
    pack(capture.files(), json.dumps(capture.truth, indent=1) + "\n", archive)
    return archive
