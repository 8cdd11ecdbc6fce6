# SPDX-License-Identifier: MIT
"""What the interop tests share: certificates, processes with a deadline, pipes, the table."""
import hashlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time

SNECK = os.environ.get("SNECK") or os.path.join("build", "release", "sneck")
HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "..", "..", "build", "peers", "node_modules")
DEADLINE = 20  # seconds, for anything; where bytes come one by one, for the next ones


class Failed(Exception):
    """A cell of the table failed; the text says how."""


class Skip(Exception):
    """A cell cannot be tried; the text says why."""


# ---- certificates -------------------------------------------------------------------------------

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = interop
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1
"""
KEYS = {
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ed25519": ["-algorithm", "ED25519"],
    "ed448": ["-algorithm", "ED448"],
    "pss": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True, timeout=DEADLINE)


def make_certificates(folder):
    """ca.pem, and KIND.pem and KIND.key under it for each of KEYS, for localhost and 127.0.0.1."""
    def at(name):
        return os.path.join(folder, name)
    with open(at("openssl.cnf"), "w", encoding="ascii") as f:
        f.write(CONFIG)
    os.umask(0o077)
    openssl("genpkey", *KEYS["ecdsa"], "-out", at("ca.key"))
    openssl("req", "-config", at("openssl.cnf"), "-x509", "-new", "-key", at("ca.key"),
            "-days", "2", "-subj", "/CN=interop authority", "-extensions", "ca", "-out",
            at("ca.pem"))
    for kind, options in KEYS.items():
        openssl("genpkey", *options, "-out", at(kind + ".key"))
        if kind == "rsa":  # NSS wants it
            with open(at("openssl.cnf"), "w", encoding="ascii") as f:
                f.write(CONFIG.replace("digitalSignature", "digitalSignature, keyEncipherment"))
        openssl("req", "-config", at("openssl.cnf"), "-new", "-key", at(kind + ".key"), "-subj",
                "/CN=" + kind, "-out", at("csr"))
        openssl("x509", "-req", "-in", at("csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"),
                "-days", "2", "-set_serial", "0x5e" + os.urandom(8).hex(), "-extfile",
                at("openssl.cnf"), "-extensions", "leaf", "-out", at(kind + ".pem"))


# ---- processes ----------------------------------------------------------------------------------

def program(name, *inside):
    """The path of an installed program, or of one under build/peers; None when there is none."""
    path = os.path.join(PEERS, *inside) if inside else None
    return path if path and os.access(path, os.X_OK) else None if inside else shutil.which(name)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as f:
            for line in f.readlines()[1:]:
                field = line.split()
                if field[3] == "0A" and int(field[1].rpartition(":")[2], 16) == port:
                    return True
    return False


class Process:
    """A child with pipes. What it prints is collected as it comes, so that it never blocks."""

    def __init__(self, args):
        self.name = os.path.basename(args[0])
        self.child = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, bufsize=0)
        self.out, self.err = bytearray(), bytearray()
        self.threads = [threading.Thread(target=self.collect, args=(f, to), daemon=True)
                        for f, to in ((self.child.stdout, self.out), (self.child.stderr, self.err))]
        for t in self.threads:
            t.start()

    @staticmethod
    def collect(f, to):
        while chunk := f.read(65536):
            to += chunk

    def write(self, data):
        """From a thread of its own, because both directions may be full."""
        def run():
            view = memoryview(data)
            try:
                while view:
                    view = view[self.child.stdin.write(view):]
            except (OSError, ValueError):
                pass  # the reader of the other direction notices
        threading.Thread(target=run, daemon=True).start()

    def until(self, ready, what):
        """Waits for a condition on what was printed."""
        end, seen = time.monotonic() + DEADLINE, 0
        while not (found := ready()):
            if len(self.out) + len(self.err) > seen:
                end, seen = time.monotonic() + DEADLINE, len(self.out) + len(self.err)
            ended = self.child.poll() is not None
            if ended:
                for t in self.threads:
                    t.join(DEADLINE)
                if found := ready():
                    break
            if ended or time.monotonic() > end:
                raise Failed(f"{self.name} {'ended' if ended else 'went on'} without {what}: "
                             + self.last_words())
            time.sleep(0.002)
        return found

    def last_words(self):
        text = (bytes(self.err) or bytes(self.out)).decode("latin-1").strip()
        return " / ".join(text.splitlines()[-3:])[-300:] or "no message"

    def expect(self, pattern):
        return self.until(lambda: re.search(pattern, bytes(self.out + b"\n" + self.err)),
                          f"saying {pattern.decode()}")

    def end_input(self):
        try:
            self.child.stdin.close()
        except OSError:
            pass

    def wait(self, code):
        """Ends the input and waits for the end, and for all that was printed."""
        self.end_input()
        try:
            got = self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end when its input does") from None
        for t in self.threads:
            t.join(DEADLINE)
        if got != code:
            raise Failed(f"{self.name} ended with {got}: {self.last_words()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        for t in self.threads:
            t.join(DEADLINE)
        for f in (self.child.stdin, self.child.stdout, self.child.stderr):
            try:
                f.close()
            except OSError:
                pass


# ---- data ---------------------------------------------------------------------------------------

def lines_of(size):
    """Random text of exactly size bytes, in short lines, none of which is a command to a peer."""
    text = os.urandom(size // 2 + 1).hex().encode()
    return b"".join(text[i:i + 63] + b"\n" for i in range(0, size, 63))[:size - 1] + b"\n"


def same(got, want, who):
    if hashlib.sha256(got).digest() != hashlib.sha256(want).digest():
        raise Failed(f"{who} got {len(got)} other bytes than the {len(want)} that were sent")


def through(process, data, skip=0):
    """Sends data through an echo behind process and compares what comes back."""
    process.write(data)
    process.until(lambda: len(process.out) - skip >= len(data), f"{len(data)} bytes back")
    same(bytes(process.out[skip:]), data, process.name)


# ---- what is on the wire ------------------------------------------------------------------------

class Tap:
    """A relay on loopback to a port. most: the longest protected record of each direction, which
    are up, to the server, and down."""

    def __init__(self, to):
        self.to, self.most = to, {"up": 0, "down": 0}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
        except OSError:
            return
        for way in (("up", client, server), ("down", server, client)):
            threading.Thread(target=self.relay, args=way, daemon=True).start()

    def relay(self, way, source, sink):
        head, left = b"", 0
        try:
            while chunk := source.recv(65536):
                at = 0
                while at < len(chunk):
                    take = min(left or 5 - len(head), len(chunk) - at)
                    if left:
                        left -= take
                    else:
                        head += chunk[at:at + take]
                        if len(head) == 5:
                            left = int.from_bytes(head[3:], "big")
                            if head[0] == 23:
                                self.most[way] = max(self.most[way], left)
                            head = b""
                    at += take
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # who reads the other side notices

    def at_most(self, **limits):
        """Bytes of plaintext with its content type, which a tag of 16 bytes follows."""
        for way, limit in limits.items():
            if not limit // 2 < self.most[way] - 16 <= limit:
                raise Failed(f"records {way} hold {self.most[way] - 16} bytes, not {limit}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


# ---- the table ----------------------------------------------------------------------------------

class Table:
    """One theme: peers by columns. ours: columns that our own side cannot try, and why."""

    def __init__(self, theme, columns, ours):
        self.theme, self.columns, self.ours = theme, columns, ours
        self.rows, self.failures, self.skips = [], [], {}
        self.ok = self.failed = self.skipped = 0

    def skip(self, name, column, reason):
        """Those with one reason are told in one line."""
        self.skipped += 1
        columns, names = self.skips.setdefault(reason, ({}, {}))
        columns[column] = names[name] = None
        return "-"

    def cell(self, name, column, run, lacks):
        """run returns, or raises Failed or Skip."""
        if column in self.ours:
            return self.skip("all", column, self.ours[column])
        if column in lacks:
            return self.skip(name, column, lacks[column])
        start = time.monotonic()
        try:
            run()
        except Skip as e:
            return self.skip(name, column, str(e))
        except (Failed, OSError, subprocess.SubprocessError) as e:
            self.failed += 1
            self.failures.append(f"FAILED: {name}, {column}: {e} "
                                 f"(after {time.monotonic() - start:.1f} s)")
            return "FAIL"
        self.ok += 1
        return "ok"

    def row(self, name, cells, lacks):
        """cells: a function for each column that makes sense for this row; lacks: reasons."""
        self.rows.append((name, [self.cell(name, c, cells[c], lacks) if c in cells else ""
                                 for c in self.columns]))

    def show(self):
        if not self.rows:
            return
        width = max(len(self.theme), *(len(name) for name, _ in self.rows))
        print(self.theme.ljust(width), *self.columns)
        for name, shown in self.rows:
            print(name.ljust(width), *(cell.ljust(max(len(column), 2)) for cell, column
                                       in zip(shown, self.columns)))
        for reason, (columns, names) in self.skips.items():
            print(f"skipped: {', '.join(columns)}: {reason}: {', '.join(names)}")
        for line in self.failures:
            print(line)
        print(flush=True)
