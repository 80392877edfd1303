#!/usr/bin/python3
"""What a step of the replay costs the browser: script, style and layout time, median and 95th percentile of 200 steps.

    tests/browser/scrub.py [PAGE.html]      without a page: one made from a recording of a split cluster
"""

import statistics
import sys
import tempfile
from pathlib import Path

import pages
from chromium import Browser

STEPS = 200
COSTS = "ScriptDuration", "RecalcStyleDuration", "LayoutDuration"


def costs(page):
    found = {metric["name"]: metric["value"] for metric in page.send("Performance.getMetrics")["metrics"]}
    return [1000 * found[name] for name in COSTS]


def step(page, number):
    """Moves the slider there and back, and has the result laid out."""
    page.run(f"""(() => {{ const slider = document.querySelector('.replay input');
      slider.value = Number(slider.max) ? {number} % (Number(slider.max) + 1) : 0;
      slider.dispatchEvent(new Event('input')); document.body.getBoundingClientRect(); }})()""")


def main():
    with tempfile.TemporaryDirectory(prefix="nats-scrub-") as folder, Browser() as browser:
        path = Path(sys.argv[1]) if sys.argv[1:] else pages.make(pages.PARTITION, Path(folder))
        with browser.page(path) as page:
            step(page, 0)
            samples, before = [], costs(page)
            for number in range(STEPS):
                step(page, number)
                after = costs(page)
                samples.append([b - a for a, b in zip(before, after)])
                before = after
            nodes = page.run("document.getElementsByTagName('*').length")
    print(f"{path.name}: {nodes} nodes, {STEPS} steps of the replay, ms")
    for name, column in [*zip(COSTS, zip(*samples)), ("all", [sum(sample) for sample in samples])]:
        ordered = sorted(column)
        print(f"{name:22} median {statistics.median(ordered):6.2f}   p95 {ordered[STEPS * 95 // 100]:6.2f}")


if __name__ == "__main__":
    main()
