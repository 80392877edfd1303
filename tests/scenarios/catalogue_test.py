#!/usr/bin/python3
"""The scenarios as a whole: told in the README, reproducible, with captures that fit them. Run by tests/run.sh."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE / "lab"), str(ROOT / "samples/lab")]

from capture import truth_of  # noqa: E402
from catalogue import load  # noqa: E402

SCENARIOS = load()
ARCHIVES = sorted((ROOT / "samples/captures/scenarios").glob("*.tar.xz"))
BUDGET = 40e6


class CatalogueTest(unittest.TestCase):
    def test_every_scenario_says_what_it_is(self):
        self.assertEqual([s.name for s in SCENARIOS.values() if not s.run.__doc__], [])

    def test_the_readme_lists_every_scenario(self):
        text = (HERE / "README.md").read_text(encoding="utf-8")
        self.assertEqual([name for name in SCENARIOS if f"| {name} |" not in text], [])

    def test_a_seed_always_draws_the_same_and_another_something_else(self):
        for scenario in SCENARIOS.values():
            self.assertEqual(scenario.draw(0), scenario.draw(0), scenario.name)
        self.assertNotEqual([s.draw(0) for s in SCENARIOS.values()], [s.draw(1) for s in SCENARIOS.values()])

    def test_every_scenario_has_a_capture_of_every_series_it_runs_on(self):
        names = [archive.name for archive in ARCHIVES]
        for scenario in SCENARIOS.values():
            for on in scenario.on:
                pattern = scenario.name + "".join(f"-{series}." for series in on.split(">")[:1])
                self.assertTrue(any(name.startswith(pattern) for name in names), f"no capture of {scenario.name} on {on}")

    def test_captures_are_of_the_committed_seed_and_of_its_draw(self):
        for archive in ARCHIVES:
            truth = truth_of(archive)
            if "derived" in truth:
                continue
            self.assertEqual(truth["seed"], 0, archive.name)
            self.assertEqual(truth["parameters"], SCENARIOS[truth["scenario"]].draw(0), archive.name)

    def test_captures_fit_their_budget(self):
        self.assertLess(sum(archive.stat().st_size for archive in ARCHIVES), BUDGET)


if __name__ == "__main__":
    unittest.main()
