"""What all derived captures share: read a real one, change bodies, say in the truth that it is derived, and how."""

import json
import tempfile
from pathlib import Path

from capture import pack


def derive(capture, out, name, how, bodies, truth, deployment=lambda document: document, interval=1):
    """Writes OUT/<name>-<version>.tar.xz. `bodies` turns the files of an epoch into others, `truth` and `deployment` change
    those documents. `interval`: take an epoch in so many seconds."""
    version = capture.truth["nats_server"]
    archive = Path(out) / f"{name}-{version}.tar.xz"
    told = truth(capture.truth) | {"scenario": name, "interval_s": interval, "derived": f"from {capture.name}: {how}"}
    told = {key: told[key] for key in ("scenario", "derived", *(key for key in told if key not in ("scenario", "derived")))}
    with tempfile.TemporaryDirectory(prefix="nats-derive-") as name_of_folder:
        folder = Path(name_of_folder)
        for epoch in capture.thinned(interval):
            for path, content in bodies(epoch.files).items():
                file = folder / epoch.folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        (folder / "deployment.json").write_text(json.dumps(deployment(capture.deployment) | {"interval_s": interval}, indent=2) + "\n")
        pack(folder, json.dumps(told, indent=1) + "\n", archive)
    return archive
