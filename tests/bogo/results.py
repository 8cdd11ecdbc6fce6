#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Judges a log of the runner, and makes the tables of RESULTS.md of two: of all the tests there are,
# and of a run.
#
#	tests/bogo/results.py log [some]      # what run prints; "some": not all tests were asked for
#
#	BOGO_LOG=all tests/bogo/run tests/bogo/nothing.sh -include-disabled
#	BOGO_LOG=log tests/bogo/run build/release/bogo_shim
#	tests/bogo/results.py all log
#
# A test that failed only because its peer got the alert of alerts.json, which an RFC demands, and
# not the reference's, passes. A test named there that did anything else is an error, and so is an
# entry that names none.
import collections
import fnmatch
import json
import pathlib
import re
import sys

OURS = "PASSED with the RFC's alert"
WORDS = {"passed": "PASSED", "passed with the RFC's alert": OURS, "failed": "FAILED", "not implemented": "UNIMPLEMENTED"}

# What the runner says of a test that failed as it should, but for the alert.
ONLY_THE_ALERT = re.compile(
    r'unexpected error\ngot:\n\tstderr:\n\t\t(?P<text>SNECK_E_[^\n]*)\n\n'
    r'\tlocal: "(?P<alert>remote error: [^"]*)"\n\tchild: "exit status 1"\n\tstdout: \n\n'
    r'want:\n\tlocal: "remote error: [^"]*"\n'
    r'\tremote: "(?P<one>[^"]*)"(?: mapped to one of:(?P<several>(?:\n\t\t[^\n]*)+))?\s+extra stderr:\s*')


def fixed(name):
    return json.loads((pathlib.Path(__file__).parent / name).read_text())


def read(path):
    parts = re.split(r"^([A-Z]+) \(([^()]*)\)$\n", pathlib.Path(path).read_text(errors="replace"), flags=re.M)
    return {parts[i + 1]: (parts[i], parts[i + 2]) for i in range(1, len(parts), 3)}


def is_alert(text, alert):
    m = ONLY_THE_ALERT.fullmatch(text)
    if m is None or m["alert"] != alert:
        return False
    wanted = m["several"].split("\n\t\t")[1:] if m["several"] else [m["one"]]
    return any(w in m["text"] for w in wanted)


def judge(tests, all_asked=True):
    alerts, words, wrong = fixed("alerts.json"), {}, []
    unused = set(alerts) if all_asked else set()
    for name, (word, text) in tests.items():
        entry = next((p for p in alerts if fnmatch.fnmatchcase(name, p)), None)
        unused.discard(entry)
        if entry is not None and word != "UNIMPLEMENTED":
            if word == "FAILED" and is_alert(text, alerts[entry][0]):
                word = OURS
            else:
                wrong.append(f"{name} is in alerts.json, and {word}")
        words[name] = word
    return words, wrong + [f"{p} in alerts.json is no test" for p in unused]


def report(path, all_asked):
    tests = read(path)
    words, wrong = judge(tests, all_asked)
    count = collections.Counter(words.values())
    for name, word in words.items():
        if word == "FAILED":
            print(f"FAILED ({name})\n{tests[name][1].strip()}\n")
    for word in WORDS.values():
        print(f"{word}: {count[word]}")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong or count["FAILED"] else 0


def tables(everything, run):
    disabled, words = fixed("config.json")["DisabledTests"], judge(run)[0]
    # what was run is not disabled, whatever fnmatch thinks of a pattern of Go
    left = [name for name in everything if name not in run]
    reasons = collections.Counter(
        next(r for p, r in disabled.items() if fnmatch.fnmatchcase(name, p.replace("[^", "[!"))) for name in left
    )
    count = collections.Counter(words.values())
    print(f"| tests | number |\n|---|---|\n| all | {len(everything)} |\n| disabled | {len(left)} |\n| run | {len(run)} |")
    for what, word in WORDS.items():
        print(f"| {what} | {count[word]} |")
    print("\n| disabled for want of | number |\n|---|---|")
    for reason, n in reasons.most_common():
        print(f"| {reason} | {n} |")


if len(sys.argv) == 2 or sys.argv[2] == "some":
    sys.exit(report(sys.argv[1], len(sys.argv) == 2))
tables(read(sys.argv[1]), read(sys.argv[2]))
