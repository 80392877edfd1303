#!/usr/bin/python3
"""What is recorded when, and what is not. Run by tests/run.sh: record_test.py"""

import os
import subprocess
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "lab"), str(HERE.parents[1] / "samples/lab")]

from catalogue import Budget  # noqa: E402
from record import plan  # noqa: E402

SERVERS = {"2.9": "/old", "2.14": "/new"}


def jobs(*minutes):
    return [SimpleNamespace(minutes=each) for each in minutes]


class BudgetTest(unittest.TestCase):
    def setUp(self):
        self.now = 1000.0
        self.budget = Budget(10, clock=lambda: self.now)

    def test_the_first_that_is_over_in_time_is_next(self):
        waiting = jobs(12, 8, 3)
        self.assertIs(self.budget.first_that_fits(waiting), waiting[1])
        self.now += 3 * 60
        self.assertIs(self.budget.first_that_fits(waiting), waiting[2])

    def test_none_is_started_that_would_not_be_over(self):
        self.now += 7 * 60 + 1
        self.assertIsNone(self.budget.first_that_fits(jobs(8, 3)))

    def test_without_a_limit_it_is_simply_the_next(self):
        waiting = jobs(75, 2)
        self.assertIs(Budget().first_that_fits(waiting), waiting[0])
        self.assertIsNone(Budget().first_that_fits([]))


class PlanTest(unittest.TestCase):
    def plan(self, seed=1, minutes=10.0, only=()):
        planned, _ = plan(SimpleNamespace(seed=seed, minutes=minutes, only=only), SERVERS)
        return [str(job) for job in planned]

    def test_the_seed_draws_the_order(self):
        self.assertEqual(self.plan(), self.plan())
        self.assertNotEqual(self.plan(), self.plan(seed=2))
        self.assertEqual(sorted(self.plan()), sorted(self.plan(seed=2)))

    def test_without_a_limit_the_longest_come_first(self):
        planned, _ = plan(SimpleNamespace(seed=1, minutes=None, only=()), SERVERS)
        minutes = [job.minutes for job in planned]
        self.assertEqual(minutes, sorted(minutes, reverse=True))
        self.assertEqual(self.plan(minutes=None), self.plan(seed=2, minutes=None))

    def test_a_scenario_is_recorded_on_one_server_after_the_other(self):
        planned = self.plan()
        at = planned.index("one_link_cut on 2.9")
        self.assertEqual(planned[at + 1], "one_link_cut on 2.14")

    def test_what_no_server_is_there_for_is_told(self):
        _, left_out = plan(SimpleNamespace(seed=1, minutes=None, only=["rolling_upgrade"]), SERVERS)
        self.assertEqual(left_out, ["rolling_upgrade on 2.9>2.10", "rolling_upgrade on 2.12>2.14"])


class ProbeTest(unittest.TestCase):
    def test_a_laboratory_that_cannot_be_says_what_it_wants(self):
        powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        done = subprocess.run([*powerless, sys.executable, "-B", HERE / "record_one.py", "--probe"], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\A[^\n]*(needs root|needs namespaces)[^\n]*\n\Z")


if __name__ == "__main__":
    unittest.main()
