# SPDX-License-Identifier: MIT
"""sneck against other TLS libraries in TLS 1.2, and where both versions meet, in both roles: each
suite, group and kind of key that both have, and what is negotiated beside them. Prints a table for
each theme, with a reason for each cell that could not be tried; without SNECK_LONG=1 in the
environment fewer columns. tls12_test.py has every suite with every group against OpenSSL and
GnuTLS; with SNECK_LONG=1 there is one here of suites, groups, sessions and certificates of clients,
each with each. Names of peers as arguments: these only.
Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import itertools
import os
import sys
import tempfile
import time

from lib import (HERE, SNECK, Failed, Process, Skip, Table, free_port, lines_of, listens,
                 make_certificates, through)
from peers import ALL12, GROUPS, suites12
from peers_test import (ALPN, MIDDLE, PAGES, SMALL, Clients, Servers, connect, count, lacks_of,
                        ours, port_of, serve)
from resume_test import PYTHON, ended

OURS = {"a128": "AES128-GCM", "a256": "AES256-GCM", "cc20": "CHACHA20", "ccm": "AES128-CCM",
        "ccm8": "AES128-CCM8"}
SUITES = {suite: ("ecdsa", suite) for suite in OURS} | {
    "rsa-" + suite: ("rsa", suite) for suite in ("a128", "a256", "cc20")}
GROUPS12 = [group for group in GROUPS if group != "mlkem"]
KEYS = {"ec384": "p384", "ec521": "p521", "ed25519": "ed25519", "ed448": "ed448", "pss": "pss"}
THEMES = {"suites": list(SUITES), "groups": GROUPS12, "keys": list(KEYS),
          "the rest": ["alpn", "maxfrag", "limit", "large", "noems"],
          "client certificates": ["cert-ec", "cert-rsa", "cert-384", "cert-521", "cert-a256",
                                  "cert-cc20", "maybe", "none"],
          "come back": ["ticket", "id", "back-rsa", "back-a256", "back-cc20", "back-cert",
                        "back-ems"],
          "versions": ["theirs", "newer", "apart"]}
SHORT = {"a128", "ccm8", "rsa-a256", "p384", "ed25519", "alpn", "maxfrag", "noems", "cert-ec",
         "cert-rsa", "none", "ticket", "id", "back-cert", "back-ems",
         "theirs", "newer"}  # and without SNECK_LONG=1 no more
SHORTER = {"a128", "cert-ec", "ticket", "theirs", "newer"}  # of peers that are slow to start
CERTIFICATES = {"cert-ec": ("ecdsa", ""), "cert-rsa": ("rsa", ""), "cert-384": ("p384", ""),
                "cert-521": ("p521", ""), "cert-a256": ("ecdsa", "a256"),
                "cert-cc20": ("rsa", "cc20")}
LEGEND = """\
rsa-...: with a key for RSA; alpn: a protocol in common; maxfrag: max_fragment_length; limit:
record_size_limit; large: a megabyte both ways; noems: refused, for want of extended master secret;
cert-...: the client shows a certificate with that key, or in that suite; maybe: none, asked for;
none: none, insisted on; ticket, id: resumed again and again, by a ticket or by a session id;
back-...: resumed with a key for RSA, in a suite, with a certificate that the client has shown;
back-ems: not resumed, for want of extended master secret;
theirs: the peer may do TLS 1.3, we may not; newer: both may, and do; apart: the peer may not and we
must; in all others we may and the peer may not; -: skipped, for the reason that is said"""
LARGE = lines_of(1 << 20)


def settle(peer, versions):
    """What our side needs besides, so that it comes to what the peer is told to speak."""
    peer.versions = versions if peer.settles else "both"
    more = [] if peer.ems else ["--insecure-no-ems"]
    return more + (["--max-version", "1.2"] if versions == "1.2" and not peer.settles else [])


class With:
    """Cells of one peer in one role."""

    def __init__(self, side):
        self.side, self.peer = side, side.peer

    def run(self, *more, versions="1.2", got="1.2", messages=(), **options):
        more = [*more, *settle(self.peer, versions)]
        if self.side.role == "client":
            message = rb"-> ServerHelloDone" if got == "1.2" else rb"-> EncryptedExtensions"
            self.side.run(*more, messages=[(message, 1), *messages], **options)
        else:
            self.side.run(*more, says=b"version +TLS " + got.encode(), messages=messages,
                          **options)

    def suite(self, kind, suite):
        auth = "RSA" if kind == "rsa" else "ECDSA"
        self.run("--suites", f"ECDHE-{auth}-{OURS[suite]}", kind=kind, suite=suite)

    def group(self, group):
        """With a key for RSA: a curve of the key would have to be among the groups."""
        want = {"want": {"group": GROUPS[group]}} if self.side.role == "server" else {}
        self.run("--groups", GROUPS[group], kind="rsa", group=group, **want)

    def alpn(self):
        if self.peer.fetches:
            self.run(alpn="http/1.1")
        elif self.side.role == "client":
            self.run("--alpn", "two.example", alpn=ALPN,
                     **({"says": b"alpn two.example"} if self.peer.tells else {}))
        else:
            speaks = self.peer.speaks or "two.example"
            self.run("--alpn", speaks + ",three.example", alpn=ALPN, want={"alpn": speaks})

    def maxfrag(self):
        n = self.peer.fragment if self.side.role == "client" else 512
        tap = {"up": n + 8, "down": n + 8}  # with the nonce that each record carries
        if self.side.role == "client":
            self.run(data=MIDDLE, tap=tap, maxfrag=n)
        else:
            self.run("--max-fragment", str(n), data=MIDDLE,
                     tap={"down": n + 8} if self.peer.serves else tap)

    def limit(self):
        if self.side.role == "client":
            settle(self.peer, "1.2")
            self.side.limit(down=520)
        else:
            self.run("--record-limit", "700", data=MIDDLE, limit=512, tap={"up": 520, "down": 708})

    def noems(self):
        """Our default."""
        if self.peer.ems:
            raise Failed("it has extended master secret")
        self.peer.versions = "1.2"
        self.refused(b"extended master secret")

    def apart(self):
        settle(self.peer, "1.2")
        self.refused(rb"alert protocol_version|no TLS 1\.3|alert handshake_failure",
                     "--min-version", "1.3")

    def shows(self, kind, suite=""):
        """Whoever is the client shows a certificate. kind: empty for none, which must do."""
        auth = "RSA" if kind == "rsa" else "ECDSA"
        ours = ["--suites", f"ECDHE-{auth}-{OURS[suite]}"] if suite else []
        if self.side.role == "client":
            ask = ["--client-ca", self.peer.ca, "--client-auth", "required" if kind else "optional"]
            want = rb"<- CertificateVerify" if kind else rb"<- Certificate 7 bytes"
            self.run(*ask, *ours, messages=[(want, 1)],
                     **({"show": kind} if kind else {}), kind="rsa" if kind == "rsa" else "ecdsa")
        elif kind:
            self.run(*self.own(kind), *ours, must=True, kind=kind,  # wolfSSL asks for one like it
                     messages=[(rb"-> CertificateVerify", 1)])
        else:
            self.run(ask=True, messages=[(rb"<- CertificateRequest", 1)])

    def own(self, kind):
        cert, key = self.peer.pem(kind)
        return ["--cert", cert, "--key", key]

    def nothing_to_show(self):
        if self.side.role == "client":
            self.refused(b"a client certificate is required and none came", "--client-ca",
                         self.peer.ca, "--client-auth", "required", *settle(self.peer, "1.2"))
        elif self.peer.answers:
            self.refused(b"answered with status 400", "--get", "/small",
                         *settle(self.peer, "1.2"), code=1, must=True)
        else:
            self.refused(NOTHING, *settle(self.peer, "1.2"), must=True)

    def back(self, *ours, suite="", kind="ecdsa", show="", **options):
        if suite:
            ours += ("--suites", f"ECDHE-{'RSA' if kind == 'rsa' else 'ECDSA'}-{OURS[suite]}")
        ours += tuple(settle(self.peer, "1.2"))
        if self.side.role == "client":
            self.back_as_client(ours, kind, show, suite)
        else:
            self.back_to_server(ours, kind, show, suite=suite, **options)

    def back_as_client(self, ours, kind, show, suite):
        command, times = visits(self.peer, show, suite)
        source = ["--root", self.peer.site] if self.peer.name in PAGERS else ["--echo"]
        ask = ["--client-ca", self.peer.ca, "--client-auth", "required"] if show else []
        with serve(self.peer, *source, "--tickets", "2", "--max-version", "1.2", *ask, *ours,
                   kind=kind) as server:
            ended(command(port_of(server)), b"")
            if self.peer.suffix:  # how many connections it opens is for a browser to say
                server.until(lambda: server.err.count(b"<- Finished") >
                             server.err.count(b"-> ServerHelloDone"), "resuming")
                return
            count(server, rb"<- Finished", times)
            got = server.err.count(b"-> ServerHelloDone")
            if got != (1 if self.peer.ems else times):
                raise Failed(f"{got} full handshakes of {times}")

    def back_to_server(self, ours, kind, show, ids=False, times=3, suite="", group=""):
        path = os.path.join(self.peer.folder, "session12")
        if os.path.exists(path):
            os.unlink(path)
        port = free_port()
        self.peer.tickets = not ids
        try:
            command = self.peer.server(port, kind=kind, suite=suite, group=group,
                                       **({"must": True} if show else {}))
        finally:
            self.peer.tickets = True
        own = self.own(show) if show else []
        get = ["--get", "/small"] if self.peer.serves else []
        with Process(command) as server:
            if self.peer.tells:
                port = int(server.expect(rb"port (\d+)")[1])
            server.until(lambda: listens(port), "listening")
            for first in (True, *[False] * (times - 1)):
                with connect(self.peer, port, "--session", path, *own, *get, *ours) as p:
                    if first and group:
                        p.expect(rb"group +" + GROUPS[group.split("+")[0]].encode())
                    p.expect(rb"resumed +" + (b"no" if first or not self.peer.ems
                                              else b"by a session"))
                    if self.peer.echoes and not get:
                        through(p, SMALL)
                    p.wait(self.peer.end)
                    if self.peer.ems and first and ids == (b"<- NewSessionTicket" in p.err):
                        raise Failed("a ticket" if ids else "no ticket")

    def each(self, group, certified, again):
        """For each suite: in that group, full and resumed again, by a ticket or an id if at all. A
        server is told both; then we offer the curve of its key besides, and it wants no curve of us
        that it was not told of."""
        server = self.side.role == "server"
        listed = server and "retry" not in lacks12(self.peer, "server", ["retry"])

        def run(kind, suite):
            groups, told, show = GROUPS[group], group, kind if certified else ""
            if listed and group != "p256":
                groups += ",P-256" if kind == "ecdsa" else ""
                told += "+p256" if kind == "ecdsa" and self.peer.lists_own else ""
                show = show and "rsa"
            elif server and kind == "ecdsa" and group != "p256":
                raise Skip("takes no list of groups, and has a key of P-256")
            if again:
                self.back("--groups", groups, suite=suite, kind=kind, show=show,
                          **({"times": 2, "group": told, "ids": again == "id"} if server else {}))
            else:
                self.once("--groups", groups, suite=suite, kind=kind, show=show,
                          **({"group": told} if server else {}))
        return {name: lambda s=s: run(*s) for name, s in SUITES.items()}

    def once(self, *ours, suite, kind, show, **options):
        ours += ("--suites", f"ECDHE-{'RSA' if kind == 'rsa' else 'ECDSA'}-{OURS[suite]}")
        options |= {"suite": suite, "kind": kind}
        if self.side.role == "server":
            self.run(*ours, *(self.own(show) if show else ()), must=bool(show),
                     want={"group": GROUPS[options["group"].split("+")[0]]}, **options)
        elif show:
            self.run(*ours, "--client-ca", self.peer.ca, "--client-auth", "required", show=show,
                     messages=[(rb"<- CertificateVerify", 1)], **options)
        else:
            self.run(*ours, **options)

    def refused(self, says, *more, code=3, **options):
        if self.side.role == "client":
            with serve(self.peer, "--echo", *more) as server:
                with Process(self.peer.client(port_of(server))) as p:
                    p.write(SMALL)
                    server.expect(says)
        else:
            port = free_port()
            with Process(self.peer.server(port, **options)) as server:
                if self.peer.tells:
                    port = int(server.expect(rb"port (\d+)")[1])
                server.until(lambda: listens(port), "listening")
                with connect(self.peer, port, *more) as p:
                    p.expect(says)
                    p.wait(code)

    def cells(self, theme):
        if theme == "suites":
            return {name: lambda s=s: self.suite(*s) for name, s in SUITES.items()}
        if theme == "groups":
            return {g: lambda g=g: self.group(g) for g in GROUPS12}
        if theme == "keys":
            return {name: lambda kind=kind: self.run(kind=kind) for name, kind in KEYS.items()}
        if theme == "client certificates":
            return {c: lambda a=a: self.shows(*a) for c, a in CERTIFICATES.items()} | {
                "maybe": lambda: self.shows(""), "none": self.nothing_to_show}
        if theme == "come back" and not self.peer.ems:
            return {"back-ems": self.back}
        if theme == "come back":
            ids = {"id": lambda: self.back(ids=True)} if self.side.role == "server" else {}
            return ids | {"ticket": self.back, "back-rsa": lambda: self.back(kind="rsa"),
                          "back-a256": lambda: self.back(suite="a256"),
                          "back-cc20": lambda: self.back(suite="cc20"),
                          "back-cert": lambda: self.back(show="ecdsa")}
        if theme == "versions":
            return {"theirs": lambda: self.run("--max-version", "1.2", versions="both"),
                    "newer": lambda: self.run(versions="both", got="1.3"), "apart": self.apart}
        rest = {"alpn": self.alpn, "maxfrag": self.maxfrag, "limit": self.limit,
                "large": lambda: self.run(data=LARGE)}
        return rest | ({} if self.peer.ems else {"noems": self.noems})


NOTHING = rb"refused with the alert|during the handshake|reset by peer"
PAGERS = ("curl", "deno", "nss", "chromium", "firefox")  # when they come back they ask for pages


def visits(peer, show, suite=""):
    """How a peer comes as a client that comes back, given a port, and how often."""
    cert, key = peer.pem(show) if show else ("", "")
    suites = suites12(suite) if suite else ""

    def command(port):
        more = ({"show": show} if show else {}) | ({"suite": suite} if suite else {})
        if peer.name.startswith("openssl"):
            return [*peer.client(port, quiet=False, **more), "-reconnect"]
        if peer.name.startswith("gnutls"):
            return [*peer.client(port, **more), "--resume"]
        if peer.name == "bssl":
            return [*peer.client(port, **more), "-test-resumption"]
        if peer.name == "curl":
            *words, url = peer.client(port, **more)
            return [*words, "-H", "Connection: close", *[url + "small"] * 3]
        if peer.suffix:
            *words, url = peer.client(port, **more)
            return [*words, url + "many.html"]
        if peer.name == "nss":
            return ["strsclnt", "-4", "-p", str(port), "-d", peer.db, "-c", "3", "-t", "1", "-u",
                    "-V", "tls1.2:tls1.2", *(["-n", show] if show else []), "localhost"]
        if peer.name == "python":
            return [peer.path, "-c", PYTHON, str(port), peer.ca, "3", cert, key]
        if peer.name in ("node", "bun"):
            return ["env", "TLS12=1", *peer.command[:-1], os.path.join(HERE, "resume_peer.js"),
                    str(port), peer.ca, "3", cert, key, suites]
        return peer.start("visits", str(port), peer.ca, "3", cert, key)
    return command, {"openssl": 6, "gnutls": 2, "bssl": 2}.get(peer.name.split("-")[0], 3)


def lacks12(peer, role, columns):
    more = {part.removeprefix(role + " "): reason for part, reason in peer.lacks12.items()
            if " " not in part or part.startswith(role + " ")}
    fits = {c: r for c, r in lacks_of(peer, role, columns).items() if more.get(c, r)}
    return fits | {c: more[c] for c in columns if more.get(c)}


def each_with_each(peer, table):
    """Suites, groups, sessions and certificates of clients."""
    for side, can in ((Clients, peer.client), (Servers, peer.server)):
        for group, certified in itertools.product(GROUPS12 if can else (), (False, True)):
            name = f"{peer.name} {side.role} {group}{', certificate' if certified else ''}"
            needs = [group, *(["cert-ec"] if certified else []), *(
                ["ec521"] if side is Clients and group == "p521" else [])]
            ticket = "back-cert" if certified else "ticket"
            ways = (ticket,) if side is Clients else (ticket, "id")  # the command keeps no ids
            lacks = lacks12(peer, side.role, [*SUITES, *needs, *ways])
            reason = next((lacks[need] for need in needs if need in lacks), None)
            again = next((way for way in ways if way not in lacks), "")
            table.row(name, With(side(peer)).each(group, certified, again),
                      dict.fromkeys(SUITES, reason) if reason else lacks)


def main():
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    start, only, tables = time.monotonic(), sys.argv[1:], []
    long = os.environ.get("SNECK_LONG") == "1"
    with tempfile.TemporaryDirectory(prefix="sneck-interop12-") as folder:
        make_certificates(folder)
        os.mkdir(os.path.join(folder, "site"))
        for name, size in PAGES.items():
            if name != "huge":
                with open(os.path.join(folder, "site", name), "wb") as f:
                    f.write(SMALL if name == "small" else os.urandom(size))
        peers = [kind(folder) for kind in ALL12 if kind.path and (not only or kind.name in only)]
        for theme, columns in THEMES.items():
            columns = [c for c in columns if long or c in SHORT]
            tables.append(Table(theme, columns, ours(columns)))
            for peer in peers:
                for side, can in ((Clients, peer.client), (Servers, peer.server)):
                    if can:
                        cells = With(side(peer)).cells(theme)
                        if peer.slow and not long:
                            cells = {c: run for c, run in cells.items() if c in SHORTER}
                        tables[-1].row(f"{peer.name} {side.role}", cells,
                                       lacks12(peer, side.role, columns))
            tables[-1].show()
        if long:
            tables.append(Table("each with each", list(SUITES), {}))
            for peer in peers:
                each_with_each(peer, tables[-1])
            tables[-1].show()
        print(LEGEND)
    for kind in ALL12:
        if not kind.path:
            print(f"skipped: {kind.name}: not installed: {kind.package}")
    if not long:
        print("skipped: the other suites, groups, keys and extensions: only with SNECK_LONG=1")
    ok, failed, skipped = (sum(getattr(t, what) for t in tables)
                           for what in ("ok", "failed", "skipped"))
    print(f"{ok} ok, {failed} failed, {skipped} skipped, {time.monotonic() - start:.0f} s")
    return 1 if failed else 0 if ok else 77


if __name__ == "__main__":
    sys.exit(main())
