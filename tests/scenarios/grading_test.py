#!/usr/bin/python3
"""The grader itself: what is found, missed, invented, wrong. Run by tests/run.sh: grading_test.py"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "lab"), str(HERE.parents[1] / "samples/lab")]

from capture import time_of  # noqa: E402
from faults import Moment  # noqa: E402
from grading import Grading  # noqa: E402
from truth import ANY, Truth, rfc3339  # noqa: E402

T0 = 1_800_000_000


class FakeEpoch:
    def __init__(self, started, silent=()):
        self.started, self.ended, self.silent = T0 + started, T0 + started + 0.02, set(silent)

    def answered(self, target):
        return target not in self.silent


def epochs(until, every=1, down=None):
    """An epoch each so many seconds; `down`: (server, from, to)."""
    result = []
    for second in range(0, until, every):
        silent = [down[0]] if down and down[1] <= second < down[2] else []
        result.append(FakeEpoch(second, silent))
    return result


def moment(early, late=None):
    return Moment(T0 + early, T0 + (early if late is None else late))


def bracket(after, by, exact=None):
    told = {"after": None if after is None else rfc3339(T0 + after), "by": rfc3339(T0 + by), "exact": None}
    return told | ({"exact": rfc3339(T0 + exact), "exact_error_s": 0.01} if exact is not None else {})


def finding(kind, began, ended=None, server="e1", severity="critical", incident="I", **more):
    names = {"cluster": "east", "server": server} | more
    return {"id": f"{kind}:{'/'.join(str(v) for v in names.values())}:{began['by']}", "kind": kind, "severity": severity,
            "began": began, "ended": ended, "text": f"{kind} it is", "incident": incident, "details": {}, **names}


def incident(cause="process_down", confidence="likely", name="I"):
    return {"id": name, "causes": [{"cause": cause, "confidence": confidence, "why": "so"}]}


class GraderTest(unittest.TestCase):
    def setUp(self):
        self.truth = Truth()

    def grade(self, findings, looks, interval=1, incidents=None, declared=False):
        self.truth.fields = {"clusters": {"east": ["e1", "e2", "e3"]}, "declared": declared, "interval_s": 1}
        document = {"findings": findings, "incidents": incidents or [incident()]}
        return Grading(self.truth.document(), looks, interval, document).run()

    def crash(self):
        """e1 ends at 30 s and is back at 100 s."""
        self.truth.must("server_down", "e1", cluster="east", severity="critical", began=moment(30, 30.1), ended=moment(100, 101))
        self.truth.event("server_restarted", "e1", cluster="east", severity="critical", at=moment(100, 101), before=T0 + 30)
        return [finding("server_down", bracket(30, 31), bracket(100, 101)), finding("server_restarted", bracket(30, 101, 100.5))]

    def looks(self, every=1):
        return epochs(130, every, ("e1", 30.05, 100.5))

    def test_what_is_there_is_found(self):
        grade = self.grade(self.crash(), self.looks())
        self.assertEqual((len(grade.found), grade.missed, grade.invented, grade.wrong), (2, [], [], []))
        self.assertTrue(grade.good)

    def test_what_is_not_there_is_missed(self):
        found = self.crash()
        grade = self.grade(found[1:], self.looks())
        self.assertEqual(grade.missed, ["server_down east e1"])
        self.assertFalse(grade.good)

    def test_an_event_that_is_not_there_is_missed(self):
        grade = self.grade(self.crash()[:1], self.looks())
        self.assertEqual(grade.missed, ["server_restarted east e1"])

    def test_what_nobody_did_is_invented(self):
        grade = self.grade([*self.crash(), finding("route_down", bracket(5, 6), None, "e2", "warning", peer="e3")], self.looks())
        self.assertEqual(len(grade.invented), 1)
        self.assertIn("route_down it is", grade.invented[0])
        self.assertFalse(grade.good)

    def test_the_same_about_another_server_is_invented_and_leaves_the_first_missed(self):
        found = self.crash()
        found[0]["server"] = "e2"
        grade = self.grade(found, self.looks())
        self.assertEqual((grade.missed, len(grade.invented)), (["server_down east e1"], 1))

    def test_info_is_never_invented(self):
        grade = self.grade([*self.crash(), finding("server_joined", bracket(5, 6), None, "e2", "info")], self.looks())
        self.assertTrue(grade.good)

    def test_what_may_be_is_allowed_in_its_time_only(self):
        extra = [finding("route_down", bracket(at, at + 1), bracket(at + 1, at + 2), "e2", "warning", peer="e3") for at in (50, 90)]
        self.crash()
        self.truth.may("route_down", cluster="east", since=T0 + 49, until=T0 + 55, reason="it happens")
        grade = self.grade([*self.crash()[:2], *extra], self.looks())
        self.assertEqual((len(grade.allowed), len(grade.invented)), (1, 1))

    def test_a_beginning_before_the_fault_is_wrong(self):
        found = self.crash()
        found[0]["began"] = bracket(20, 21)
        grade = self.grade(found, self.looks())
        self.assertEqual(len(grade.wrong), 1)
        self.assertIn("too early", grade.wrong[0])
        self.assertFalse(grade.good)

    def test_an_end_after_the_truth_is_wrong(self):
        found = self.crash()
        found[0]["ended"] = bracket(110, 111)
        self.assertIn("too late", self.grade(found, self.looks()).wrong[0])

    def test_an_end_that_never_comes_is_wrong(self):
        found = self.crash()
        found[0]["ended"] = None
        self.assertIn("never ends", self.grade(found, self.looks()).wrong[0])

    def test_an_end_that_nobody_could_see_is_not_asked_for(self):
        found = self.crash()[:1]
        found[0]["ended"] = None
        self.assertEqual(self.grade(found, epochs(100, 1, ("e1", 30.05, 100))).wrong, [])

    def test_an_exact_time_must_be_exact(self):
        found = self.crash()
        found[1]["began"] = bracket(30, 101, 60)
        self.assertEqual(len(self.grade(found, self.looks()).wrong), 1)

    def test_the_wrong_severity_is_wrong(self):
        found = self.crash()
        found[0]["severity"] = "warning"
        self.assertIn("warning, not critical", self.grade(found, self.looks()).wrong[0])

    def test_told_twice_is_wrong(self):
        found = self.crash()
        again = dict(found[0], id="again")
        self.assertIn("told twice", self.grade([*found, again], self.looks()).wrong[0])

    def test_what_no_epoch_saw_is_not_demanded(self):
        self.truth.must("route_down", "e1", "e2", cluster="east", began=moment(30.2), ended=moment(30.8))
        self.assertTrue(self.grade([], epochs(60)).good)

    def test_members_are_known_after_two_intervals(self):
        self.crash()
        self.assertEqual(self.grade([], epochs(130, 60, ("e1", 30, 100)), 60).missed, ["server_restarted east e1"])

    def test_declared_members_are_known_at_once(self):
        self.crash()
        self.assertIn("server_down east e1", self.grade([], epochs(130, 60, ("e1", 30, 100)), 60, declared=True).missed)

    def test_two_restarts_that_no_epoch_separates_are_one(self):
        for at in (30, 40):
            self.truth.event("server_restarted", "e1", cluster="east", at=moment(at, at + 0.5))
        one = [finding("server_restarted", bracket(0, 60))]
        self.assertTrue(self.grade(one, epochs(130, 60), 60).good)
        self.assertEqual(len(self.grade([], epochs(130, 60), 60).missed), 1)
        self.assertEqual(len(self.grade([], epochs(130, 1)).missed), 2)

    def test_two_outages_may_be_told_as_one_where_nobody_looked_between(self):
        for at in (30, 40):
            self.truth.must("route_down", "e1", "e2", cluster="east", began=moment(at), ended=moment(at + 8.5))
        one = [finding("route_down", bracket(28, 31), bracket(47, 50), peer="e2")]
        seen = [FakeEpoch(s) for s in (0, 10, 20, 28, 31, 36, 42, 47, 50, 60)]
        self.assertTrue(self.grade(one, seen, 5).good)
        self.assertFalse(self.grade(one, [*seen[:6], FakeEpoch(39), *seen[6:]], 5).good)

    def test_flapping_needs_three_that_the_epochs_tell_apart(self):
        resets = [moment(at, at + 1) for at in (10, 20, 30, 40)]
        self.truth.must("route_flapping", "e1", "e2", cluster="east", began=moment(10, 41), alive=False,
                        needs={"moments": resets, "count": 3})
        self.assertEqual(len(self.grade([], epochs(60)).missed), 1)
        self.assertEqual(self.grade([], epochs(130, 60), 60).missed, [])

    def test_silence_needs_its_time(self):
        self.truth.must("route_silent", "e1", "e2", cluster="east", began=moment(30), needs={"span_s": 90})
        self.assertEqual(self.grade([], epochs(100)).missed, [])
        self.assertEqual(len(self.grade([], epochs(130)).missed), 1)

    def test_a_drain_that_nobody_saw_looks_like_a_crash(self):
        self.truth.must("server_down", "e1", cluster="east", severity="warning", proof=(T0 + 31, T0 + 41), unproven="critical",
                        began=moment(41), ended=moment(110))
        found = [finding("server_down", bracket(0, 60), bracket(60, 120))]
        self.assertTrue(self.grade(found, epochs(130, 60), 60).good)
        self.assertIn("critical, not warning", self.grade([finding("server_down", bracket(40, 42), bracket(109, 110))],
                                                          epochs(130)).wrong[0])

    def test_what_must_be_seen_first_is_demanded_only_if_it_was(self):
        self.truth.event("rollout_unsafe", "e1", cluster="east", at=moment(65, 66), since=T0 + 30)
        self.assertEqual(len(self.grade([], epochs(130)).missed), 1)
        self.assertEqual(self.grade([], [FakeEpoch(20), FakeEpoch(80)], 60).missed, [])

    def test_an_open_end_is_any_end(self):
        self.truth.must("link_backlog", "e1", "e2", cluster="east", began=moment(30), ended=ANY)
        self.assertTrue(self.grade([finding("link_backlog", bracket(29, 31), bracket(70, 71), peer="e2")], epochs(130)).good)

    def test_a_server_of_a_name_that_two_have_is_recognised(self):
        self.truth.must("duplicate_name", about="e1", severity="warning", began=moment(0, 10), alive=False)
        grade = self.grade([finding("duplicate_name", bracket(None, 1), severity="warning", server="e1#NABCDE")], self.looks())
        self.assertEqual((grade.missed, grade.invented, grade.wrong), ([], [], []))
        self.assertTrue(self.grade([finding("duplicate_name", bracket(None, 1), server="e2#NABCDE")], self.looks()).missed)

    def test_a_server_without_a_name_may_be_called_anything(self):
        self.truth.must("server_down", about=ANY, severity="critical", began=moment(30, 30.1), ended=moment(100, 101))
        self.truth.event("server_restarted", about=ANY, severity="critical", at=moment(100, 101), before=T0 + 30)
        findings = [finding("server_down", bracket(30, 31), bracket(100, 101), server="NABC"),
                    finding("server_restarted", bracket(30, 101), server="NXYZ")]
        grade = self.grade(findings, self.looks())
        self.assertEqual((len(grade.found), grade.missed, grade.invented, grade.wrong), (2, [], [], []))
        self.assertEqual(len(self.grade([], self.looks()).missed), 2)

    def test_the_first_cause_must_be_right(self):
        found = self.crash()
        self.truth.cause("process_down", of="server_down", server="e1", cluster="east")
        self.assertEqual(self.grade(found, self.looks()).causes_right, 1)
        grade = self.grade(found, self.looks(), incidents=[incident("network_cut")])
        self.assertEqual((grade.causes_right, len(grade.causes_wrong)), (0, 1))
        self.assertTrue(grade.good)  # likely, and one of many: the share decides

    def test_a_sparse_look_may_say_less(self):
        found = self.crash()
        self.truth.cause("process_down", of="server_restarted", server="e1", cluster="east", sparse=["unknown"])
        self.assertEqual(self.grade(found, self.looks(), incidents=[incident("unknown")]).causes_right, 0)
        self.assertEqual(self.grade(found, self.looks(10), 10, incidents=[incident("unknown")]).causes_right, 1)

    def test_certain_and_wrong_is_never_good(self):
        found = self.crash()
        self.truth.cause("process_down", of="server_down", server="e1", cluster="east")
        grade = self.grade(found, self.looks(), incidents=[incident(), incident("upgrade", "certain", "J")])
        self.assertEqual(len(grade.certain_wrong), 1)
        self.assertFalse(grade.good)

    def test_what_belongs_together_must_be_one_incident(self):
        for peer in ("e2", "e3"):
            self.truth.must("route_down", "e1", peer, cluster="east", began=moment(30))
        self.truth.one_incident("route_down")
        found = [finding("route_down", bracket(29, 31), None, peer="e2", incident="I"),
                 finding("route_down", bracket(29, 31), None, peer="e3", incident="J")]
        self.assertIn("in 2 incidents", self.grade(found, epochs(130)).wrong[0])

    def test_times_have_any_number_of_digits(self):
        self.assertEqual(time_of("2026-11-24T16:00:00Z") + 0.25, time_of("2026-11-24T16:00:00.250000000Z"))


if __name__ == "__main__":
    unittest.main()
