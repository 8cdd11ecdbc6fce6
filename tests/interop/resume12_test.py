# SPDX-License-Identifier: MIT
"""sneck against OpenSSL, GnuTLS, Python, Node and Go in TLS 1.2 when they come back, in both roles:
by ticket and by session id, again and again, in each suite, offered beside TLS 1.3, and with sessions
that do not fit. Names of peers as arguments: these only.
Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import os
import shutil
import subprocess
import sys
import tempfile

import peers
from lib import SNECK, Failed, Process, free_port, listens
from resume_test import PYTHON, ended
from tls12_test import SUITES, Bed, GnuTLS, OpenSSL, port_of

TICKETS = ("--tickets", "2", "--max-version", "1.2")


# ---- a peer as server for `sneck connect --session` ---------------------------------------------

def visits(bed, port, wants, *more, echoes=True):
    """Connections one after the other, and how each has to begin."""
    path = os.path.join(bed.folder, "session")
    for want in wants:
        with bed.connect(port, "--session", path, *more) as p:
            p.expect(b"version +TLS 1.2")
            p.expect(b"with +extended master secret, secure renegotiation, a session")
            p.expect(b"resumed +" + (b"by a session" if want else b"no"))
            p.write(b"a line there and back\n")
            if echoes:
                p.expect(rb"a line there and back")
            p.end_input()
            p.wait(0)


def fresh(bed):
    path = os.path.join(bed.folder, "session")
    if os.path.exists(path):
        os.unlink(path)


def of_server(bed, command, wants=(False, True, True, True), more=(), echoes=True, says=None):
    fresh(bed)
    port = free_port()
    with Process(command(port)) as server:
        if says:
            port = int(server.expect(says)[1])
        server.until(lambda: listens(port), "listening")
        visits(bed, port, wants, *more, echoes=echoes)


def server_cells(bed):
    if OpenSSL.here:
        peer = OpenSSL()
        for name, more in (("ticket", ()), ("id", ("-no_ticket",))):
            yield "openssl", f"server {name}", of_server, \
                (bed, lambda port, more=more: peer.server(bed, port, more=more)), {"echoes": False}
        for suite in SUITES:
            for kind in ("ecdsa", "rsa"):
                yield "openssl", f"server {suite} {kind}", of_server, \
                    (bed, lambda port, s=suite, k=kind: peer.server(bed, port, s, "", k)), \
                    {"echoes": False}
        yield "openssl", "server may do 1.3", of_server, \
            (bed, lambda port: peer.server(bed, port, only=False)), \
            {"echoes": False, "more": ("--max-version", "1.2")}
    if GnuTLS.here:
        peer = GnuTLS()
        for name, more in (("ticket", ()), ("id", ("--noticket",))):
            yield "gnutls", f"server {name}", of_server, \
                (bed, lambda port, more=more: peer.server(bed, port, more=more)), {}
        for suite in SUITES:
            yield "gnutls", f"server {suite}", of_server, \
                (bed, lambda port, s=suite: peer.server(bed, port, s)), {}
    for kind in (peers.Python, peers.Node, peers.Go):
        if kind.path:
            peer = kind(bed.folder)
            yield kind.name, "server", of_server, (bed, lambda port, p=peer: p.server(0, "ecdsa")), \
                {"says": rb"port (\d+)"}


# ---- a peer as client of `sneck serve --tickets` ------------------------------------------------

def openssl_client(bed, suite="", kind="ecdsa", only=True, more=()):
    session = os.path.join(bed.folder, "session.pem")
    with bed.serve(kind, *TICKETS) as server:
        command = [x for x in OpenSSL().client(bed, port_of(server), suite, "", kind, only)
                   if x != "-quiet"]
        for i in range(4):
            ended([*command, *more, "-sess_out", session, *(["-sess_in", session] if i else [])],
                  b"", b"Reused, TLSv1.2" if i else b"New, TLSv1.2")


def reconnect(bed):
    with bed.serve("ecdsa", *TICKETS) as server:
        command = [x for x in OpenSSL().client(bed, port_of(server)) if x != "-quiet"]
        said = ended([*command, "-reconnect"], b"")
        if said.count(b"Reused, TLSv1.2") != 5 or said.count(b"New, TLSv1.2") != 1:
            raise Failed(f"{said.count(b'Reused, TLSv1.2')} times, and not 5")


def not_ours(bed):
    """A ticket of another server, one of another name, a session of TLS 1.3: full handshakes."""
    session = os.path.join(bed.folder, "other.pem")
    for name, args, again in (("another server", (), ()),
                              ("another name", (), ("-servername", "127.0.0.1")),
                              ("another version", ("--tickets", "2"), ())):
        with bed.serve("ecdsa", *(args or TICKETS)) as server:
            port = port_of(server)
            command = [x for x in OpenSSL().client(bed, port, only=not args) if x != "-quiet"]
            ended([*command, "-sess_out", session], b"a line\n", b"New, TLSv1")
            if name == "another name":
                ended([*command, "-sess_in", session, *again], b"", b"New, TLSv1.2")
        if name != "another name":
            with bed.serve("ecdsa", *TICKETS) as server:
                command = [x for x in OpenSSL().client(bed, port_of(server), only=not args)
                           if x != "-quiet"]
                ended([*command, "-sess_in", session], b"", b"New, TLSv1.2")


def no_tickets(bed):
    """What nobody can open is not given out."""
    with bed.serve("ecdsa", "--max-version", "1.2") as server:
        command = [x for x in OpenSSL().client(bed, port_of(server)) if x != "-quiet"]
        said = ended([*command, "-reconnect"], b"", no=(b"session ticket:",))
        if said.count(b"New, TLSv1.2") != 6:
            raise Failed("resumed without tickets")


def gnutls_client(bed, suite=""):
    log = os.path.join(bed.folder, "gnutls.log")
    with bed.serve("ecdsa", *TICKETS) as server:
        ended([*(x.replace("/dev/null", log) for x in GnuTLS().client(bed, port_of(server), suite)),
               "--resume"], b"")
    with open(log, "rb") as f:
        if b"This is a resumed session" not in f.read():
            raise Failed("does not say that it has resumed")


def script_client(bed, command, environment=None):
    with bed.serve("ecdsa", "--tickets", "2", *(() if environment else TICKETS[2:])) as server:
        said = subprocess.run([*command, str(port_of(server)), bed.ca, "4"], timeout=60, check=True,
                              capture_output=True, env=os.environ | (environment or {})).stdout
        if said.split() != [b"new"] + [b"reused"] * (len(said.split()) - 1) or \
                len(said.split()) < 2:
            raise Failed(said.decode("latin-1")[-200:])


def client_cells(bed):
    if OpenSSL.here:
        for suite in SUITES:
            for kind in ("ecdsa", "rsa"):
                yield "openssl", f"client {suite} {kind}", openssl_client, (bed, suite, kind), {}
        yield "openssl", "client may do 1.3", openssl_client, (bed,), {"only": False}
        yield "openssl", "client without middlebox ids", openssl_client, (bed,), \
            {"only": False, "more": ("-no_middlebox",)}
        for run in reconnect, not_ours, no_tickets:
            yield "openssl", run.__name__, run, (bed,), {}
    if GnuTLS.here:
        for suite in ("", *SUITES):
            yield "gnutls", f"client {suite}", gnutls_client, (bed, suite), {}
    yield "python", "client", script_client, (bed, python_visits(bed)), {}
    if peers.Node.path:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "resume_peer.js")
        yield "node", "client", script_client, (bed, (peers.Node.path, script), {"TLS12": "1"}), {}
    if peers.Go.path:
        peer = peers.Go(bed.folder)
        yield "go", "client", script_client, (bed, (*peer.command, "visits"), {"TLS12": "1"}), {}


def python_visits(bed):
    script = os.path.join(bed.folder, "visits.py")
    with open(script, "w", encoding="ascii") as f:
        f.write(PYTHON)
    return sys.executable, script


def main():
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    os.environ["TLS12"] = "1"
    only, failed, tried = sys.argv[1:], 0, 0
    with tempfile.TemporaryDirectory(prefix="sneck-resume12-") as folder:
        bed = Bed(folder)
        for cells in server_cells, client_cells:
            for name, what, run, args, options in cells(bed):
                if only and name not in only:
                    continue
                tried += 1
                try:
                    run(*args, **options)
                except (Failed, OSError, subprocess.SubprocessError) as e:
                    failed += 1
                    print(f"FAILED {name} {what}: {e}")
    for name in ("openssl", "gnutls-cli", "node", "go"):
        if not shutil.which(name):
            print(f"skipped: {name}: not installed")
    print(f"{tried} cells of TLS 1.2, {failed} failed")
    return 1 if failed else 0 if tried else 77


if __name__ == "__main__":
    sys.exit(main())
