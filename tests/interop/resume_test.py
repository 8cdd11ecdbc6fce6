# SPDX-License-Identifier: MIT
"""sneck against other TLS libraries on loopback, in both roles, when they come back: sessions, a
HelloRetryRequest on the way, early data that is taken and that is not, external pre-shared keys.
Prints one table; names of peers as arguments: these only.
Exit codes: 0, 1 when a cell failed, 77 when nothing could be tried."""
import os
import subprocess
import sys
import tempfile
import time

from lib import (DEADLINE, HERE, SNECK, Failed, Process, Table, free_port, listens,
                 make_certificates, through)
from peers import ALL, GROUPS
from peers_test import connect, count, port_of, read, serve

COLUMNS = ["session", "twice", "retry", "p384", "early", "refused", "psk"]
LEGEND = """\
session: resumed; twice: from the session of a resumed connection; retry: resumed behind a
HelloRetryRequest; p384: a session of AES-256-GCM with SHA-384; early: early data is taken; refused:
it is not, and comes behind the handshake; psk: an external pre-shared key; -: skipped, for the
reason that is said"""
PSKS = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+ECDHE-PSK:+DHE-PSK:+PSK"
PSK = "000102030405060708090a0b0c0d0e0f"
EARLY = b"early words in one line\n"
REQUEST = b"GET /small HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


# ---- a peer as server for `sneck connect --session` ---------------------------------------------

def visit(peer, port, server, *more, says, tickets=True):
    """One connection that keeps its session; says: what its lines must have; tickets: one more
    must come, which bssl sends with the first line of its own."""
    with connect(peer, port, "--session", os.path.join(peer.folder, "session"), *more) as p:
        for text in says:
            p.expect(text)
        if peer.echoes and not peer.serves:
            through(p, b"a line there and back\n")
        elif not peer.serves:
            server.write(b"a line\n")
        if tickets:
            p.expect(rb"<- NewSessionTicket")
        p.wait(peer.end)  # openssl forgets sessions of connections that are cut off


def server_cells(peer):
    path = os.path.join(peer.folder, "session")
    renews = peer.name != "node"  # which sends tickets behind a full handshake only

    def with_server(run, *more, early=False, **options):
        if os.path.exists(path):
            os.unlink(path)
        port, peer.early = free_port(), early
        command = [*peer.server(port, **options), *more]
        peer.early = False
        with Process(command) as server:
            if peer.tells:
                port = int(server.expect(rb"port (\d+)")[1])
            server.until(lambda: listens(port), "listening")
            run(port, server)

    def resumes(*args, times=1, **options):
        get = ["--get", "/small"] if peer.serves else []

        def run(port, server):
            visit(peer, port, server, *args, *get, says=[rb"resumed +no"])
            for _ in range(times):
                visit(peer, port, server, *args, *get, tickets=renews,
                      says=[rb"resumed +by a session"])
        with_server(run, **options)

    def retry():
        """A group that the server has in common with us, and of which it got no share."""
        def run(port, server):
            get = ["--get", "/small"] if peer.serves else []
            first, second = ("x448", "p256") if "x448" in peer.lacks else ("x25519", "p384")
            more = ["--groups", f"{GROUPS[first]},{GROUPS[second]}", *get]
            visit(peer, port, server, *more, says=[rb"after HelloRetryRequest"])
            visit(peer, port, server, *more, tickets=renews,
                  says=[rb"after HelloRetryRequest", rb"resumed +by a session"])
        with_server(run, **({} if "x448" in peer.lacks else {"group": "p384"}))

    early_file = os.path.join(peer.folder, "early")
    with open(early_file, "wb") as f:
        f.write(REQUEST if peer.serves else EARLY)

    def early_there(port, server):
        """gnutls-serv has no patience with a ticket that is older at our end, and on loopback a
        millisecond is soon rounded the wrong way."""
        for _ in range(12):
            if os.path.exists(path):
                os.unlink(path)
            visit(peer, port, server, says=[rb"resumed +no"])
            with connect(peer, port, "--session", path, "--early-data", early_file) as p:
                if p.expect(rb"early data (accepted|refused)")[1] == b"accepted":
                    return  # it does not show it
        raise Failed("early data was refused twelve times")

    def early(take):
        def run(port, server):
            if take and peer.name.startswith("gnutls"):
                return early_there(port, server)
            get = ["--get", "/small"] if peer.serves else []
            visit(peer, port, server, *get, says=[rb"resumed +no"])
            with connect(peer, port, "--session", path, "--early-data", early_file) as p:
                p.expect(rb"early data " + (b"accepted" if take else
                                            b"refused|early data not sent"))
                words = b"a line there" if peer.serves else EARLY
                (p if peer.echoes else server).until(
                    lambda: words in (p.out if peer.echoes else server.out), "the early words")
        with_server(run, early=take)

    def psk():
        def run(port, server):
            with connect(peer, port, "--psk", "Client_identity:" + PSK) as p:
                p.expect(rb"resumed +by a pre-shared key")
                if peer.echoes or peer.name.startswith("gnutls"):
                    through(p, b"a line there and back\n")
        if peer.name.startswith("gnutls"):
            secrets = peer.write("psk.txt", f"Client_identity:{PSK}\n")
            with_server(run, "--pskpasswd", secrets, "--priority", PSKS)
        else:
            with_server(run, "-psk", PSK)

    cells = {"session": resumes, "twice": lambda: resumes(times=3), "retry": retry,
             "p384": lambda: resumes("--suites", "AES256-GCM")}
    if peer.name.startswith(("openssl", "gnutls", "nginx", "haproxy", "bssl")):
        cells["early"] = lambda: early(True)
        cells["refused"] = lambda: early(False)
    if peer.name.startswith(("openssl", "gnutls")):
        cells["psk"] = psk
    return cells


