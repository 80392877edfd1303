"""The demo's plot: four faults on six real servers, recorded, then told by the analyzer. Started by samples/demo.sh."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from lab import Lab
from processes import LabError, wait_for

EVERY = 2  # seconds between epochs
# The defaults, 30 s and 5 min, suit a recorder that looks once a minute: they would make one incident of four faults
# that hit the same servers within a minute.
GROUPING = ["--join", f"{2 * EVERY}s", "--settle", f"{2 * EVERY}s"]
HEALTHY = 4  # epochs between faults: the next one begins more than --settle after everything is well again
DOWN = 4     # epochs that a stopped server stays away


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Demo:
    def __init__(self, lab, watch):
        self.lab, self.watch = lab, watch
        self.began = time.monotonic()
        self.faults = []  # what was really done, and when: what the report is compared with

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def after_epoch(self, epochs=1):
        """Right after an epoch has been recorded: what takes about a second is over by the next one. A busy machine may
        have told us late; epochs are on the clock's grid, so we know, and wait for a better one."""
        self.watch.wait_epochs(epochs)
        for _ in range(5):
            if time.time() % EVERY < EVERY / 4:
                return
            self.watch.wait_epochs()

    def recover(self):
        wait_for(self.lab.whole, "the servers did not find each other again")
        self.after_epoch(HEALTHY)

    def victim(self):
        """A member of east that has not been hit yet and does not lead JetStream: without its leader, every server of
        the meta group is unhealthy until the next one is elected, which is another story."""
        hit = {fault.get("server") for fault in self.faults}
        leader = self.lab.meta_leader()
        return next(s for s in reversed(self.lab.members("east")) if s.name != leader and s.label not in hit)

    def kill(self):
        server = self.victim()
        self.after_epoch()
        fault = {"fault": "kill", "server": server.label, "from": now()}
        server.kill()
        self.say(f"{server.label} killed (SIGKILL)")
        self.after_epoch(DOWN)
        fault["to"] = now()
        server.start()
        self.say(f"{server.label} started again")
        self.faults.append(fault)

    def cut(self):
        one, other = self.lab.members("west")[:2]
        way = "through its relay" if self.lab.relayed else "with ss -K"
        self.after_epoch()
        self.faults.append({"fault": "cut", "link": [one.label, other.label], "at": now()})
        self.lab.cut_route(one, other)
        self.say(f"one connection of the route {one.label} - {other.label} cut {way}; it will be back before the next epoch")

    def stop_cluster(self):
        members = self.lab.members("west")
        self.after_epoch()
        fault = {"fault": "cluster_stop", "servers": [server.label for server in members], "from": now()}
        for server in members:
            server.signal(signal.SIGTERM)
        for server in members:
            server.process.wait(10)
        self.say("all of west stopped (SIGTERM)")
        self.after_epoch(DOWN)
        fault["to"] = now()
        for server in members:
            server.start()
        self.say("all of west started again")
        self.faults.append(fault)

    def drain(self):
        server = self.victim()
        client = self.lab.client(server)
        self.after_epoch()
        if not client.connected:
            raise LabError(f"the client of {server.label} lost its connection before the drain")
        # It leaves 10 s later, a whole number of epochs: wait a little, so that this too comes after an epoch, not amid it.
        time.sleep(EVERY / 8)
        fault = {"fault": "lame_duck", "server": server.label, "from": now()}
        server.lame_duck()
        self.say(f"{server.label}, with a client connected, told to go into lame duck mode (SIGUSR2): it leaves in 10 s")
        server.process.wait(30)
        fault["to"] = now()
        self.say(f"{server.label} has left; it is not started again")
        self.faults.append(fault)
        self.after_epoch(3)

    def run(self):
        self.after_epoch(HEALTHY)
        for fault in (self.kill, self.cut, self.stop_cluster):
            fault()
            self.recover()
        self.drain()


def analyze(analyzer, store, out):
    """Writes the reports beside the store and prints the incidents."""
    def run(*words, **options):
        subprocess.run([analyzer, *map(str, words), *GROUPING], check=True, timeout=60, **options)
    with open(out / "incidents.json", "wb") as file:
        run("incidents", store, "--format", "json", stdout=file)
    run("report", store, "--html", out / "report.html", "--csv", out)
    print(flush=True)
    run("incidents", store)


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--built", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--nats-server", required=True)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    out, built = arguments.out.resolve(), arguments.built.resolve()
    out.mkdir(parents=True, exist_ok=True)
    store = out / "history.db"
    for old in out.glob("history.db*"):
        old.unlink()

    with Lab({"east": ["a1", "a2", "a3"], "west": ["b1", "b2", "b3"]}, arguments.nats_server,
             # East alone keeps JetStream: its meta group spans all clusters, and with half of it stopped the other half
             # would have no quorum either.
             jetstream=["east"], keep=arguments.keep) as lab:
        print(f"Starting two clusters of three nats-servers {lab.version()} on loopback", flush=True)
        lab.start()
        print(f"Recording them every {EVERY} s for about a minute, into {store}", flush=True)
        demo = Demo(lab, lab.watch(built / "collector/nats-collector", store, f"{EVERY}s", out / "collector.log"))
        demo.run()
        truth = {"nats_server": lab.version(), "interval_s": EVERY, "faults": demo.faults,
                 "clusters": {name: [s.label for s in members] for name, members in lab.clusters.items()}}
        (out / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")
        if arguments.keep:
            print(f"Folders and logs of the servers: {lab.folder}")
    print(f"All servers stopped. Four faults in a minute need a closer look than usual: {' '.join(GROUPING)}", flush=True)
    analyze(built / "analyzer/nats-analyzer", store, out)
    check = Path(__file__).parents[2] / "tests/e2e/check_demo.py"
    print(flush=True)
    subprocess.run([sys.executable, check, out / "incidents.json", out / "truth.json"], check=True, timeout=60)
    print(f"\nReport:  {out / 'report.html'}\nJSON:    {out / 'incidents.json'}\nCSV:     {out / 'incidents.csv'}, "
          f"{out / 'timeline.csv'}\nAsk more of the recording: {built}/analyzer/nats-analyzer --help")


def exit_on(number, _):
    # Once: a second Ctrl-C must not interrupt the cleaning up after the first.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, exit_on)
    try:
        main()
    except LabError as error:
        sys.exit(f"demo: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"demo: {os.path.basename(str(error.cmd[0]))} {error.cmd[1]} ended with exit code {error.returncode}")
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"demo: {error}")
