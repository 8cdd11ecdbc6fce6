#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Judges a log of the runner, and makes the tables of RESULTS.md of two: of all the tests there are,
# and of a run.
#
#	tests/bogo/results.py log             # what run prints
#
#	BOGO_LOG=all tests/bogo/run tests/bogo/nothing.sh -include-disabled
#	BOGO_LOG=log tests/bogo/run build/release/bogo_shim
#	tests/bogo/results.py all log
import collections
import fnmatch
import json
import pathlib
import re
import sys

WORDS = {"passed": "PASSED", "failed": "FAILED", "declined": "UNIMPLEMENTED"}


def read(path):
    parts = re.split(r"^([A-Z]+) \(([^()]*)\)$\n", pathlib.Path(path).read_text(errors="replace"), flags=re.M)
    return {parts[i + 1]: (parts[i], parts[i + 2]) for i in range(1, len(parts), 3)}


def report(path):
    tests = read(path)
    count = collections.Counter(word for word, _ in tests.values())
    for name, (word, text) in tests.items():
        if word == "FAILED":
            print(f"FAILED ({name})\n{text.strip()}\n")
    for word in WORDS.values():
        print(f"{word}: {count[word]}")
    return 1 if count["FAILED"] else 0


def tables(everything, run):
    config = pathlib.Path(__file__).parent / "config.json"
    disabled = json.loads(config.read_text())["DisabledTests"]
    # what was run is not disabled, whatever fnmatch thinks of a pattern of Go
    left = [name for name in everything if name not in run]
    reasons = collections.Counter(
        next(r for p, r in disabled.items() if fnmatch.fnmatchcase(name, p.replace("[^", "[!"))) for name in left
    )
    count = collections.Counter(word for word, _ in run.values())
    print(f"| tests | number |\n|---|---|\n| all | {len(everything)} |\n| disabled | {len(left)} |\n| run | {len(run)} |")
    for what, word in WORDS.items():
        print(f"| {what} | {count[word]} |")
    print("\n| disabled for want of | number |\n|---|---|")
    for reason, n in reasons.most_common():
        print(f"| {reason} | {n} |")


if len(sys.argv) == 2:
    sys.exit(report(sys.argv[1]))
tables(read(sys.argv[1]), read(sys.argv[2]))