# ---- a peer as client of `sneck serve --tickets` ------------------------------------------------

def ended(command, stdin, *words, no=()):
    p = subprocess.run(command, input=stdin, capture_output=True, timeout=3 * DEADLINE,
                       check=False)
    said = p.stdout + p.stderr
    for word in words:
        if word not in said:
            raise Failed(f"does not say {word.decode()}: " +
                         said.decode("latin-1").strip()[-200:])
    for word in no:
        if word in said:
            raise Failed(f"says {word.decode()}")
    return said


SAYS = {  # a peer that keeps its session in a file: how it is told, and what it says
    "openssl": ("-sess_out", "-sess_in", b"New, TLSv1.3", b"Reused, TLSv1.3", "-early_data",
                b"Early data was accepted", b"Early data was rejected"),
    "bssl": ("-session-out", "-session-in", b"Resumed session: no", b"Resumed session: yes",
             "-early-data", b"Early data: yes", b"EARLY_DATA_REJECTED"),
}


def file_cells(peer):
    keep, use, new, reused, send, taken, rejected = SAYS[peer.name.split("-")[0]]
    session = os.path.join(peer.folder, "session.pem")
    early_file = ("@" if peer.name == "bssl" else "") + os.path.join(peer.folder, "early")
    loud = {} if peer.name == "bssl" else {"quiet": False}

    def visit(port, *more, words=(), data=b"a line\n", code=0):
        """It goes on until it has a ticket and its line back."""
        command = [*peer.client(port, **loud), keep, session + ".new", *more]
        with Process(command) as p:
            for word in words:
                p.expect(word)
            if data:
                p.write(data)
                p.expect(rb"(?m)^" + data.strip())
            p.wait(code)
        if os.path.exists(session + ".new"):
            os.replace(session + ".new", session)

    def resumes(*args, times=1):
        with serve(peer, "--echo", "--tickets", "2", *args) as server:
            port = port_of(server)
            visit(port, words=[new])
            for _ in range(times):
                visit(port, use, session, words=[reused])

    def early():
        with serve(peer, "--echo", "--tickets", "2", "--early-data", "1000") as server:
            port = port_of(server)
            visit(port)
            visit(port, use, session, send, early_file, words=[taken, EARLY.strip()], data=b"")

    def refused():
        """By a retry: our first choice is a group that it offers and sends no share of. bssl then
        ends."""
        ends = {"data": b"", "code": 1} if peer.name == "bssl" else {}
        with serve(peer, "--echo", "--tickets", "2", "--early-data", "1000", "--groups",
                   "P-384") as server:
            port = port_of(server)
            visit(port)
            visit(port, use, session, send, early_file, words=[reused, rejected], **ends)

    def psk():
        with serve(peer, "--echo", "--psk", "some one:" + PSK) as server:
            with Process([*peer.client(port_of(server), **loud), "-psk", PSK,
                          "-psk_identity", "some one"]) as p:
                p.expect(b"Reused, TLSv1.3")
                p.write(b"a line\n")
                p.expect(rb"(?m)^a line")

    return {"session": resumes, "twice": lambda: resumes(times=3),
            "retry": lambda: resumes("--groups", "P-384"),
            "p384": lambda: resumes("--suites", "AES256-GCM"),
            "early": early, "refused": refused} | ({} if peer.name == "bssl" else {"psk": psk})


