"""Ten clusters of which one dies: of three, the one called north is copied eight times and takes the place of south, too.
Each copy has ids, names and addresses of its own, and its gateways lead to all the others. An epoch in ten seconds."""

import json

from derived import derive

SOURCE = "remote_cluster_dead_of_three"
COPIES = range(1, 10)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Renaming:
    """What stands for north in one of its copies: c1 for the cluster, c1n2 for n2, 10.9.101.2 for 10.9.1.2."""

    def __init__(self, copy, model, ids):
        """`model`: the real cluster that is renamed; `ids`: of all its servers."""
        self.pairs = [(old, old[:-2] + ALPHABET[copy] + old[-1]) for old in ids]
        net = {"north": 1, "south": 2}[model]
        self.pairs += [(f"10.9.{net}.", f"10.9.{100 + copy}."), (f'"{model}"', f'"c{copy}"')]
        letter = model[0]
        self.pairs += [(f'"{letter}{number}"', f'"c{copy}n{number}"') for number in (1, 2)]

    def __call__(self, document):
        text = json.dumps(document, ensure_ascii=False)
        for old, new in self.pairs:
            text = text.replace(old, new)
        return json.loads(text)


def ids_of(capture):
    """Every id that north's and south's servers had, in order: those of one number stand for each other."""
    found = {}
    for epoch in capture.epochs:
        for name in ("n1", "n2", "s1", "s2"):
            if body := epoch.files.get(f"{name}/varz.json"):
                found[name] = json.loads(body)["server_id"]
    return found


class Copier:
    def __init__(self, capture):
        ids = ids_of(capture)
        self.north = {copy: Renaming(copy, "north", (ids["n1"], ids["n2"])) for copy in COPIES}
        # What north says of south, its copies say of each other.
        same = dict(zip((ids["s1"], ids["s2"]), (ids["n1"], ids["n2"])))
        self.south = {copy: Renaming(copy, "south", ()) for copy in COPIES}
        for copy, renaming in self.south.items():
            renaming.pairs += [(south, dict(self.north[copy].pairs)[north]) for south, north in same.items()]

    def epoch(self, files):
        document = json.loads(files["epoch.json"])
        asked, document["snapshots"] = document["snapshots"], {}
        made = {}
        for path, content in files.items():
            target, _, rest = path.partition("/")
            if target in ("n1", "n2"):
                for copy in COPIES:
                    made[f"c{copy}{target}/{rest}"] = self._north(copy, rest, content)
            elif target in ("w1", "w2"):
                made[path] = self._west(rest, content)
        for path, times in asked.items():
            target, _, rest = path.partition("/")
            if target in ("n1", "n2"):
                document["snapshots"] |= {f"c{copy}{target}/{rest}": times for copy in COPIES}
            elif target in ("w1", "w2"):
                document["snapshots"][path] = times
        made["epoch.json"] = (json.dumps(document, indent=2) + "\n").encode()
        return made

    def _north(self, copy, endpoint, content):
        others = [other for other in COPIES if other != copy]
        return rewritten(endpoint, content, lambda table: self._multiplied(table, "south", self.south, others), self.north[copy])

    def _west(self, endpoint, content):
        def widened(table):
            return self._multiplied(without(table, "south"), "north", self.north, COPIES)
        return rewritten(endpoint, content, widened, lambda document: document)

    @staticmethod
    def _multiplied(table, model, renamings, copies):
        """The entries of a table of gateways, or of their configuration, that concern one cluster become those of many."""
        if isinstance(table, dict):
            rest = {name: entry for name, entry in table.items() if name != model}
            return rest | {f"c{copy}": numbered(renamings[copy](table[model]), copy) for copy in copies if model in table}
        rest = [entry for entry in table if entry["name"] != model]
        return rest + [renamings[copy](entry) for copy in copies for entry in table if entry["name"] == model]


def without(table, name):
    if isinstance(table, dict):
        return {key: entry for key, entry in table.items() if key != name}
    return [entry for entry in table if entry["name"] != name]


def numbered(entry, copy):
    """Connections of their own: ids of clients, routes and gateways are one series."""
    for one in entry if isinstance(entry, list) else [entry]:
        one["connection"]["cid"] += 1000 * copy
    return entry


def rewritten(endpoint, content, gateways, rename):
    if not endpoint.endswith(".json"):
        return content
    document = json.loads(content)
    for table in ("outbound_gateways", "inbound_gateways"):
        if table in document:
            document[table] = gateways(document[table])
    if "gateways" in document.get("gateway", {}):
        document["gateway"]["gateways"] = gateways(document["gateway"]["gateways"])
    return (json.dumps(rename(document), indent=2, ensure_ascii=False) + "\n").encode()


def make(capture, out):
    copier = Copier(capture)

    def named(entry, copy):
        return entry | {"cluster": f"c{copy}", "server": f"c{copy}{entry['server']}"}

    def truth(document):
        must = []
        for entry in document["must"]:
            if entry.get("cluster") == "north":
                must += [named(entry, copy) for copy in COPIES]
            elif entry.get("cluster") != "south":
                must.append(entry)
        clusters = {f"c{copy}": [f"c{copy}n1", f"c{copy}n2"] for copy in COPIES} | {"west": document["clusters"]["west"]}
        return document | {"must": must, "clusters": clusters}

    def deployment(document):
        targets = [{"name": f"c{copy}n{number}", "url": f"http://10.9.{100 + copy}.{number}:8222"} for copy in COPIES for number in (1, 2)]
        return document | {"targets": targets + [target for target in document["targets"] if target["name"].startswith("w")]}

    return derive(capture, out, "remote_cluster_dead_of_ten", "its cluster north is copied nine times, in place of south, too",
                  copier.epoch, truth, deployment, interval=10)
