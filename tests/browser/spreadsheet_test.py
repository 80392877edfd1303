#!/usr/bin/python3
"""The tables as somebody opens them, in LibreOffice: cells stay in their columns, and none of them is run."""

import csv
import io
import json
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

import pages

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

# What a spreadsheet would run, what would end a cell, and what is hard to show.
SERVERS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1;1)", "\ttab, \"quoted\"\nand a second line"]
CLUSTER = "\u202e=HYPERLINK(1)\u200f 🦆"
# Columns that hold what others named.
NAMED = {"cluster", "server", "peer", "remote_cluster", "account", "text", "title", "clusters", "servers", "links", "gateways", "why"}


def words(paragraph):
    """What a paragraph says; runs of spaces, tabs and line breaks are elements of their own."""
    out = paragraph.text or ""
    for each in paragraph:
        out += {TEXT + "s": " " * int(each.get(TEXT + "c", 1)), TEXT + "tab": "\t", TEXT + "line-break": "\n"}.get(each.tag, "")
        out += (words(each) if each.tag not in (TEXT + "s", TEXT + "tab", TEXT + "line-break") else "") + (each.tail or "")
    return out


class Cell:
    def __init__(self, element):
        self.kind = element.get(OFFICE + "value-type")
        self.formula = element.get(TABLE + "formula")
        self.text = "\n".join(map(words, element.findall(TEXT + "p")))


def rows_of(sheet):
    """The cells of the only table, without the empty ones that fill it up."""
    out = []
    for row in xml.parse(sheet).iter(TABLE + "table-row"):
        cells = []
        for element in row.findall(TABLE + "table-cell"):
            cells += [Cell(element)] * int(element.get(TABLE + "number-columns-repeated", 1))
        while cells and cells[-1].kind is None:
            cells.pop()
        if cells:
            out.append(cells)
    return out


class SpreadsheetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="nats-sheets-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        captured = pages.capture(pages.PARTITION, cls.folder / "captured")
        said = [json.loads(body.read_text()) for body in captured.glob("*/*/varz.json")]
        pages.rename(captured, dict(zip(sorted({body["server_name"] for body in said}), SERVERS)) |
                     {name: CLUSTER for name in {body["cluster"]["name"] for body in said}})
        store = pages.record(captured, cls.folder / "hostile.db")
        notes = cls.folder / "notes.csv"
        with notes.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["time", "text", "who"])
            table.writerows(["2026-11-24T16:38:00Z", name, ""] for name in SERVERS)
        pages.run(pages.ANALYZER, "report", store, "--csv", cls.folder / "tables", "--annotations", notes)

    def opened(self, path):
        """The rows of a table as LibreOffice has them: separated by commas, in UTF-8, all else as it likes."""
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation={(self.folder / 'office').as_uri()}", "--infilter=CSV:44,34,76",
                        "--convert-to", "fods", "--outdir", self.folder / "opened", path],
                       check=True, capture_output=True, timeout=300)
        return rows_of(self.folder / "opened" / f"{path.stem}.fods")

    def test_a_formula_would_be_run_if_it_were_one(self):
        path = self.folder / "formula.csv"
        path.write_text("one,two\n=1+1,'=1+1\n")
        ours, others = self.opened(path)[1]
        self.assertIsNotNone(ours.formula)
        self.assertIsNone(others.formula)

    def test_cells_stay_in_their_columns_and_are_text(self):
        for name in "incidents", "timeline":
            path = self.folder / "tables" / f"{name}.csv"
            wanted = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
            found = self.opened(path)
            self.assertEqual([cell.text for cell in found[0]], wanted[0])
            self.assertEqual(len(found), len(wanted))
            self.assertGreater(len(wanted), 1)
            shown = ""
            for row, cells in zip(wanted[1:], found[1:]):
                self.assertEqual([cell.formula for cell in cells], [None] * len(cells))
                self.assertEqual(len(cells), max(at for at, text in enumerate(row) if text) + 1)
                for column, text, cell in zip(wanted[0], row, cells):
                    if column in NAMED and text:
                        # A cell that is shown has no tabs.
                        self.assertEqual((cell.kind, cell.text), ("string", text.replace("\t", "")))
                        shown += text
            for server in SERVERS:
                self.assertIn(server, shown)


if __name__ == "__main__":
    unittest.main()
