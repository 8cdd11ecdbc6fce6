# SPDX-License-Identifier: MIT
"""What the tests of the command share: running it, a server that is stopped in any case, peers
that misbehave, and certificates that are wrong in one way each (made with openssl)."""
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

SNECK = os.environ.get("SNECK", "build/release/sneck")
OK, CHECK, USAGE, NETWORK, CERT = range(5)


def run(*args, stdin=b"", timeout=30):
    """Runs `sneck ARGS` to its end."""
    return subprocess.run([SNECK, *map(str, args)], input=stdin, capture_output=True,
                          timeout=timeout)


def need_tls12(case):
    """Skips a test in a build without TLS 1.2."""
    if b"no suite" in run("connect", "127.0.0.1:9", "--max-version", "1.2").stderr:
        case.skipTest("this build has no TLS 1.2")


class Server:
    """A running `sneck serve` on a free port of 127.0.0.1."""

    def __init__(self, folder, *args, listen="127.0.0.1:0"):
        self.ca = os.path.join(folder, "ca-%x.pem" % id(self))
        self.process = subprocess.Popen(
            [SNECK, "serve", "--listen", listen, "--cert-out", self.ca, *map(str, args)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.facts = {}
        for line in self.process.stdout:
            key, _, value = line.decode().strip().partition(" ")
            self.facts[key] = value.strip()
            if key == "listening":
                break
        else:
            raise AssertionError(self.process.stderr.read().decode())
        self.port = int(self.facts["listening"].rstrip("/").rpartition(":")[2])
        self.at = "localhost:%d" % self.port

    def stop(self, how=signal.SIGTERM):
        """Ends it, unless how is None and it ends by itself; returns exit code and log lines."""
        if how is not None and self.process.poll() is None:
            self.process.send_signal(how)
        out, self.err = self.process.communicate(timeout=20)
        return self.process.returncode, out.decode().splitlines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def tls(self, alpn=None, curve=None):
        """A TLS connection of Python's to it."""
        context = ssl.create_default_context(cafile=self.ca)
        if alpn:
            context.set_alpn_protocols(alpn)
        if curve:
            context.set_ecdh_curve(curve)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return context.wrap_socket(plain, server_hostname="localhost")


@contextlib.contextmanager
def peer(serve):
    """A TCP server of one thread: serve(connection) for each connection. Yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def loop():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    serve(connection)
                except OSError:
                    pass

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


CA_CONFIG = """
[ca]
default_ca = all
[all]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def make_key(folder, name):
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name)
    os.chmod(os.path.join(folder, name), 0o600)


def make_certificates(folder):
    """ca.pem, and leaves good, expired, future, other (name), each .pem and .key."""
    with open(os.path.join(folder, "ca.cnf"), "w") as f:
        f.write(CA_CONFIG)
    open(os.path.join(folder, "index.txt"), "w").close()
    with open(os.path.join(folder, "serial"), "w") as f:
        f.write("1000\n")
    make_key(folder, "ca.key")
    openssl(folder, "req", "-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign")
    for name, san, start, end in (
            ("good", "DNS:localhost,IP:127.0.0.1", "20200101000000Z", "20490101000000Z"),
            ("expired", "DNS:localhost", "20200101000000Z", "20210101000000Z"),
            ("future", "DNS:localhost", "20480101000000Z", "20490101000000Z"),
            ("other", "DNS:example.org", "20200101000000Z", "20490101000000Z")):
        make_key(folder, name + ".key")
        openssl(folder, "req", "-new", "-key", name + ".key", "-out", name + ".csr", "-subj",
                "/CN=" + name, "-addext", "subjectAltName=" + san)
        openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile",
                "ca.key", "-in", name + ".csr", "-out", name + ".pem", "-notext", "-startdate",
                start, "-enddate", end)


class Case(unittest.TestCase):
    """A test class with a temporary folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.addClassCleanup(cls.temporary.cleanup)

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content)
        return path

    def refused(self, done, code, *words):
        """One sentence on stderr that has these words, and this exit code."""
        lines = [x for x in done.stderr.decode().splitlines() if x.startswith("sneck")]
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
