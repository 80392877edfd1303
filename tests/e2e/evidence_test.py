"""The evidence of causes can be followed: `nats-analyzer show` prints what they rest on."""

import copy
import unittest

from support import ANALYZER, CAPTURE, Case, collector

from pointers import resolve, unproven


class PointerTest(unittest.TestCase):
    document = {"routes": [{"rid": 1}, {"rid": 2}], "a/b": {"m~n": 8}, "": 0}

    def test_leads_to_what_rfc_6901_says(self):
        self.assertEqual(resolve(self.document, ""), self.document)
        self.assertEqual(resolve(self.document, "/routes/1/rid"), 2)
        self.assertEqual(resolve(self.document, "/a~1b/m~0n"), 8)
        self.assertEqual(resolve(self.document, "/"), 0)

    def test_or_nowhere(self):
        for pointer in ("/routes/2", "/routes/01", "/routes/-", "/routes/x", "/none", "routes", "/routes/0/rid/0"):
            with self.subTest(pointer), self.assertRaises(LookupError):
                resolve(self.document, pointer)


class EvidenceTest(Case):
    def setUp(self):
        super().setUp()
        self.done(collector("import", "--store", self.store, CAPTURE))
        self.document = self.analysis()

    def evidence(self):
        return [e for incident in self.document["incidents"] for cause in incident["causes"] for e in cause["evidence"]]

    def test_of_every_cause_leads_to_a_body_that_holds_it(self):
        self.assertGreater(len(self.evidence()), 10)
        self.assertEqual(unproven(ANALYZER, self.store, self.document), [])

    def test_that_leads_nowhere_is_noticed(self):
        whole = copy.deepcopy(self.document)
        for change in ({"pointer": "/no/such/thing"}, {"epoch": 999}, {"target": "nobody"}, {"endpoint": "jsz"}):
            with self.subTest(change):
                self.document = copy.deepcopy(whole)
                next(e for e in self.evidence() if e["pointer"]).update(change)
                self.assertEqual(len(unproven(ANALYZER, self.store, self.document)), 1)

    def test_a_cause_without_any_is_noticed(self):
        cause = next(c for i in self.document["incidents"] for c in i["causes"] if c["cause"] != "unknown")
        cause["evidence"] = []
        self.assertEqual(len(unproven(ANALYZER, self.store, self.document)), 1)


if __name__ == "__main__":
    unittest.main()
