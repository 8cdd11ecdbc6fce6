# SPDX-License-Identifier: MIT
"""sign_process.c: the process that signs is another, for our command, openssl and GnuTLS, and for
many at once; a key that is not the certificate's; a signer that is gone."""
import os
import re
import signal
import unittest

from common import SNECK, Case, Listening, Process, example, lines_of, main, openssl, program, run, \
    through


class SignProcess(Case):
    def setUp(self):
        self.server = Listening(example("sign_process", self.cert, self.key))
        self.addCleanup(self.server.__exit__)
        self.at = f"localhost:{self.server.port}"

    def echo(self, *client):
        with Process([*client]) as c:
            through(c, lines_of(1000))
        signer, server = self.server.expect(rb"signed by process (\d+) for process (\d+)").groups()
        self.assertEqual(int(server), self.server.child.pid)
        self.assertNotEqual(signer, server)
        return int(signer)

    def test_our_command(self):
        self.echo(SNECK, "connect", self.at, "--ca", self.cert)

    def test_openssl(self):
        self.echo("openssl", "s_client", "-connect", self.at, "-CAfile", self.cert,
                  "-verify_return_error", "-quiet")

    @unittest.skipUnless(program("gnutls-cli"), "gnutls-cli is not installed")
    def test_gnutls(self):
        self.echo("gnutls-cli", self.at, "--x509cafile", self.cert, "--logfile", "/dev/null")

    def test_many_at_once(self):
        done = run(example("verify_pool", "localhost", self.server.port, self.cert, 500))
        self.assertIn(b"16 of 16 verified", self.ok(done))
        signed = lambda: len(re.findall(rb"signed by", bytes(self.server.out)))
        self.server.until(lambda: signed() >= 16, "signing 16 times")
        self.assertEqual(signed(), 16)

    def test_another_key(self):
        key = self.path("another.key")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        with Listening(example("sign_process", self.cert, key)) as s:
            done = run([SNECK, "connect", f"localhost:{s.port}", "--ca", self.cert])
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(b"internal_error", done.stderr)
            self.assertNotIn(b"signed", bytes(s.out))  # our own signature is checked

    def test_signer_is_gone(self):
        os.kill(self.echo(SNECK, "connect", self.at, "--ca", self.cert), signal.SIGKILL)
        self.server.wait(1)


if __name__ == "__main__":
    main()
