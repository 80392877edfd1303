"""The demo: its report is compared with what it did to the servers, and it leaves nothing behind."""

import contextlib
import copy
import json
import os
import signal
import subprocess
import unittest

from check_demo import check
from support import BUILT, ROOT, SERVERS, Case, processes_naming, server_version

from processes import end, wait_for


UNPRIVILEGED = "without privileges"


@contextlib.contextmanager
def started_demo(server, out, *prefix):
    """In a session of its own, as in a terminal of its own, with its temporary files below `out`."""
    (out / "tmp").mkdir(parents=True)
    command = [*prefix, ROOT / "samples/demo.sh", "--built", BUILT, "--out", out / "report"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          start_new_session=True, env={**os.environ, "NATS_SERVER": server, "TMPDIR": str(out / "tmp")}) as demo:
        try:
            yield demo
        finally:
            end(demo, timeout=20)


class DemoTest(Case):
    def runs(self):
        """Every server, and once without privileges: the route is then cut another way."""
        for server in SERVERS:
            yield server_version(server), server, ()
        if os.geteuid() == 0:
            yield UNPRIVILEGED, SERVERS[0], ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--")

    def test_the_report_tells_what_was_done_to_the_servers(self):
        with contextlib.ExitStack() as stack:
            demos = {name: stack.enter_context(started_demo(server, self.folder / name, *prefix))
                     for name, server, prefix in self.runs()}
            for name, demo in demos.items():
                with self.subTest(demo=name):
                    output, _ = demo.communicate(timeout=180)
                    self.assertEqual(demo.returncode, 0, output)
                    if name == UNPRIVILEGED:
                        self.assertIn("cut through its relay", output)
                    self.assertEqual(processes_naming(self.folder / name), [])
                    self.assertEqual(list((self.folder / name / "tmp").iterdir()), [])
                    self.check_report(self.folder / name / "report", output)

    def check_report(self, report, output):
        document = json.loads((report / "incidents.json").read_bytes())
        truth = json.loads((report / "truth.json").read_bytes())
        self.assertEqual(list(check(document, truth)), [])
        self.assertIn(str(report / "report.html"), output)
        self.assertIn("<svg", (report / "report.html").read_text(encoding="utf-8"))
        self.assertTrue((report / "incidents.csv").stat().st_size and (report / "timeline.csv").stat().st_size)
        self.every_spoilt_copy_is_told(document, truth)

    def every_spoilt_copy_is_told(self, document, truth):
        """The comparison notices when something is wrong."""
        def spoil(change):
            copied = copy.deepcopy(document)
            change(copied)
            self.assertTrue(list(check(copied, truth)), f"not noticed: {change.__name__}")

        def lost(spoilt):
            spoilt["findings"].remove(next(f for f in spoilt["findings"] if f["severity"] != "info"))

        def invented(spoilt):
            spoilt["findings"].append({**next(f for f in spoilt["findings"] if f["kind"] == "route_reconnected"),
                                       "kind": "route_down"})

        def merged(spoilt):
            spoilt["incidents"].pop()

        def late(spoilt):
            restart = next(f for f in spoilt["findings"] if f["kind"] == "server_restarted")
            restart["began"]["exact"] = restart["began"]["by"] = "2100-01-01T00:00:00Z"

        def without_by(spoilt):
            spoilt["findings"][0]["began"]["by"] = None

        def without_cause(spoilt):
            for incident in spoilt["incidents"]:
                incident["causes"] = [{"cause": "unknown"}]

        for change in (lost, invented, merged, late, without_by, without_cause):
            spoil(change)


class InterruptedDemoTest(Case):
    def interrupted(self, number, at, to_group):
        with started_demo(SERVERS[0], self.folder / "demo") as demo:
            for line in demo.stdout:
                if at in line:
                    break
            wait_for(lambda: processes_naming(self.folder / "demo"), "servers started")
            (os.killpg if to_group else os.kill)(demo.pid, number)
            demo.communicate(timeout=20)
        self.assertEqual(demo.returncode, 128 + number)
        self.assertEqual(processes_naming(self.folder / "demo"), [])
        self.assertEqual(list((self.folder / "demo/tmp").iterdir()), [])

    def test_ctrl_c_while_a_server_is_down(self):
        self.interrupted(signal.SIGINT, "killed", to_group=True)

    def test_sigterm_while_the_servers_start(self):
        self.interrupted(signal.SIGTERM, "Starting", to_group=False)

    def test_a_collector_that_fails_ends_it_all(self):
        built = self.folder / "built"
        for name in ("collector/nats-collector", "analyzer/nats-analyzer"):
            (built / name).parent.mkdir(parents=True)
            (built / name).symlink_to("/bin/false")
        command = [ROOT / "samples/demo.sh", "--built", built, "--out", self.folder / "report"]
        environment = {**os.environ, "NATS_SERVER": SERVERS[0], "TMPDIR": str(self.folder)}
        demo = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
        self.assertEqual(demo.returncode, 1)
        self.assertIn("collector ended with exit code 1", demo.stderr)
        self.assertEqual(processes_naming(self.folder), [])


if __name__ == "__main__":
    unittest.main()
