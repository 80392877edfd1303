#!/usr/bin/python3
"""Names with markup, scripts, quotes, marks that reverse text, terminal escapes and ten thousand characters are text."""

import csv
import io
import json
import re
import tempfile
import unittest
from pathlib import Path

import pages
from chromium import Browser


class HostileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="nats-hostile-")
        cls.addClassCleanup(folder.cleanup)
        cls.made = list(pages.hostile(Path(folder.name)))
        cls.browser = cls.enterClassContext(Browser())

    def told(self, store, verb, form):
        return pages.run(pages.ANALYZER, verb, store, "--format", form).stdout.decode()

    def test_no_script_runs_and_nothing_is_loaded(self):
        for html, _, _ in self.made:
            with self.subTest(html.stem), self.browser.page(html) as page:
                page.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
                self.assertIsNone(page.run("window.ran"))
                self.assertEqual(page.requests(), [])
                self.assertEqual(page.messages(), [])
                self.assertEqual(page.run("document.querySelectorAll('img, iframe, [onerror], [onload]').length"), 0)
                self.assertEqual(page.run("document.scripts.length"), 2)

    def test_a_script_that_got_into_the_page_would_not_run(self):
        with self.browser.page(self.made[0][0]) as page:
            page.run("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))")
            self.assertIsNone(page.run("window.ran"))

    def test_names_are_shown_in_full(self):
        for html, _, names in self.made:
            with self.subTest(html.stem), self.browser.page(html) as page:
                shown = page.run("[...document.querySelectorAll('bdi')].map((each) => each.textContent).join('\\n')")
                for name in names:
                    wanted = "".join("\ufffd" if ord(c) < 32 and c not in "\t\n" else c for c in name)
                    self.assertIn(wanted, shown)

    def test_nothing_overflows_a_phone(self):
        for html, _, _ in self.made:
            with self.subTest(html.stem), self.browser.page(html, width=400) as page:
                self.assertLessEqual(page.run("document.documentElement.scrollWidth"), 400)

    def test_terminals_get_no_escape(self):
        for _, store, _ in self.made:
            for form in "text", "markdown":
                for verb in "incidents", "timeline":
                    text = self.told(store, verb, form)
                    self.assertFalse([c for c in text if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0 or c in "\u202e\u2066\u200f"])

    def test_cells_run_nothing_and_stay_in_their_columns(self):
        for _, store, _ in self.made:
            for verb in "incidents", "timeline":
                rows = list(csv.reader(io.StringIO(self.told(store, verb, "csv"), newline="")))
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                self.assertFalse([cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell])

    def test_markdown_is_no_markup(self):
        for _, store, _ in self.made:
            text = self.told(store, "incidents", "markdown")
            self.assertNotIn("<", re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text))  # but in code

    def test_json_holds_the_names_as_they_are(self):
        for _, store, names in self.made:
            servers = {each["server"] for each in json.loads(self.told(store, "incidents", "json"))["recording"]["servers"]}
            for name in names[1:]:
                self.assertTrue(any(name in server for server in servers), name[:50])


if __name__ == "__main__":
    unittest.main()
