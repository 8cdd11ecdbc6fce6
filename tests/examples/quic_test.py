# SPDX-License-Identifier: MIT
"""quic.c: the order of keys and frames, and the parameters. (The openssl and GnuTLS of Debian 12 have
no QUIC program to talk to.)"""
import re

from common import Case, example, main, openssl, run


class Quic(Case):
    def test_handshake(self):
        said = self.ok(run(example("quic", self.cert, self.key))).decode()
        steps = re.findall(r"^(client|server): (\w+) (frame|key for \w+)", said, re.M)
        have = {("client", "initial"), ("server", "initial")}
        for who, level, what in steps:
            if what == "key for writing":
                have.add((who, level))
            elif what == "frame":
                self.assertIn((who, level), have)
        self.assertEqual(sorted(s for s in steps if s[2] != "frame"),
                         [(who, level, "key for " + way) for who in ("client", "server")
                          for level in ("application", "handshake")
                          for way in ("reading", "writing")])
        self.assertGreater(steps.count(("server", "handshake", "frame")), 1)
        self.assertIn("client: the server's parameters: window 9\n", said)
        self.assertIn("server: the client's parameters: window 7\n", said)

    def test_another_name(self):
        cert, key = self.path("other.pem"), self.path("other.key")
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=example.org",
                "-addext", "subjectAltName=DNS:example.org", "-keyout", key, "-out", cert)
        done = run(example("quic", cert, key))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"name", done.stderr)
        self.assertNotIn(b"client: application", done.stdout)


if __name__ == "__main__":
    main()
