#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The table of RESULTS.md, from two logs of the runner: of all the tests there are, and of a run.
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


def read(path):
    text = pathlib.Path(path).read_text(errors="replace")
    return {name: word for word, name in re.findall(r"^([A-Z]+) \(([^()]*)\)$", text, re.M)}


def main():
    everything, run = read(sys.argv[1]), read(sys.argv[2])
    disabled = json.loads((pathlib.Path(__file__).parent / "config.json").read_text())["DisabledTests"]
    # what was run is not disabled, whatever fnmatch thinks of a pattern of Go
    left = [name for name in everything if name not in run]
    reasons = collections.Counter()
    for name in left:
        reasons[next(r for p, r in disabled.items() if fnmatch.fnmatchcase(name, p.replace("[^", "[!")))] += 1
    words = collections.Counter(run.values())
    print("| tests | number |\n|---|---|")
    print(f"| all | {len(everything)} |")
    print(f"| disabled | {len(left)} |")
    for what, word in ("passed", "PASSED"), ("failed", "FAILED"), ("not implemented", "UNIMPLEMENTED"):
        print(f"| {what} | {words[word]} |")
    print("\n| disabled for want of | number |\n|---|---|")
    for reason, n in reasons.most_common():
        print(f"| {reason} | {n} |")


main()
