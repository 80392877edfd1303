"""The README says what is so."""

import re
import subprocess
import unittest

from support import ROOT, Case


class ReadmeTest(Case):
    def test_it_names_the_packages_that_the_build_needs(self):
        command = re.search(r"^apt-get install --no-install-recommends (.*?[^\\])$", (ROOT / "README.md").read_text(),
                            re.MULTILINE | re.DOTALL)[1]
        script = f". {ROOT}/samples/lab/setup.sh; echo ${{build_packages[@]}}"
        packages = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
        self.assertEqual(command.replace("\\", " ").split(), packages.split())

    def test_the_files_it_points_to_are_there(self):
        for path in re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text()):
            with self.subTest(path=path):
                self.assertTrue((ROOT / path).exists())


if __name__ == "__main__":
    unittest.main()
