"""Both programs against real servers: recorded with `watch`, told by the analyzer."""

import contextlib
import fcntl
import unittest

from support import COLLECTOR, Case, analyzer, collector, with_each_server

from lab import Lab
from processes import wait_for
from watch import Watch

SUPERCLUSTER = {"east": ["a1", "a2", "a3"], "west": ["b1", "b2", "b3"]}


class RecordingTest(Case):
    def watch(self, lab, *options):
        return lab.watch(COLLECTOR, self.store, "1s", self.folder / "collector.log", *options)

    @with_each_server
    def test_twenty_healthy_epochs_have_nothing_to_tell(self, server):
        with Lab(SUPERCLUSTER, server, jetstream=["east", "west"]) as lab:
            lab.start()
            watch = self.watch(lab, "--epochs", "20")
            self.assertEqual(watch.process.wait(60), 0)
        analysis = self.analysis()
        self.assertEqual(analysis["recording"]["epochs"], 20)
        self.assertEqual(analysis["incidents"], [])
        self.assertEqual(self.above_info(analysis), [])
        self.assertEqual(sorted(each["server"] for each in analysis["recording"]["servers"]),
                         ["east/a1", "east/a2", "east/a3", "west/b1", "west/b2", "west/b3"])
        self.assertEqual(analyzer("check", self.store, "--max-age", "1h").code, 0)

    @with_each_server
    def test_a_killed_server_is_down_and_then_restarted(self, server):
        with Lab({"east": ["a1", "a2", "a3"]}, server) as lab:
            lab.start()
            watch = self.watch(lab)
            watch.wait_epochs(3)
            lab.server("a2").kill()
            watch.wait_epochs(3)
            self.assertEqual(analyzer("check", self.store, "--max-age", "1h").code, 2)
            lab.server("a2").start()
            wait_for(lab.whole, "a2 is back")
            watch.wait_epochs(4)
        analysis = self.analysis()
        self.assertEqual(self.above_info(analysis), [("server_down", "east", "a2", ""), ("server_restarted", "east", "a2", "")])
        self.assertEqual([incident["status"] for incident in analysis["incidents"]], ["resolved"])

    @with_each_server
    def test_a_frozen_server_is_unreachable_and_not_down(self, server):
        with Lab({"east": ["a1", "a2", "a3"]}, server) as lab:
            lab.start()
            watch = self.watch(lab, "--timeout", "500ms")
            watch.wait_epochs(3)
            lab.server("a3").freeze()
            watch.wait_epochs(4)
            lab.server("a3").thaw()
            watch.wait_epochs(3)
        analysis = self.analysis()
        self.assertEqual(self.above_info(analysis), [("monitor_unreachable", "east", "a3", "")])
        self.assertEqual([incident["status"] for incident in analysis["incidents"]], ["resolved"])

    @with_each_server
    def test_status_and_show_tell_what_was_recorded(self, server):
        with Lab({"east": ["a1"]}, server) as lab:
            lab.start()
            a1 = lab.server("a1")
            self.done(collector("collect", "--store", self.store, "--target", a1.url))
        self.assertIn(b"1", self.done(collector("status", "--store", self.store)).out)
        shown = self.done(analyzer("show", self.store, "--epoch", "1", "--server", "a1", "--endpoint", "varz")).json
        self.assertEqual(shown["server_name"], "a1")

    def test_a_deployment_that_is_down_altogether_is_data(self):
        self.done(collector("collect", "--store", self.store, "--target", "http://127.0.0.1:9", "--timeout", "500ms"))
        self.assertEqual(self.analysis()["recording"]["epochs"], 1)


class LockTest(Case):
    def test_a_second_collector_is_refused_while_the_first_holds_the_store(self):
        self.done(collector("collect", "--store", self.store, "--target", "http://127.0.0.1:9"))
        with open(f"{self.store}.lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refused(collector("collect", "--store", self.store, "--target", "http://127.0.0.1:9"), 4, "history.db")
        self.done(collector("collect", "--store", self.store, "--target", "http://127.0.0.1:9"))

    def test_slots_that_pass_while_another_collector_holds_the_store_are_told_with_the_reason(self):
        log = self.folder / "collector.log"
        watch = Watch(COLLECTOR, self.store, [], "1s", log, "--target", "http://127.0.0.1:9")
        self.addCleanup(watch.close)
        watch.wait_epochs(2)
        with open(f"{self.store}.lock", "rb") as lock:
            wait_for(lambda: locked(lock), "the store is free")
            wait_for(lambda: log.read_text().count("slot skipped: another collector holds") >= 4, "slots were skipped")
        watch.wait_epochs(2)
        told = self.done(collector("status", "--store", self.store, "--format", "json")).json
        self.assertEqual({loss["cause"] for loss in told["lost"]}, {"store_held"})
        self.assertGreaterEqual(told["lost"][0]["epochs"], 4)
        self.assertEqual({gap["reason"] for gap in told["gaps"]}, {"store_held"})
        analysis = self.analysis()
        self.assertEqual({gap["reason"] for gap in analysis["recording"]["gaps"]}, {"store_held"})
        self.assertEqual({found["text"] for found in analysis["findings"] if found["kind"] == "collection_gap"},
                         {"Nothing could be recorded in this span: another collector held the recording"})


def locked(lock):
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


if __name__ == "__main__":
    unittest.main()
