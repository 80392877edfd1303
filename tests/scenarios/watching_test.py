#!/usr/bin/python3
"""When something was so, by the answers in a capture directory."""

import json
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import Mock

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "lab"), str(HERE.parents[1] / "samples/lab")]

from truth import rfc3339  # noqa: E402
from watching import Recorded  # noqa: E402

BEGAN = 1_800_000_000  # seconds since 1970
W1 = Mock()
W1.name = "w1"


class RecordedTest(unittest.TestCase):
    def spans(self, listed):
        """Spans without a gateway, in seconds, each second listed or not; None: no answer."""
        with TemporaryDirectory() as folder:
            for second, there in enumerate(listed):
                at = BEGAN + second
                epoch = Path(folder) / f"epoch{second:03}"
                (epoch / "w1").mkdir(parents=True)
                asked = {"asked": rfc3339(at + 0.25), "answered": rfc3339(at + 0.5)}
                (epoch / "epoch.json").write_text(json.dumps({"snapshots": {"w1/gatewayz": asked}}))
                name = "gatewayz.error" if there is None else "gatewayz.json"
                (epoch / "w1" / name).write_text(json.dumps({"outbound_gateways": {"east": {}} if there else {}}))
            heard = Recorded([W1], Path(folder), "gatewayz")
        return [tuple(moment and (moment.early - BEGAN, moment.late - BEGAN) for moment in span)
                for span in heard.spans(W1, lambda _, body: "east" not in body["outbound_gateways"])]

    def test_a_moment_in_which_it_is_listed_parts_two_spans(self):
        self.assertEqual(self.spans([True, False, False, True, False]),
                         [((0.25, 1.5), (2.25, 3.5)), ((3.25, 4.5), None)])

    def test_no_answer_ends_nothing(self):
        self.assertEqual(self.spans([True, False, None, False, True]), [((0.25, 1.5), (3.25, 4.5))])

    def test_always_listed_is_no_span(self):
        self.assertEqual(self.spans([True, None, True]), [])


if __name__ == "__main__":
    unittest.main()