def gnutls_cells(peer):
    early_file = os.path.join(peer.folder, "early")

    def resumed():
        if b"This is a resumed session" not in read(os.path.join(peer.folder, "gnutls.log")):
            raise Failed("does not say that it has resumed")

    def resumes(*args, client=()):
        with serve(peer, "--echo", "--tickets", "2", *args) as server:
            ended([*peer.client(port_of(server)), "--resume", "--waitresumption", *client], b"")
            resumed()

    def early(*args):
        with serve(peer, "--echo", "--tickets", "2", "--early-data", "1000", *args) as server:
            ended([*peer.client(port_of(server)), "--resume", "--waitresumption",
                   "--earlydata", early_file], b"")
            resumed()
            if not args:
                server.until(lambda: b"EndOfEarlyData" in server.err, "EndOfEarlyData")

    def psk():
        with serve(peer, "--echo", "--psk", "some one:" + PSK) as server:
            with Process([*peer.client(port_of(server)), "--pskusername", "some one", "--pskkey",
                          PSK, "--priority", PSKS]) as p:
                through(p, b"a line there and back\n")
            if b"-> CertificateVerify" in server.err:
                raise Failed("a certificate was needed")

    return {"session": resumes, "retry": lambda: resumes("--groups", "P-384"), "early": early,
            "p384": lambda: resumes("--suites", "AES256-GCM"), "psk": psk,
            "refused": lambda: early("--groups", "P-384")}


PYTHON = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
if "".join(sys.argv[4:]):
    context.load_cert_chain(*sys.argv[4:])
session = None
for i in range(int(sys.argv[3])):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    with context.wrap_socket(s, server_hostname="localhost", session=session) as tls:
        tls.sendall(b"x")
        assert tls.recv(1) == b"x"
        print("reused" if tls.session_reused else "new", flush=True)
        session = tls.session
