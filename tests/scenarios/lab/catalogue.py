"""The scenarios there are: every function in scenarios/*.py that says `@scenario(…)`."""

import functools
import importlib.util
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

FOLDER = Path(__file__).parent.parent / "scenarios"
USUAL = ("2.9", "2.14")
ALL = ("2.9", "2.10", "2.11", "2.12", "2.14")
found = {}


@dataclass
class Scenario:
    name: str
    run: Callable
    on: tuple
    parameters: Callable
    family: str
    minutes: int

    def draw(self, seed):
        """What a seed leaves to chance: which server or link, how long, how many. The same for every version."""
        return self.parameters(random.Random(f"{self.name} {seed}")) if self.parameters else {}


def scenario(on=USUAL, parameters=None, minutes=5):
    """`on`: series of nats-server, or "2.9>2.10" where two are needed. `parameters`: of a random.Random, a dict. `minutes`:
    what a recording takes, so that those are chosen which fit in the time there is."""
    def note(function):
        assert function.__name__ not in found, f"two scenarios are called {function.__name__}"
        found[function.__name__] = Scenario(function.__name__, function, tuple(on), parameters, function.__module__, minutes)
        return function
    return note


@functools.cache
def load():
    for path in sorted(FOLDER.glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return found


class Budget:
    """The time in which recordings have to be over; without `minutes` there is no end to it."""

    def __init__(self, minutes=None, clock=time.monotonic):
        self.clock = clock
        self.end = clock() + 60 * minutes if minutes else None

    def first_that_fits(self, jobs):
        """None: none of them would be over in time."""
        left = (self.end - self.clock()) / 60 if self.end else float("inf")
        return next((job for job in jobs if job.minutes <= left), None)
