# SPDX-License-Identifier: MIT
"""T25: every example is built, and run against two other TLS stacks. What the tests share: the
programs, a certificate that is its own authority, the peers; processes come from the interop tests."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from lib import (DEADLINE, SNECK, Process, free_port, lines_of, listens, openssl, program,
                 through)

EXAMPLES = os.path.join(os.environ.get("BUILD_DIR", "build/dev"), "examples")


def example(name, *args):
    return [os.path.join(EXAMPLES, name), *map(str, args)]


def run(args, stdin=b"", timeout=DEADLINE):
    return subprocess.run([*map(str, args)], input=stdin, capture_output=True, timeout=timeout)


class Listening(Process):
    """A server that says its port, or is told one."""

    def __init__(self, args, port=None):
        super().__init__([*map(str, args)])
        try:
            if port is None:
                self.port = int(self.expect(rb"listening.*:(\d+)").group(1))
            else:
                self.port = port
                self.until(lambda: listens(port), "listening")
        except Exception:
            self.__exit__()
            raise


class Case(unittest.TestCase):
    """A test class with a folder of its own, and key and certificate of localhost."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        cls.cert, cls.key = cls.path("cert.pem"), cls.path("key.pem")
        os.umask(0o077)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", cls.key, "-out", cls.cert)

    @classmethod
    def path(cls, name, content=None):
        path = os.path.join(cls.folder, name)
        if content is not None:
            with open(path, "wb") as f:
                f.write(content)
        return path

    @classmethod
    def serve(cls, *args):
        return Listening([SNECK, "serve", "--listen", "127.0.0.1:0", "--cert", cls.cert, "--key",
                          cls.key, *args])

    @classmethod
    def openssl_server(cls, *args):
        port = free_port()
        return Listening(["openssl", "s_server", "-accept", port, "-cert", cls.cert, "-key",
                          cls.key, *args], port)

    @classmethod
    def gnutls_server(cls, *args):
        if not program("gnutls-serv"):
            raise unittest.SkipTest("gnutls-serv is not installed")
        port = free_port()
        return Listening(["gnutls-serv", "-p", port, "--x509certfile", cls.cert, "--x509keyfile",
                          cls.key, *args], port)

    def ok(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


def main():
    """77 says that all was skipped."""
    result = unittest.main(exit=False).result
    sys.exit(1 if not result.wasSuccessful() else
             77 if result.skipped and len(result.skipped) >= result.testsRun else 0)
