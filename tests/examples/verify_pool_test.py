# SPDX-License-Identifier: MIT
"""verify_pool.c: sixteen jobs at once, which the jobs count themselves; against our own server,
openssl's and GnuTLS's; and a server that is not trusted."""
from common import Case, example, main, openssl, run


class VerifyPool(Case):
    def verify(self, server, slowness, at_once):
        with server as s:
            said = self.ok(run(example("verify_pool", "localhost", s.port, self.cert, slowness)))
        self.assertRegex(said, b"^16 of 16 verified, up to %s at once\n$" % at_once)

    def test_our_server(self):
        self.verify(self.serve("--echo"), 1500, b"16")

    # Both finish one handshake before they begin the next.

    def test_openssl(self):
        self.verify(self.openssl_server("-quiet"), 1, b"[12]")

    def test_gnutls(self):
        self.verify(self.gnutls_server("--echo"), 1, b"[12]")

    def test_late_verdicts(self):  # the connections are given up before the jobs end
        with self.serve("--echo") as s:
            done = run(example("verify_pool", "localhost", s.port, self.cert, 4700))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, b"a deadline passed\n" * 16 +
                         b"0 of 16 verified, up to 16 at once\n")

    def test_not_trusted(self):
        other = self.path("other.pem")
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost",
                "-keyout", self.path("other.key"), "-out", other)
        with self.serve("--echo") as s:
            done = run(example("verify_pool", "localhost", s.port, other, 100))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"\n0 of 16 verified", done.stdout)


if __name__ == "__main__":
    main()
