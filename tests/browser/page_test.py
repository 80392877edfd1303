#!/usr/bin/python3
"""What a reader may expect of the page, in Chromium, on reports of real faults."""

import lzma
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import pages
from chromium import Browser

AXE = lzma.open(Path(__file__).with_name("axe.min.js.xz")).read().decode()
SCENARIOS = pages.CRASH, pages.PARTITION, pages.GATEWAY_LOSS, pages.QUIET

# Everything a keyboard should reach: shown, not disabled, not taken out of the order.
REACHABLE = """[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter(
  (each) => each.tabIndex >= 0 && each.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))"""
USE_ALL_CONTROLS = """(() => {
  for (const box of document.querySelectorAll('input[type=checkbox]')) { box.click(); box.click(); }
  for (const button of document.querySelectorAll('button')) if (!/Copy/.test(button.textContent)) button.click();
  for (const choice of document.querySelectorAll('select'))
    for (const option of [...choice.options].reverse()) { choice.value = option.value; choice.dispatchEvent(new Event('change')); }
  for (const input of document.querySelectorAll('input[type=search]'))
    for (const text of ['e1', '']) { input.value = text; input.dispatchEvent(new Event('input')); }
  for (const slider of document.querySelectorAll('input[type=range]'))
    for (let at = 0; at <= slider.max; ++at) { slider.value = at; slider.dispatchEvent(new Event('input')); }
  for (const fold of document.querySelectorAll('details')) fold.open = true;
})()"""
CUT_OFF = """[...document.querySelectorAll('body *')].filter((each) => {
  if (!each.checkVisibility() || each.closest('.scroll, pre, .skip, svg, .findings thead')) return false;
  const box = each.getBoundingClientRect();
  return box.width > 0 && (box.right > document.documentElement.clientWidth + 1 || box.left < -1);
}).map((each) => each.outerHTML.slice(0, 120))"""


def squeezed(text):
    """Without white space, which a page and its print break in different places, and without soft line breaks."""
    return re.sub(r"[\s\u00ad]+", "", text)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="nats-pages-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        notes = cls.folder / "notes.csv"
        notes.write_text(pages.NOTES)
        cls.made = {name: pages.make(name, cls.folder, "--annotations", notes) for name in SCENARIOS}
        cls.browser = cls.enterClassContext(Browser())

    def on_each_page(self, look, **options):
        for name, path in self.made.items():
            with self.subTest(name, **options), self.browser.page(path, **options) as page:
                look(page)

    def test_nothing_is_asked_for_and_nothing_is_said(self):
        def look(page):
            page.run(USE_ALL_CONTROLS)
            self.assertEqual(page.requests(), [])
            self.assertEqual(page.messages(), [])

        self.on_each_page(look)

    def test_without_scripts_all_but_the_controls_is_there(self):
        # Drawings are left out: the script draws bars anew, with titles of its own.
        told = """[...document.querySelectorAll('h1, h2, h3, h4, p, dd, li, td, figcaption, summary')]
          .filter((each) => !each.closest('.controls, .replay, .now, .axis')).map((each) => {
            const words = each.cloneNode(true);
            words.querySelectorAll('svg').forEach((drawing) => drawing.remove());
            return words.textContent;
          }).join('\\n')"""
        for path in self.made.values():
            with self.browser.page(path) as page:
                live = page.run(told)
            with self.subTest(path.stem), self.browser.page(path, scripts=False) as page:
                self.assertEqual(page.run(told).replace("Copy", ""), live.replace("Copy", ""))
                self.assertEqual(page.run("document.querySelectorAll('button, input, select').length"), 0)
                self.assertEqual(page.messages(), [])

    def test_the_keyboard_reaches_every_control(self):
        def look(page):
            wanted = page.run(f"(window.wanted = {REACHABLE}).length")
            page.run("window.reached = new Set(); document.addEventListener('focusin', (e) => window.reached.add(e.target))")
            for _ in range(wanted + 5):
                page.press("Tab", virtual=9)
            missed = page.run("window.wanted.filter((each) => !window.reached.has(each)).map((each) => each.outerHTML.slice(0, 150))")
            self.assertEqual(missed, [])

        self.on_each_page(look)

    def test_the_replay_is_moved_by_keys(self):
        with self.browser.page(self.made[pages.PARTITION]) as page:
            page.run("document.querySelector('.replay input').focus()")
            page.press("Home", virtual=36)
            self.assertIn("everything up", page.run("document.querySelector('#topology .now').textContent"))
            said = [page.run("document.querySelector('#topology .now').textContent")]
            for _ in range(int(page.run("document.querySelector('.replay input').max"))):
                page.press("ArrowRight", virtual=39)
                said.append(page.run("document.querySelector('#topology .now').textContent"))
            self.assertTrue(any("east split: e1, e2, e5 | e3, e4" in each for each in said), said)
            self.assertTrue(all(a != b for a, b in zip(said, said[1:])), said)

    def test_times_are_told_in_the_readers_zone_on_demand(self):
        with self.browser.page(self.made[pages.CRASH], timezone="Asia/Kolkata") as page:
            before = page.run("document.querySelector('.list time').textContent")
            page.run("document.querySelector('#controls input').click()")
            after = page.run("document.querySelector('.list time').textContent")
            hour, minute = map(int, re.search(r" (\d\d):(\d\d)", before).groups())
            self.assertIn(f"{(hour + (minute + 30) // 60 + 5) % 24:02}:{(minute + 30) % 60:02}", after)
            self.assertIn("UTC+05:30", after)
            page.run("document.querySelector('#controls input').click()")
            self.assertEqual(page.run("document.querySelector('.list time').textContent"), before)

    def test_axe_finds_no_violation(self):
        for dark in False, True:
            def look(page):
                page.run(AXE + "; true")
                page.run("document.querySelectorAll('.incident details').forEach((fold) => { fold.open = true; })")
                found = page.run("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => "
                                 "n.html.slice(0, 150) + ' ' + n.failureSummary)]))")
                self.assertEqual(found, [])

            self.on_each_page(look, dark=dark)

    def test_nothing_is_cut_off_on_a_phone_or_zoomed_in(self):
        for options in {"width": 400}, {"zoom": 2}, {"width": 400, "scripts": False}:
            def look(page):
                page.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
                self.assertEqual(page.run(CUT_OFF), [])
                self.assertLessEqual(page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)

            self.on_each_page(look, **options)

    def test_print_is_complete(self):
        for scripts in True, False:
            def look(page):
                printed = self.folder / "printed.pdf"
                printed.write_bytes(page.pdf())
                text = squeezed(subprocess.run(["pdftotext", "-raw", printed, "-"], check=True, capture_output=True).stdout.decode())
                texts = page.run("[...document.querySelectorAll('h1, h2, h3, .said, .story bdi, .causes p, dd, .evidence code')]"
                                 ".filter((each) => !each.querySelector('details')).map((each) => each.innerText || each.textContent)")
                missing = [each for each in texts if squeezed(each) not in text]
                self.assertEqual(missing, [])

            self.on_each_page(look, scripts=scripts)

    def test_a_page_has_few_nodes(self):
        def look(page):
            self.assertLess(page.run("document.getElementsByTagName('*').length"), 15000)

        self.on_each_page(look)


if __name__ == "__main__":
    unittest.main()
