"""The laboratory itself: faults it claims to cause are real, and it leaves nothing behind."""

import subprocess
import sys
import unittest

from support import ROOT, SERVERS, Case, processes_naming, with_each_server

from cut import ss_can_cut
from lab import Lab
from processes import wait_for


class LabTest(Case):
    def cut_and_return(self, server, relay):
        with Lab({"east": ["a1", "a2"]}, server, relay=relay) as lab:
            lab.start()
            a1, a2 = lab.servers
            before = {route["rid"] for route in a1.routes()}
            lab.cut_route(a1, a2)
            left = {route["rid"] for route in a1.routes()}
            self.assertEqual(len(before - left), 1, "one connection is gone")
            wait_for(lambda: len(a1.routes()) == len(before) and lab.whole(), "the route came back", timeout=5)
            self.assertEqual(len({route["rid"] for route in a1.routes()} - before), 1, "one connection is new")

    @with_each_server
    def test_relay_cuts_one_connection_without_privileges(self, server):
        self.cut_and_return(server, relay=True)

    @with_each_server
    def test_ss_cuts_one_connection_where_the_kernel_lets_it(self, server):
        # Where it does not, the relay, tested above, is what the demo uses.
        self.cut_and_return(server, relay=not ss_can_cut())

    @with_each_server
    def test_closing_leaves_no_process_and_no_folder(self, server):
        with Lab({"east": ["a1", "a2"]}, server) as lab:
            lab.start()
            lab.server("a1").freeze()
            folder = lab.folder
            self.assertEqual(len(processes_naming(folder)), 2)
        self.assertEqual(processes_naming(folder), [])
        self.assertFalse(folder.exists())

    def test_servers_do_not_outlive_a_killed_laboratory(self):
        code = ("import sys; sys.path.insert(0, sys.argv[1])\n"
                "from lab import Lab\nlab = Lab({'east': ['a1']}, sys.argv[2]); lab.start(); print(lab.folder, flush=True)\n"
                "import time; time.sleep(60)")
        process = subprocess.Popen([sys.executable, "-c", code, ROOT / "samples/lab", SERVERS[0]], stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        folder = process.stdout.readline().strip()
        self.assertEqual(len(processes_naming(folder)), 1)
        process.kill()
        process.wait()
        wait_for(lambda: not processes_naming(folder), "the server ended with its laboratory", timeout=5)
        subprocess.run(["rm", "-r", "--", folder], check=True)


if __name__ == "__main__":
    unittest.main()