"""


def python_cells(peer):
    def resumes(*args, times=2):
        with serve(peer, "--echo", "--tickets", "2", *args) as server:
            said = ended([peer.path, "-c", PYTHON, str(port_of(server)), peer.ca, str(times)], b"")
            if said.split() != [b"new"] + [b"reused"] * (times - 1):
                raise Failed(said.decode("latin-1")[-200:])
    return {"session": resumes, "twice": lambda: resumes(times=4),
            "retry": lambda: resumes("--groups", "P-384"),
            "p384": lambda: resumes("--suites", "AES256-GCM")}


def node_cells(peer):
    script = os.path.join(HERE, "resume_peer.js")

    def resumes(*args, times=2):
        command = [*peer.command[:-1], script]
        with serve(peer, "--echo", "--tickets", "2", *args) as server:
            said = ended([*command, str(port_of(server)), peer.ca, str(times)], b"")
            if said.split() != [b"new"] + [b"reused"] * (times - 1):
                raise Failed(said.decode("latin-1")[-200:])
    return {"session": resumes, "twice": lambda: resumes(times=4),
            "retry": lambda: resumes("--groups", "P-384"),
            "p384": lambda: resumes("--suites", "AES256-GCM")}


def visitor_cells(peer):
    """One that comes several times; our trace shows how often a certificate was needed."""
    def command(port, times):
        if peer.name == "curl":
            *words, url = peer.client(port)
            return [*words, "-H", "Connection: close", *[url + "small"] * times]
        if peer.name == "nss":
            return ["strsclnt", "-4", "-p", str(port), "-d", peer.db, "-c", str(times), "-t", "1",
                    "-V", "tls1.3:tls1.3", "-u", "localhost"]
        return peer.start("visits", str(port), peer.ca, str(times))

    def resumes(*args, times=2):
        source = ["--root", peer.site] if peer.name in ("curl", "deno", "nss") else ["--echo"]
        with serve(peer, *source, "--tickets", "2", *args) as server:
            ended(command(port_of(server), times), b"")
            count(server, rb"<- Finished", times)
            if server.err.count(b"-> CertificateVerify ") != 1:
                raise Failed(f"{server.err.count(b'-> CertificateVerify ')} full handshakes")
    return {"session": resumes, "twice": lambda: resumes(times=4),
            "retry": lambda: resumes("--groups", "P-384"),
            "p384": lambda: resumes("--suites", "AES256-GCM")}


def browser_cells(peer):
    """A page with pictures, for which a browser opens more connections than the first, at once or
    when it has tickets."""
    def resumes(*args, want=rb"<- Finished"):
        with serve(peer, "--root", peer.site, "--tickets", "8", *args) as server:
            *command, url = peer.client(port_of(server))
            ended([*command, url + "many.html"], b"")
            count(server, want, 1)
            server.until(lambda: server.err.count(b"<- Finished") >
                         server.err.count(b"-> CertificateVerify "), "resuming")
    return {"session": resumes, "retry": lambda: resumes("--groups", "P-384"),
            "p384": lambda: resumes("--suites", "AES256-GCM"),
            "early": lambda: resumes("--early-data", "2000", want=rb"<- EndOfEarlyData")}


def client_cells(peer):
    if peer.name.split("-")[0] in SAYS:
        return file_cells(peer)
    if peer.suffix:
        return browser_cells(peer)
    return {"gnutls": gnutls_cells, "gnutls-3.8": gnutls_cells, "python": python_cells,
            "node": node_cells, "bun": node_cells}.get(peer.name, visitor_cells)(peer)


# ---- all of it ----------------------------------------------------------------------------------

LACKS = {  # peer and role: column: reason
    "gnutls-3.8 client": dict.fromkeys(("early", "refused"), "gnutls-cli 3.8 fails to send it"),
    "gnutls client": {"refused": "GnuTLS 3.7 puts a second ClientHello under the early key"},
    "node server": {"twice": "sends tickets behind a full handshake only"},
    "lighttpd+wolfssl server": {"retry": "takes no list of groups, and has all"},
    "wolfssl server": {"retry": "takes no list of groups, and has all"},
}


def main():
    if not os.access(SNECK, os.X_OK):
        print(f"skipped: no command at {SNECK}")
        return 77
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sneck-interop-") as folder:
        make_certificates(folder)
        os.mkdir(os.path.join(folder, "site"))
        with open(os.path.join(folder, "site", "small"), "wb") as f:
            f.write(b"a line there and back\n")
        only = sys.argv[1:]
        table = Table("come back", COLUMNS, {})
        for kind in ALL:
            if not kind.path or (only and kind.name not in only):
                continue
            peer = kind(folder)
            if peer.server:
                table.row(f"{peer.name} server", server_cells(peer),
                          LACKS.get(f"{peer.name} server", {}))
            if peer.client and client_cells(peer):
                table.row(f"{peer.name} client", client_cells(peer),
                          LACKS.get(f"{peer.name} client", {}))
        table.show()
        print(LEGEND)
    for kind in ALL:
        if not kind.path:
            print(f"skipped: {kind.name}: not installed: {kind.package}")
    print(f"{table.ok} ok, {table.failed} failed, {table.skipped} skipped, "
          f"{time.monotonic() - start:.0f} s")
    return 1 if table.failed else 0 if table.ok else 77


if __name__ == "__main__":
    sys.exit(main())
