"""`cut --redact`: a slice for strangers, in which no name is left and the same broke."""

import json
import re
import tarfile

from support import ROOT, Case, analyzer, collector

# Keys of the bodies under which names and hosts stand.
NAMES = {"server_name", "remote_name", "leader", "account", "system_account", "host", "addr", "ip", "urls", "connect_urls", "store_dir", "http_host"}
PARENTS_OF_NAMES = {"cluster", "gateway", "gateways", "replicas", "meta", "leafs"}
BUILT_IN = {"$SYS", "$G", "0.0.0.0"}


def names_in(body, key="", parent=""):
    if isinstance(body, dict):
        for inner, value in body.items():
            if key in ("outbound_gateways", "inbound_gateways"):
                yield inner
            yield from names_in(value, inner, key)
    elif isinstance(body, list):
        for each in body:
            yield from names_in(each, key, parent)
    elif isinstance(body, str) and (key in NAMES or key == "name" and parent in PARENTS_OF_NAMES):
        # Of an address the host.
        yield re.sub(r":\d+$", "", body)


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def broke(analysis):
    return [(f["kind"], f["severity"], f["began"], f.get("ended"), f["instant"]) for f in analysis["findings"]]


def incidents(analysis):
    return [(i["severity"], i["status"], i["began"], i["ended"], i["checks"], [(c["cause"], c["confidence"]) for c in i["causes"]])
            for i in analysis["incidents"]]


class RedactTest(Case):
    def check(self, scenario):
        with tarfile.open(ROOT / f"samples/captures/scenarios/{scenario}.tar.xz") as archive:
            archive.extractall(self.folder / "capture", [member for member in archive if not member.name.endswith("truth.json")])
        self.done(collector("import", "--store", self.store, self.folder / "capture"))
        names = set()
        for path in files_of(self.folder / "capture"):
            if path.parent.parent.parent == self.folder / "capture":
                names.add(path.parent.name)  # of a target
            if path.suffix == ".json":
                names.update(names_in(json.loads(path.read_bytes())))
        names = {name for name in names if name and name not in BUILT_IN and not re.fullmatch(r"N[A-Z2-7]{55}|\d{8}T[\d.]+Z", name)}
        self.assertGreater(len(names), 5)

        piece = self.folder / "slice.db"
        self.done(collector("cut", "--store", self.store, "--since", "9999d", "-o", piece, "--redact"))
        self.done(collector("verify", "--store", piece))
        self.done(collector("export", "--store", piece, self.folder / "redacted"))
        any_name = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, sorted(names))) + r")(?![\w-])")
        for path in files_of(self.folder / "redacted"):
            self.assertIsNone(any_name.search(f"{path.relative_to(self.folder / 'redacted')}\n{path.read_text()}"), path)
        for name in names:
            if len(name) > 3:  # shorter ones stand in any file
                self.assertNotIn(name.encode(), piece.read_bytes())

        before = self.analysis()
        after = self.done(analyzer("incidents", piece, "--format", "json")).json
        self.assertGreater(len(before["findings"]), 0)
        self.assertEqual(sorted(map(str, broke(after))), sorted(map(str, broke(before))))
        self.assertEqual(incidents(after), incidents(before))
        # One alias for a name, in a slice as in a report.
        told = self.analysis("--redact")
        for key in ("clusters", "servers", "links", "gateways"):
            self.assertEqual([i[key] for i in after["incidents"]], [i[key] for i in told["incidents"]])

    def test_gateways(self):
        self.check("gateway_target_frozen-2.14.5")

    def test_accounts(self):
        self.check("pinned_account_route_lost-2.14.5")

    def test_jetstream(self):
        self.check("meta_quorum_lost-2.9.10")

    def test_leafnodes(self):
        self.check("leafnodes_come_and_go-2.10.27")
