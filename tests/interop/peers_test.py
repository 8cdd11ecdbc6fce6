# SPDX-License-Identifier: MIT
"""sneck against other TLS libraries on loopback, in both roles: every suite, group and scheme that
both have, what is negotiated beside them, HelloRetryRequest, limits of records, KeyUpdate, 10 MB
both ways in large records and in small ones. Prints a table for each theme, and for each cell that
could not be tried the reason. With SNECK_LONG=1 in the environment also every suite with every
group, and 100 MB. Names of peers as arguments: these only.
Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import os
import re
import subprocess
import sys
import tempfile
import time

from lib import (DEADLINE, SNECK, Failed, Process, Table, Tap, free_port, lines_of, listens,
                 make_certificates, same, through)
from peers import ALL, GROUPS, SUITES

SMALL = b"a line there and back\n"
MIDDLE = lines_of(20_000)  # more than one record of any size
PAGES = {"small": len(SMALL), "middle": 20_000, "large": 10 << 20, "huge": 100 << 20}
ALPN = "one.example,two.example"
SCHEMES = {  # column: certificate, option of the peer, what `sneck connect` says
    "ec256": ("ecdsa", "", "ecdsa_secp256r1_sha256"),
    "ec384": ("p384", "", "ecdsa_secp384r1_sha384"),
    "ec521": ("p521", "", "ecdsa_secp521r1_sha512"),
    "ed25519": ("ed25519", "", "ed25519"), "ed448": ("ed448", "", "ed448"),
    "rsa": ("rsa", "", "rsa_pss_rsae_"), "rsa384": ("rsa", "rsa384", "rsa_pss_rsae_sha384"),
    "rsa512": ("rsa", "rsa512", "rsa_pss_rsae_sha512"), "pss": ("pss", "", "rsa_pss_pss_"),
}
THEMES = {"suites": list(SUITES), "groups": list(GROUPS), "schemes": list(SCHEMES),
          "the rest": ["alpn", "retry", "hybrid", "cookie", "ask", "limit", "maxfrag", "rekeyed",
                       "rekey", "packed"],
          "10 MB": ["large", "small"],
          "client certificates": ["ec256", "ed25519", "rsa", "maybe", "none"]}
LEGEND = """\
alpn: a protocol in common; retry: HelloRetryRequest; hybrid: the same for X25519MLKEM768, which the
server prefers and gets no share of; cookie: the same as retry, its state in a cookie; ask: the
server asks for a certificate and gets none; limit: record_size_limit; maxfrag: max_fragment_length;
rekeyed: sneck sends a KeyUpdate that asks for one; rekey: the peer does; packed: a compressed
certificate; large: records as large as they come; small: of 512 bytes, by max_fragment_length or
record_size_limit;
client certificates: of that kind, insisted on; maybe: none, asked for; none: none, insisted on;
-: skipped, for the
reason that is said"""
BROWSED = {"a256", "cc20", "p256", "mlkem", "ec384", "rsa", "alpn", "retry", "packed",
           "large"}  # of browsers, and without SNECK_LONG=1 no more
PAIRS = {f"{suite}+{group}": (suite, group) for suite in SUITES for group in GROUPS}


def serve(peer, *more, kind="ecdsa"):
    cert, key = peer.pem(kind)
    return Process([SNECK, "serve", "--listen", "127.0.0.1:0", "--cert", cert, "--key", key,
                    "--trace", *more])


def port_of(server):
    return int(server.expect(rb"listening +\S+://[^/\s]*:(\d+)")[1])


def connect(peer, port, *more):
    return Process([SNECK, "connect", f"127.0.0.1:{port}", "--name", "localhost", "--ca", peer.ca,
                    "--trace", *more])


def count(process, line, want):
    """A message of the trace."""
    process.until(lambda: len(re.findall(line, bytes(process.err))) >= want,
                  f"{want} of {line.decode()}")


def page_for(data):
    return next(name for name, size in PAGES.items() if len(data) <= size)


def read(path):
    with open(path, "rb") as f:
        return f.read()


# ---- a peer as client of `sneck serve` ----------------------------------------------------------

class Clients:
    role = "client"

    def __init__(self, peer):
        self.peer = peer

    def run(self, *more, data=SMALL, kind="ecdsa", says=None, messages=(), tap=None, **options):
        """tap: what Tap.at_most() is asked; messages: lines of the trace and how many of each."""
        source = ["--root", self.peer.site] if self.peer.fetches else ["--echo"]
        with serve(self.peer, *source, *more, kind=kind) as server:
            with Tap(port_of(server)) as at:
                port = at.port if tap else at.to
                if self.peer.fetches:
                    self.fetch(server, port, page_for(data) + self.peer.suffix, says, **options)
                else:
                    with Process(self.peer.client(port, **options)) as p:
                        through(p, data)
                        if says:
                            p.expect(says)
                        if messages:  # an answer may wait for what the peer sends next
                            through(p, data, skip=len(data))
                if tap:
                    at.at_most(**tap)
            for line, want in messages:
                count(server, line, want)

    def fetch(self, server, port, name, says, **options):
        """A browser does not say what was agreed: our server does."""
        *command, url = self.peer.client(port, **options)
        p = subprocess.run([*command, url + name], capture_output=True, timeout=3 * DEADLINE,
                           check=False)
        if p.returncode:
            raise Failed(p.stderr.decode("latin-1").strip()[-300:])
        same(p.stdout, read(os.path.join(self.peer.site, name)), self.peer.name)
        if self.peer.suffix:
            server.expect(b"GET /" + name.encode() + b" 200 .* TLS .*" + (says or b""))
        elif says and not re.search(says, p.stderr):
            raise Failed(f"does not say {says.decode()}")

    def suite(self, suite, group):
        self.run("--suites", SUITES[suite], "--groups", GROUPS[group], suite=suite, group=group,
                 says=SUITES[suite].encode() if self.peer.fetches else None)

    def scheme(self, kind, sigalg, _says):
        self.run(kind=kind, **({"sigalg": sigalg} if sigalg else {}))

    def alpn(self):
        if self.peer.fetches:
            self.run(says=rb"http/1\.1" if self.peer.suffix else rb"ALPN.* http/1\.1")
        else:
            self.run("--alpn", "two.example", alpn=ALPN,
                     says=b"alpn two.example" if self.peer.tells else None)

    def retry(self, *more):
        """No first ClientHello has a share for P-384, and all offer it."""
        self.run("--groups", "P-384", *more, messages=[(rb"<- ClientHello", 2)])

    def rekey(self):
        with serve(self.peer, "--echo") as server:
            self.peer.rekey_client(port_of(server))

    def hybrid(self):
        self.run("--groups", "X25519MLKEM768,x25519", messages=[(rb"<- ClientHello", 2)],
                 **self.peer.late)

    def limit(self, name="middle", down=513):
        """A page: gnutls-cli loses what it reads from stdin beyond one record."""
        page = read(os.path.join(self.peer.site, name))
        with serve(self.peer, "--root", self.peer.site) as server:
            with Tap(port_of(server)) as at, Process(self.peer.client(at.port, limit=512)) as p:
                p.write(b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % name.encode())
                p.until(lambda: p.out.find(b"\r\n\r\n") >= 0, "a header")
                skip = p.out.find(b"\r\n\r\n") + 4
                p.until(lambda: len(p.out) >= skip + len(page), "the page")
                same(bytes(p.out[skip:]), page, p.name)
                at.at_most(down=down)

    def certificates(self):
        ask = ["--client-ca", self.peer.ca, "--client-auth"]

        def refused():
            with serve(self.peer, "--echo", *ask, "required") as server:
                with Process(self.peer.client(port_of(server))) as p:
                    p.write(SMALL)
                    server.expect(b"a client certificate is required and none came")
        return {name: lambda kind=SCHEMES[name][0]: self.run(*ask, "required", show=kind)
                for name in ("ec256", "ed25519", "rsa")} | {
            "maybe": lambda: self.run(*ask, "optional"), "none": refused}

    def rest(self):
        packed = lambda: self.run("--compress", messages=[(rb"-> CompressedCertificate", 1)])
        return ({"packed": packed} if self.peer.unpacks else {}) | {
            "alpn": self.alpn, "retry": self.retry, "cookie": lambda: self.retry("--cookie"),
            "hybrid": self.hybrid, "limit": self.limit,
            "maxfrag": lambda: self.run(data=MIDDLE, tap={"up": 513, "down": 513}, maxfrag=512),
            "rekeyed": lambda: self.run("--key-update", messages=[(rb"<- KeyUpdate", 1)]),
            "rekey": self.rekey,
        }

    def bulk(self, data):
        small = {"maxfrag": 512, "tap": {"up": 513, "down": 513}}
        return {"large": lambda: self.run(data=data),
                "small": lambda: self.limit(page_for(data)) if self.peer.limits else
                self.run(data=data, **small)}


# ---- a peer as server for `sneck connect` -------------------------------------------------------

class Servers:
    role = "server"

    def __init__(self, peer):
        self.peer = peer

    def run(self, *more, data=SMALL, want=None, says=None, messages=(), tap=None, **options):
        port = free_port()
        with Process(self.peer.server(port, **options)) as server:
            if self.peer.tells:
                port = int(server.expect(rb"port (\d+)")[1])
            server.until(lambda: listens(port), "listening")
            with Tap(port) as at:
                self.visit(server, at.port if tap else port, more, data, want, says, messages)
                if tap:
                    at.at_most(**tap)

    def visit(self, server, port, more, data, want, says, messages):
        page = page_for(data) if self.peer.serves else ""
        with connect(self.peer, port, *(["--get", "/" + page] if page else []), *more) as p:
            for key, value in {"version": "TLS", **(want or {})}.items():
                got = p.expect(rb"(?m)^" + key.encode() + rb" +(\S+)\s")[1].decode()
                if not got.startswith(value):
                    raise Failed(f"{key} {got}, not {value}")
            if says:
                p.expect(says)
            if page:
                p.wait(0)
                if self.peer.name != "nss":
                    same(bytes(p.out), read(os.path.join(self.peer.site, page)), p.name)
            elif self.peer.echoes:
                through(p, data)
            else:
                through_pipe(p, server, data)
                if messages:  # as in Clients.run(): it may have written before it read ours
                    through_pipe(p, server, data, skip=len(data))
            for line, times in messages:
                count(p, line, times)
            if self.peer.echoes and not page:
                p.wait(0)

    def suite(self, suite, group):
        self.run("--suites", SUITES[suite], "--groups", GROUPS[group], suite=suite,
                 want={"suite": SUITES[suite], "group": GROUPS[group]}, group=group)

    def scheme(self, kind, sigalg, says):
        self.run(kind=kind, want={"signature": says}, **({"sigalg": sigalg} if sigalg else {}))

    def alpn(self):
        speaks = self.peer.speaks or "two.example"
        self.run("--alpn", speaks + ",three.example", alpn=ALPN, want={"alpn": speaks})

    def retry(self, **options):
        """Our first share is for a group that the server lacks, or was told not to take."""
        if "x448" in self.peer.lacks:
            first, second, options = "x448", "p256", options
        else:
            first, second, options = "x25519", "p384", options | {"group": "p384"}
        self.run("--groups", f"{GROUPS[first]},{GROUPS[second]}", want={"group": GROUPS[second]},
                 says=b"after HelloRetryRequest", **options)

    def cookie(self):
        port = free_port()
        with Process(self.peer.server(port, group="p384", cookie=True)) as server:
            server.until(lambda: listens(port), "listening")
            with connect(self.peer, port, "--groups", "x25519,P-384", "--get", "/") as p:
                p.expect(b"after HelloRetryRequest")
                p.wait(0)

    def certificates(self):
        def shown(name):
            cert, key = self.peer.pem(SCHEMES[name][0])
            self.run("--cert", cert, "--key", key, must=True,
                     messages=[(rb"-> CertificateVerify", 1)])

        def refused():
            port = free_port()
            with Process(self.peer.server(port, must=True)) as server:
                if self.peer.tells:
                    port = int(server.expect(rb"port (\d+)")[1])
                server.until(lambda: listens(port), "listening")
                get = ["--get", "/small"] if self.peer.serves else []
                with connect(self.peer, port, *get) as p:
                    p.expect(b"answered with status 400" if self.peer.answers else
                             b"refused with the alert (certificate_required|bad_certificate)")
        return {name: lambda name=name: shown(name) for name in ("ec256", "ed25519", "rsa")} | {
            "maybe": lambda: self.run(ask=True, messages=[(rb"<- CertificateRequest", 1)]),
            "none": refused}

    def rest(self):
        return {
            "alpn": self.alpn, "retry": self.retry, "cookie": self.cookie,
            "hybrid": lambda: self.run("--groups", "x25519,X25519MLKEM768",
                                       want={"group": "X25519MLKEM768"},
                                       says=b"after HelloRetryRequest"),
            "ask": lambda: self.run(ask=True, messages=[(rb"<- CertificateRequest", 1)]),
            "limit": lambda: self.limit(MIDDLE), "maxfrag": lambda: self.maxfrag(MIDDLE),
            "rekeyed": lambda: self.run("--key-update", messages=[(rb"<- KeyUpdate", 1)]),
            "rekey": lambda: self.peer.rekey_server(lambda port: connect(self.peer, port)),
        }

    def limit(self, data):
        self.run("--record-limit", "700", data=data, tap={"up": 513, "down": 700}, limit=512)

    def maxfrag(self, data):
        self.run("--max-fragment", "512", data=data,
                 tap={"down": 513} if self.peer.serves else {"up": 513, "down": 513})

    def bulk(self, data):
        return {"large": lambda: self.run(data=data),
                "small": lambda: (self.limit if self.peer.limits else self.maxfrag)(data)}


def through_pipe(client, server, data, skip=0):
    """Both ends pipe: data goes both ways at once."""
    server.write(data)
    client.write(data)
    for p in (client, server):
        p.until(lambda p=p: len(p.out) - skip >= len(data), f"{len(data)} bytes")
        same(bytes(p.out[skip:]), data, p.name)


# ---- all of it ----------------------------------------------------------------------------------

def cells_of(theme, with_peer):
    if theme == "suites":
        return {s: lambda s=s: with_peer.suite(s, "x25519") for s in SUITES}
    if theme == "groups":
        return {g: lambda g=g: with_peer.suite("a256", g) for g in GROUPS}
    if theme == "schemes":
        return {name: lambda s=s: with_peer.scheme(*s) for name, s in SCHEMES.items()}
    if theme == "pairs":
        return {name: lambda p=p: with_peer.suite(*p) for name, p in PAIRS.items()}
    if theme.endswith(" MB"):
        return with_peer.bulk(lines_of(int(theme[:-3]) << 20))
    return with_peer.certificates() if theme == "client certificates" else with_peer.rest()


def lacks_of(peer, role, columns, theme=""):
    """What a peer lacks in one role, by column; a pair lacks what its parts lack."""
    lacks, table = {}, peer.lacks | (peer.unseen if theme == "client certificates" else {})
    for column in columns:
        for part in PAIRS.get(column, (column,)):
            reason = table.get(part) or table.get(f"{role} {part}")
            if reason:
                lacks[column] = reason
    return lacks


def ours(columns):
    """Columns that this libcrypto cannot try."""
    said = subprocess.run([SNECK, "doctor"], capture_output=True, check=False, text=True).stdout
    groups = re.search(r"(?m)^\S+ +groups +(.*?)( - .*)?$", said)[1].split()
    return {c: f"our libcrypto has no {GROUPS[g]}" for c in columns
            for g in (("mlkem",) if c == "hybrid" else PAIRS.get(c, (c,)))
            if g in GROUPS and GROUPS[g] not in groups}


def main():
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    start, long = time.monotonic(), os.environ.get("SNECK_LONG") == "1"
    themes = THEMES | ({"pairs": list(PAIRS), "100 MB": THEMES["10 MB"]} if long else {})
    with tempfile.TemporaryDirectory(prefix="sneck-interop-") as folder:
        make_certificates(folder)
        os.mkdir(os.path.join(folder, "site"))
        for name, size in PAGES.items():
            if long or name != "huge":
                with open(os.path.join(folder, "site", name), "wb") as f:
                    f.write(SMALL if name == "small" else os.urandom(size))
        only = sys.argv[1:]
        peers = [kind(folder) for kind in ALL if kind.path and (not only or kind.name in only)]
        tables = []
        for theme, columns in themes.items():
            tables.append(Table(theme, columns, ours(columns)))
            for peer in peers:
                if theme == "client certificates" and (not peer.certifies or
                                                       (peer.slow and not long)):
                    continue
                if peer.suffix and theme in ("pairs", "100 MB"):
                    continue
                for kind, can in ((Clients, peer.client), (Servers, peer.server)):
                    if theme == "client certificates" and kind is Servers and not peer.asks:
                        continue
                    if can:
                        cells = cells_of(theme, kind(peer))
                        if peer.suffix and not long:
                            cells = {c: run for c, run in cells.items() if c in BROWSED}
                        tables[-1].row(f"{peer.name} {kind.role}", cells,
                                       lacks_of(peer, kind.role, columns, theme))
            tables[-1].show()
        print(LEGEND)
    for kind in ALL:
        if not kind.path:
            print(f"skipped: {kind.name}: not installed: {kind.package}")
    if not long:
        print("skipped: every suite with every group, 100 MB: only with SNECK_LONG=1")
    ok, failed, skipped = (sum(getattr(t, what) for t in tables)
                           for what in ("ok", "failed", "skipped"))
    print(f"{ok} ok, {failed} failed, {skipped} skipped, {time.monotonic() - start:.0f} s")
    return 1 if failed else 0 if ok else 77


if __name__ == "__main__":
    sys.exit(main())
