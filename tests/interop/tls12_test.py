# SPDX-License-Identifier: MIT
"""sneck against OpenSSL, GnuTLS, NSS, curl and Python in TLS 1.2, both roles: every suite with every
group, every kind of certificate, of servers and of clients, versions that meet in 1.2 from either side,
PKCS #1 v1.5, hashes that are not the curve's, CCM, records of 512 bytes, raw keys, staples, and what must
be refused. Names of peers as arguments: these only.
Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import os
import shutil
import ssl
import socket
import subprocess
import sys
import tempfile

import peers
from lib import SNECK, Failed, Process, free_port, listens, make_certificates, program, through

DATA = b"".join(b"%08d a line there and back\n" % i for i in range(3000))
SUITES = {"aes128": "AES128-GCM", "aes256": "AES256-GCM", "chacha": "CHACHA20"}
CCM = {"ccm": "AES128-CCM", "ccm8": "AES128-CCM8"}
GROUPS = {"x25519": ("x25519", "X25519", "X25519"), "p256": ("P-256", "P-256", "SECP256R1"),
          "p384": ("P-384", "P-384", "SECP384R1"), "p521": ("P-521", "P-521", "SECP521R1"),
          "x448": ("x448", "X448", "X448")}
GNU = {"aes128": "AES-128-GCM", "aes256": "AES-256-GCM", "chacha": "CHACHA20-POLY1305",
       "ccm": "AES-128-CCM", "ccm8": "AES-128-CCM-8"}
OSSL = {"aes128": "AES128-GCM-SHA256", "aes256": "AES256-GCM-SHA384", "chacha": "CHACHA20-POLY1305",
        "ccm": "AES128-CCM", "ccm8": "AES128-CCM8:@SECLEVEL=0"}


class Bed:
    def __init__(self, folder):
        self.folder = folder
        make_certificates(folder)
        self.ca = os.path.join(folder, "ca.pem")

    def pem(self, kind):
        return os.path.join(self.folder, kind + ".pem"), os.path.join(self.folder, kind + ".key")

    def serve(self, kind, *more):
        cert, key = self.pem(kind)
        return Process([SNECK, "serve", "--listen", "127.0.0.1:0", "--echo", "--cert", cert,
                        "--key", key, *more])

    def connect(self, port, *more):
        return Process([SNECK, "connect", f"127.0.0.1:{port}", "--name", "localhost", "--ca",
                        self.ca, *more])


def port_of(server):
    return int(server.expect(rb"listening +\S+://[^/\s]*:(\d+)")[1])


def auth(kind):
    return "RSA" if kind in ("rsa", "pss") else "ECDSA"


def and_p256(group, comma):
    """The group, and that of the certificate, which is in the same list in TLS 1.2."""
    return group if group == "P-256" else group + comma + "P-256"


class OpenSSL:
    name, here = "openssl", shutil.which("openssl")

    def options(self, suite, group, kind):
        return [*(["-cipher", f"ECDHE-{auth(kind)}-{OSSL[suite]}"] if suite else []),
                *(["-groups", and_p256(GROUPS[group][1], ":")] if group else [])]

    def client(self, bed, port, suite="", group="", kind="ecdsa", only=True, more=()):
        return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost",
                "-CAfile", bed.ca, "-verify_return_error", "-quiet",
                *(["-tls1_2"] if only else []), *self.options(suite, group, kind), *more]

    def server(self, bed, port, suite="", group="", kind="ecdsa", only=True, more=()):
        cert, key = bed.pem(kind)
        return ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert, "-key", key,
                "-quiet", *(["-tls1_2"] if only else []), *self.options(suite, group, kind), *more]

    def shown(self, bed, kind):
        cert, key = bed.pem(kind)
        return ["-cert", cert, "-key", key]

    def asked(self, bed, required):
        return ["-CAfile", bed.ca, "-verify_return_error", "-Verify" if required else "-verify", "1"]

    extra = {"rsa pkcs1": ("rsa", ["-sigalgs", "RSA+SHA256"]),
             "rsa pkcs1 384": ("rsa", ["-sigalgs", "RSA+SHA384"]),
             "rsa pkcs1 512": ("rsa", ["-sigalgs", "RSA+SHA512"]),
             "p256 with sha384": ("ecdsa", ["-sigalgs", "ECDSA+SHA384"]),
             "p256 with sha512": ("ecdsa", ["-sigalgs", "ECDSA+SHA512"]),
             "p384 with sha256": ("p384", ["-sigalgs", "ECDSA+SHA256"]),
             "p521 with sha256": ("p521", ["-sigalgs", "ECDSA+SHA256"]),
             "maxfrag": ("ecdsa", ["-maxfraglen", "512"])}


class GnuTLS:
    name, here = "gnutls", shutil.which("gnutls-cli") and shutil.which("gnutls-serv")

    def priority(self, suite, group, only):
        text = "NORMAL" + (":-VERS-ALL:+VERS-TLS1.2" if only else "")
        if suite:
            text += ":-CIPHER-ALL:+" + GNU[suite]
        if group:
            text += ":-GROUP-ALL:+GROUP-" + GROUPS[group][2]
            text += "" if group == "p256" else ":+GROUP-SECP256R1"
        return text

    def client(self, bed, port, suite="", group="", kind="ecdsa", only=True, more=()):
        return ["gnutls-cli", "--logfile=/dev/null", "--x509cafile", bed.ca, "--priority",
                self.priority(suite, group, only), "--sni-hostname=localhost",
                "--verify-hostname=localhost", "-p", str(port), "127.0.0.1", *more]

    def server(self, bed, port, suite="", group="", kind="ecdsa", only=True, more=()):
        cert, key = bed.pem(kind)
        return ["gnutls-serv", "--echo", "-q", "--x509certfile", cert, "--x509keyfile", key,
                "--priority", self.priority(suite, group, only), "-p", str(port), *more]

    def shown(self, bed, kind):
        cert, key = bed.pem(kind)
        return ["--x509certfile", cert, "--x509keyfile", key]

    def asked(self, bed, required):
        return ["--x509cafile", bed.ca, "--verify-client-cert",
                *(["--require-client-cert"] if required else [])]

    extra = {}


def as_client(bed, peer, suite="", group="", kind="ecdsa", ours=(), **options):
    """A peer as client of `sneck serve`."""
    more = [*(["--suites", f"ECDHE-{auth(kind)}-{(SUITES | CCM)[suite]}"] if suite else []),
            *(["--groups", and_p256(GROUPS[group][0], ",")] if group else []), *ours]
    data = DATA if peer.name == "openssl" else DATA[:400]
    with bed.serve(kind, *more) as server:
        with Process(peer.client(bed, port_of(server), suite, group, kind, **options)) as p:
            through(p, data)


def as_server(bed, peer, suite="", group="", kind="ecdsa", ours=(), want="TLS 1.2", **options):
    """A peer as server for `sneck connect`."""
    port = free_port()
    more = [*(["--suites", f"ECDHE-{auth(kind)}-{(SUITES | CCM)[suite]}"] if suite else []),
            *(["--groups", and_p256(GROUPS[group][0], ",")] if group else []), *ours]
    with Process(peer.server(bed, port, suite, group, kind, **options)) as server:
        server.until(lambda: listens(port), "listening")
        with bed.connect(port, *more) as p:
            p.expect(b"version +" + want.encode())
            if peer.name == "openssl":
                p.write(DATA)
                server.until(lambda: len(server.out) >= len(DATA), "data")
                server.write(DATA)
                p.until(lambda: len(p.out) >= len(DATA), "data back")
                if bytes(p.out[:len(DATA)]) != DATA or bytes(server.out[:len(DATA)]) != DATA:
                    raise Failed("other bytes")
            else:
                through(p, DATA)


def shows(bed, peer, run, suite, kind, required=True, algs=None):
    """The client, whichever that is, shows a certificate, or none."""
    if run is as_client:
        ours = ["--client-ca", bed.ca, "--client-auth", "required" if required else "optional"]
        more = peer.shown(bed, kind) if kind else []
        more += ["-sigalgs", algs + ":ECDSA+SHA512"] if algs else []
    else:
        ours = ["--cert", bed.pem(kind)[0], "--key", bed.pem(kind)[1]] if kind else []
        more = peer.asked(bed, required)
        more += ["-client_sigalgs", algs] if algs else []
    run(bed, peer, suite, ours=ours, more=more)


def cells(bed, peer):
    for role, run in (("client", as_client), ("server", as_server)):
        for suite in SUITES:
            for group in GROUPS:
                for kind in ("ecdsa", "rsa"):
                    yield f"{role} {suite} {group} {kind}", run, (suite, group, kind), {}
        for kind in ("p384", "p521", "ed25519", "pss"):
            if peer.name == "gnutls" and kind == "pss":
                continue
            yield f"{role} {kind}", run, ("", "", kind), {}
        yield f"{role} may do 1.3", run, (), {"only": False, "ours": ("--max-version", "1.2")}
        for name, (kind, more) in peer.extra.items():
            if role == "client" or name != "maxfrag":
                yield f"{role} {name}", run, ("", "", kind), {"more": more}
    for role, run in (("client", as_client), ("server", as_server)):
        for suite in CCM:
            yield f"{role} {suite}", run, (suite,), {}
        for suite in ("aes128", "aes256"):
            for kind in ("ecdsa", "p384", "p521", "rsa", "pss"):
                if peer.name == "gnutls" and kind == "pss":
                    continue
                yield f"{role} shows {kind}, {suite}", shows, (run, suite, kind), {}
        yield f"{role} need not show", shows, (run, "aes256", None), {"required": False}
    if peer.name == "openssl":
        for role, run in (("client", as_client), ("server", as_server)):
            for name, kind, algs in (("rsa pkcs1", "rsa", "RSA+SHA256"),
                                     ("rsa pkcs1 384", "rsa", "RSA+SHA384"),
                                     ("p256 with sha384", "ecdsa", "ECDSA+SHA384"),
                                     ("p384 with sha256", "p384", "ECDSA+SHA256")):
                yield f"{role} shows {name}", shows, (run, "", kind), {"algs": algs}
    if peer.name == "openssl":
        yield "server maxfrag", as_server, (), {"ours": ("--max-fragment", "512")}
    yield "server of 1.3", as_server, (), {"only": False, "want": "TLS 1.3"}


# ---- what must be refused -----------------------------------------------------------------------

def refused(bed, _peer):
    """TLS 1.1 and older, CBC, key transport: each ends with an alert, and the server goes on."""
    wrong = [["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], ["-tls1", "-cipher", "ALL@SECLEVEL=0"],
             ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], ["-tls1_2", "-cipher", "AES128-SHA"],
             ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
             ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
             ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"], ["-tls1_2", "-fallback_scsv"]]
    with bed.serve("ecdsa") as server:
        port = port_of(server)
        for options in wrong:
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                                   *options], stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=20, check=False)
            if b"alert" not in done.stderr:
                raise Failed(f"{options}: {done.stderr.decode('latin-1')[-200:]}")
        with Process(OpenSSL().client(bed, port)) as p:
            through(p, DATA[:100])


def renegotiation(bed, _peer):
    """R asks s_client for another handshake: refused with a warning, which is all it says."""
    with bed.serve("ecdsa") as server:
        with Process([x for x in OpenSSL().client(bed, port_of(server)) if x != "-quiet"]) as p:
            p.expect(b"Verify return code: 0")
            p.write(b"R\n")
            p.until(lambda: b"RENEGOTIATING" in p.out + p.err, "R")
            p.until(lambda: b"no renegotiation" in p.out + p.err, "the alert")


def python_client(bed, _peer):
    context = ssl.create_default_context(cafile=bed.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with bed.serve("rsa") as server:
        with socket.create_connection(("127.0.0.1", port_of(server)), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as s:
                s.sendall(DATA)
                got = b""
                while len(got) < len(DATA):
                    got += s.recv(65536)
                if got != DATA or s.version() != "TLSv1.2":
                    raise Failed(f"{s.version()}, {len(got)} bytes")


def curl(bed, _peer):
    cert, key = bed.pem("ecdsa")
    with open(os.path.join(bed.folder, "page"), "wb") as f:
        f.write(DATA)
    for asks, shown in (([], []), (["--client-ca", bed.ca, "--client-auth", "required"],
                                   ["--cert", cert, "--key", key])):
        with Process([SNECK, "serve", "--listen", "127.0.0.1:0", "--root", bed.folder, "--cert",
                      cert, "--key", key, *asks]) as server:
            done = subprocess.run(["curl", "-s", "--cacert", bed.ca, "--tls-max", "1.2", *shown,
                                   f"https://localhost:{port_of(server)}/page"],
                                  capture_output=True, timeout=20, check=False)
            if done.stdout != DATA:
                raise Failed(f"curl exits with {done.returncode}, {len(done.stdout)} bytes")


def scripts(bed, _peer):
    """What the peers say when they may speak TLS 1.2 only: each kind, both roles."""
    os.environ["TLS12"] = "1"
    for kind in (peers.Python, peers.Node, peers.Go):
        peer = kind(bed.folder)
        if not peer.path:
            print(f"{peer.name} is not installed")
        for cert in ("ecdsa", "rsa") if peer.path else ():
            with bed.serve(cert) as server:
                with Process(peer.client(port_of(server))) as p:
                    through(p, DATA)
            for asks in (False, True):
                with Process(peer.server(0, cert, ask=asks)) as server:
                    port = int(server.expect(rb"port (\d+)")[1])
                    with bed.connect(port) as p:
                        p.expect(b"version +TLS 1.2")
                        through(p, DATA)
            print(f"{peer.name} {cert}: ok in both roles")


def nss(bed, _peer):
    peer = peers.NSS(bed.folder)
    only = ["-V", "tls1.2:tls1.2"]
    for cert in ("ecdsa", "rsa"):
        with bed.serve(cert) as server:
            with Process([*peer.client(port_of(server)), *only]) as p:
                through(p, DATA[:400])
        shown = ["--cert", bed.pem(cert)[0], "--key", bed.pem(cert)[1]]
        for asks, ours in ((False, []), (True, []), (True, shown)):
            port = free_port()
            with Process([*peer.server(port, cert, ask=asks), *only]) as server:
                server.until(lambda: listens(port), "listening")
                with bed.connect(port, *ours) as p:
                    p.expect(b"version +TLS 1.2")


def main():
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    only, failed, tried = sys.argv[1:], 0, 0
    with tempfile.TemporaryDirectory(prefix="sneck-interop12-") as folder:
        bed = Bed(folder)
        todo = []
        for peer in (OpenSSL(), GnuTLS()):
            if not peer.here:
                print(f"{peer.name} is not installed")
            elif not only or peer.name in only:
                todo += [(peer.name, *cell[:2], (peer, *cell[2]), cell[3])
                         for cell in cells(bed, peer)]
        for name, here, run in (("openssl", shutil.which("openssl"), refused),
                                ("openssl", shutil.which("openssl"), renegotiation),
                                ("scripts", True, scripts),
                                ("nss", peers.NSS.path, nss), ("python", True, python_client), ("curl", program("curl"), curl)):
            if here and (not only or name in only):
                todo.append((name, run.__name__, run, (None,), {}))
        for name, what, run, args, options in todo:
            tried += 1
            try:
                run(bed, *args, **options)
            except (Failed, OSError, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"FAILED {name} {what}: {e}")
    print(f"{tried} cells of TLS 1.2, {failed} failed")
    return 1 if failed else 0 if tried else 77


if __name__ == "__main__":
    sys.exit(main())
