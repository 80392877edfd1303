"""Recorded captures as files: one .tar.xz for each, with the truth in it; and the same capture seen less often."""

import io
import json
import lzma
import tarfile
from datetime import datetime
from pathlib import Path

TRUTH = "truth.json"
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 64 << 20}]


def time_of(text):
    """Seconds since 1970 of an RFC 3339 time, with however many digits."""
    main, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(main + "+00:00").timestamp() + (float(f"0.{fraction}") if fraction else 0.0)


def pack(capture, truth, archive):
    """Entries of one target and endpoint follow each other in order of time: they repeat each other nearly word by word."""
    def order(path):
        parts = path.relative_to(capture).parts
        return (len(parts), *parts[1:], parts[0])
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        add(tar, TRUTH, truth.encode())
        for path in sorted((p for p in Path(capture).rglob("*") if p.is_file()), key=order):
            add(tar, str(path.relative_to(capture)), path.read_bytes())
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".partial")
    partial.write_bytes(lzma.compress(buffer.getvalue(), filters=FILTERS))
    partial.rename(archive)


def add(tar, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def truth_of(archive):
    """What a capture knows to be true, without unpacking the rest: it is the first entry."""
    with tarfile.open(archive, mode="r|xz") as tar:
        entry = next(iter(tar))
        assert entry.name == TRUTH, f"{archive} begins with {entry.name}"
        return json.loads(tar.extractfile(entry).read())


class Epoch:
    """One epoch of a capture: the time it took, and what came in."""

    def __init__(self, folder, files):
        self.folder, self.files = folder, files
        document = json.loads(files["epoch.json"])
        self.started, self.ended = time_of(document["started"]), time_of(document["ended"])

    def unanswered(self):
        """Targets that gave no answer to something."""
        return sorted({name.split("/")[0] for name in self.files if name.endswith(".error")})

    def answered(self, target):
        return any(name.startswith(f"{target}/varz") and name.endswith(".json") for name in self.files)


class Capture:
    def __init__(self, archive):
        self.name = Path(archive).name.removesuffix(".tar.xz")
        folders = {}
        with tarfile.open(archive, mode="r:xz") as tar:
            loose = {}
            for entry in tar:
                content = tar.extractfile(entry).read()
                folder, slash, rest = entry.name.partition("/")
                if slash:
                    folders.setdefault(folder, {})[rest] = content
                else:
                    loose[folder] = content
        self.truth = json.loads(loose[TRUTH])
        self.deployment = json.loads(loose.get("deployment.json", b"{}"))
        self.epochs = sorted((Epoch(folder, files) for folder, files in folders.items()), key=lambda epoch: epoch.started)

    def thinned(self, interval):
        """The first epoch of each slot of so many seconds, counted from the first one's second."""
        if interval <= self.truth.get("interval_s", 1):
            return self.epochs
        slots, origin = {}, int(self.epochs[0].started + 0.5)
        for epoch in self.epochs:
            slots.setdefault(int((int(epoch.started + 0.5) - origin) // interval), epoch)
        return list(slots.values())

    def write(self, folder, epochs, interval):
        """Capture directories of these epochs, declared to be so far apart; one for each deployment that held."""
        deployments = [(each["until"], each["deployment"]) for each in self.truth.get("deployments", [])]
        written = []
        for index, (until, deployment) in enumerate(deployments or [(None, self.deployment)]):
            since = deployments[index - 1][0] if index else ""
            mine = [epoch for epoch in epochs if epoch.folder > since and (until is None or epoch.folder <= until)]
            part = folder / f"{index}"
            part.mkdir(parents=True)
            self._write_part(part, mine, deployment | {"interval_s": max(interval, self.truth.get("interval_s", 1))})
            written.append(part)
        return written

    @staticmethod
    def _write_part(folder, epochs, deployment):
        for epoch in epochs:
            for name, content in epoch.files.items():
                path = folder / epoch.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        (folder / "deployment.json").write_text(json.dumps(deployment, indent=2) + "\n")
