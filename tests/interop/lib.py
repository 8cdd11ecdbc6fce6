# SPDX-License-Identifier: MIT
"""What the interop tests share: certificates, processes with a deadline, pipes, the table."""
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

SNECK = os.environ.get("SNECK") or os.path.join("build", "release", "sneck")
HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "..", "..", "build", "peers", "node_modules")
DEADLINE = 30  # seconds, for anything


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
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1
"""
KEYS = {
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True, timeout=DEADLINE)


def make_certificates(folder):
    """ca.pem, and ecdsa.pem, ecdsa.key, rsa.pem, rsa.key under it for localhost and 127.0.0.1."""
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
        end = time.monotonic() + DEADLINE
        while not (found := ready()):
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
        """Ends the input and waits for the end."""
        self.end_input()
        try:
            got = self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end when its input does") from None
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


# ---- the table ----------------------------------------------------------------------------------

class Table:
    def __init__(self, columns):
        self.columns, self.rows, self.notes = columns, [], []
        self.ok = self.failed = self.skipped = 0

    def row(self, name, cells):
        """cells: a function for each column; it returns, or raises Failed or Skip."""
        shown = []
        for column in self.columns:
            start = time.monotonic()
            try:
                cells[column]()
                shown.append("ok")
                self.ok += 1
            except Skip as e:
                shown.append("-")
                self.skipped += 1
                self.notes.append(f"skipped: {name}, {column}: {e}")
            except Failed as e:
                shown.append("FAIL")
                self.failed += 1
                self.notes.append(f"FAILED: {name}, {column}: {e} "
                                  f"(after {time.monotonic() - start:.1f} s)")
        self.rows.append((name, shown))

    def absent(self, name, reason):
        self.rows.append((name, ["-"] * len(self.columns)))
        self.skipped += len(self.columns)
        self.notes.append(f"skipped: {name}: {reason}")

    def end(self):
        """Prints everything. Returns: the exit code."""
        width = max(len(name) for name, _ in self.rows)
        print(" " * width, *self.columns)
        for name, shown in self.rows:
            print(name.ljust(width),
                  *(cell.ljust(len(column)) for cell, column in zip(shown, self.columns)))
        for note in self.notes:
            print(note)
        print(f"{self.ok} ok, {self.failed} failed, {self.skipped} skipped")
        sys.stdout.flush()
        return 1 if self.failed else 0 if self.ok else 77
