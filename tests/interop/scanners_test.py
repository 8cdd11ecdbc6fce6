# SPDX-License-Identifier: MIT
"""sslscan and testssl.sh against `sneck serve`: SSL and TLS 1.0 and 1.1 are refused, each suite is
ECDHE with AEAD, and what testssl.sh says of protocols, ciphers and vulnerabilities is nowhere worse
than "info". Both send ClientHellos of their own without extended master secret, so that they see
TLS 1.2 with --insecure-no-ems only; with SNECK_LONG=1 testssl.sh also looks without it.
Exit codes: 0, 1 when something was found, 77 when neither scanner is there."""
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

from lib import (SNECK, Failed, Process, free_port, listens, make_certificates, program)

SSLSCAN, TESTSSL = program("sslscan"), program("testssl") or program("testssl.sh")
LONG = os.environ.get("SNECK_LONG") == "1"
SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"} | {
    f"ECDHE-{key}-{rest}" for key in ("ECDSA", "RSA")
    for rest in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}
JUDGED = {  # findings above "info" that say nothing about us, and why
    "engine_problem": "the scanner's own openssl has no engine for GOST",
}
OFFERED = {"SSLv2": False, "SSLv3": False, "TLS1": False, "TLS1_1": False, "TLS1_2": True,
           "TLS1_3": True}


def sslscan(port):
    """Raises Failed for anything that a server should not have; returns the suites. Without its
    look for groups: it reads one message from a record, and waits in vain in TLS 1.2."""
    said = subprocess.run([SSLSCAN, "--no-colour", "--sni-name=localhost", "--no-groups",
                           "--xml=-", f"127.0.0.1:{port}"], capture_output=True, timeout=60, check=True)
    test = xml.fromstring(said.stdout).find("ssltest")
    if test is None:
        raise Failed("sslscan has not come to us: " + said.stderr.decode("latin-1")[-200:])
    on = {p.get("type") + p.get("version") for p in test.iter("protocol")
          if p.get("enabled") == "1"}
    if on != {"tls1.2", "tls1.3"}:
        raise Failed(f"protocols {', '.join(sorted(on))}")
    suites = {c.get("cipher") for c in test.iter("cipher")}
    if suites - SUITES:
        raise Failed(f"suites {', '.join(sorted(suites - SUITES))}")
    if any(h.get("vulnerable") != "0" for h in test.iter("heartbleed")):
        raise Failed("heartbleed")
    if test.find("compression") is not None and test.find("compression").get("supported") != "0":
        raise Failed("compression")
    return suites


def testssl(port, folder, offered):
    """The sections protocols, ciphers and vulnerabilities, and in a long run forward secrecy and
    preferences too. Returns how many findings there are of each severity."""
    sections = ["-p", "-s", "-U", *(["-f", "-P"] if LONG else [])]
    path = os.path.join(folder, f"{port}.json")
    p = subprocess.run([TESTSSL, "--quiet", "--color", "0", "--warnings", "off", *sections, "-n",
                        "none", "--jsonfile", path, f"localhost:{port}"],
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=240, check=False,
                       cwd=folder)
    if not os.path.exists(path):
        raise Failed("testssl.sh: " + p.stdout.decode("latin-1").strip()[-200:])
    with open(path, encoding="utf-8") as f:
        found = json.load(f)
    wrong = [f"{x['id']} {x['severity']}: {x['finding']}" for x in found
             if x["severity"] not in ("OK", "INFO") and x["id"] not in JUDGED]
    by_id = {x["id"]: x["finding"] for x in found}
    wrong += [f"{name} {by_id.get(name, 'not looked at')}" for name, want in offered.items()
              if name not in by_id or by_id[name].startswith("not offered") == want]
    if "LUCKY13" not in by_id:
        wrong.append("it did not come to the end of the vulnerabilities")
    if wrong:
        raise Failed("; ".join(wrong))
    return {s: sum(x["severity"] == s for x in found) for s in ("OK", "INFO")}


def serve(at, *more):
    """Both kinds of key, so that a scan sees the suites of both."""
    keys = [word for kind in ("ecdsa", "rsa") for word in ("--cert", at(kind + ".pem"), "--key",
                                                           at(kind + ".key"))]
    return Process([SNECK, "serve", "--listen", "127.0.0.1:0", "--root", at("site"), "--tickets",
                    "2", *keys, *more])


def port_of(server):
    return int(server.expect(rb"listening +\S+://[^/\s]*:(\d+)")[1])


def scan_ssl(at):
    with serve(at, "--insecure-no-ems") as server:
        suites = sslscan(port_of(server))
    if suites != SUITES:
        raise Failed(f"it saw {', '.join(sorted(suites))} only")
    return f"{len(suites)} suites"


def judge(at):
    """The same judgement must find a server that it should: one with CBC."""
    port = free_port()
    with Process(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-cert",
                  at("rsa.pem"), "-key", at("rsa.key"), "-cipher", "AES128-SHA"]) as server:
        server.until(lambda: listens(port), "listening")
        try:
            sslscan(port)
        except Failed as e:
            return f"of openssl s_server with CBC it says: {e}"
    raise Failed("finds nothing wrong with CBC and key transport")


def scan_all(at, offered, *more):
    with serve(at, *more) as server:
        seen = testssl(port_of(server), at(""), offered)
    return ", ".join(f"{n} {severity}" for severity, n in seen.items())


def main():
    if not os.access(SNECK, os.X_OK) or not (SSLSCAN or TESTSSL):
        print(f"skipped: no command at {SNECK}, or neither sslscan nor testssl.sh is installed")
        return 77
    runs, failed = [], 0
    if SSLSCAN:
        runs += [("sslscan", scan_ssl, ()), ("sslscan, judged", judge, ())]
    if TESTSSL:
        runs += [("testssl.sh", scan_all, (OFFERED, "--insecure-no-ems"))]
    if TESTSSL and LONG:
        runs += [("testssl.sh, with extended master secret only", scan_all,
                  (OFFERED | {"TLS1_2": False},)),
                 ("testssl.sh, TLS 1.2 only", scan_all,
                  (OFFERED | {"TLS1_3": False}, "--insecure-no-ems", "--max-version", "1.2"))]
    with tempfile.TemporaryDirectory(prefix="sneck-scanners-") as folder:
        make_certificates(folder)
        os.mkdir(os.path.join(folder, "site"))
        for name, run, args in runs:
            start = time.monotonic()
            try:
                print(f"ok      {name}: {run(lambda x: os.path.join(folder, x), *args)} "
                      f"({time.monotonic() - start:.0f} s)", flush=True)
            except (Failed, subprocess.SubprocessError, xml.ParseError) as e:
                failed += 1
                print(f"FAILED  {name}: {e}", flush=True)
    for here, package in ((SSLSCAN, "sslscan"), (TESTSSL, "testssl.sh")):
        if not here:
            print(f"skipped: {package} is not installed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
