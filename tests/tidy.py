#!/usr/bin/python3
"""clang-tidy over every source of the two programs in a build folder: tidy.py BUILD

A source is looked at again only if it, a header of ours that it includes, its command line, the checks or clang-tidy
itself changed: from nothing it takes minutes, after a change seconds. What was found clean is remembered in BUILD/tidy.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIDY = "clang-tidy-14"


def dependencies(build):
    """What each object was built from, as ninja has recorded it."""
    text = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found, current = {}, None
    for line in text.splitlines():
        if line.startswith(" "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.append(path)
        elif ":" in line:
            current = found.setdefault(line.split(":")[0], [])
    return found


def fingerprint(version, entry, files):
    known = hashlib.sha256(version + entry["command"].encode())
    for path in sorted({*files, Path(entry["file"]), ROOT / ".clang-tidy"}):
        known.update(str(path).encode() + path.read_bytes())
    return known.hexdigest()


def main():
    build = Path(sys.argv[1]).resolve()
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    depends = dependencies(build)
    todo = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["file"])
        # Tests are not clean yet: comparisons with {} inside CHECK. What the build made is no source of ours.
        if source.is_relative_to(ROOT / "tests") or source.is_relative_to(build):
            continue
        output = re.search(r" -o (\S+)", entry["command"])[1]
        mark = memory / fingerprint(version, entry, depends.get(output, []))
        if not mark.exists():
            todo[entry["file"]] = mark
    print(f"{len(todo)} sources to look at", flush=True)

    def look_at(file):
        return file, subprocess.run([TIDY, "--quiet", "-p", build, file], capture_output=True, text=True, check=False)

    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, result in pool.map(look_at, todo):
            if result.returncode == 0:
                todo[file].touch()
            else:
                clean = False
                print(result.stdout, result.stderr if not result.stdout else "", flush=True)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
