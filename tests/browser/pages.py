"""Reports made from recordings of real faults, for a browser to open."""

import json
import os
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("NATSREC_BUILT", ROOT / "build/ci")).resolve()
COLLECTOR = Path(os.environ.get("NATSREC_COLLECTOR", BUILT / "collector/nats-collector"))
ANALYZER = Path(os.environ.get("NATSREC_ANALYZER", BUILT / "analyzer/nats-analyzer"))
SCENARIOS = ROOT / "samples/captures/scenarios"

CRASH = "crash_and_restart-2.14.5"
PARTITION = "split_2_3-2.14.5"
GATEWAY_LOSS = "gateways_lost_by_all-2.14.5"
QUIET = "healthy_hour-2.14.5"

NOTES = 'time,text,who\n2026-11-24T16:38:00Z,"deploy <b>42</b>, ""canary""",ann\n'

# What a server may call itself. The name is shown as it is, or in escapes; it never does anything.
HOSTILE = {
    "markup": '<img src=x onerror="window.ran=1"><script>window.ran=1</script><svg onload=window.ran=1>',
    "quotes": '"\'`--></title></style></script><!--',
    "reversed": "user\u202etxt.exe\u2066\u200f",
    "emoji": "🦆🏴‍☠️ Ω漢字",
    "terminal": "\u001b[31mred\u001b]0;title\u0007\r\n| cell",
    "formula": "=cmd|'/c calc'!A1",
    "long": "x" * 10000,
}


def capture(name, folder):
    """The capture of a scenario, unpacked."""
    with tarfile.open(SCENARIOS / f"{name}.tar.xz") as archive:
        archive.extractall(folder, [member for member in archive.getmembers() if Path(member.name).name != "truth.json"])
    return folder


def rename(folder, names):
    """Gives servers and clusters other names in every body, as if they had been configured so."""
    def walk(value):
        if isinstance(value, dict):
            return {names.get(key, key): walk(each) for key, each in value.items()}
        if isinstance(value, list):
            return [walk(each) for each in value]
        return names.get(value, value) if isinstance(value, str) else value

    for body in folder.glob("*/*/*.json"):
        body.write_text(json.dumps(walk(json.loads(body.read_text()))))
    for declared in folder.glob("deployment.json"):
        declared.unlink()


def run(program, *words, **options):
    return subprocess.run([program, *map(str, words)], check=True, capture_output=True, timeout=300, **options)


def record(captured, store):
    run(COLLECTOR, "import", "--store", store, captured)
    return store


def page(store, html, *words):
    run(ANALYZER, "report", store, "--html", html, *words)
    return html


def make(name, folder, *words):
    """The page of a scenario."""
    store = record(capture(name, folder / name), folder / f"{name}.db")
    return page(store, folder / f"{name}.html", *words)


def hostile(folder):
    """A split of five servers and a loss of gateways, among the worst of names; and which name is on which page."""
    for scenario, clusters in (PARTITION, ["formula"]), (GATEWAY_LOSS, ["markup", "quotes"]):
        captured = capture(scenario, folder / f"hostile-{scenario}")
        said = [json.loads(body.read_text()) for body in captured.glob("*/*/varz.json")]
        names = dict(zip(sorted({body["cluster"]["name"] for body in said}), (HOSTILE[key] for key in clusters)))
        names |= dict(zip(sorted({body["server_name"] for body in said}), HOSTILE.values()))
        rename(captured, names)
        store = record(captured, folder / f"hostile-{scenario}.db")
        yield page(store, folder / f"hostile-{scenario}.html", "--full-evidence"), store, list(names.values())
