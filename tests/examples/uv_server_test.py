# SPDX-License-Identifier: MIT
"""uv_server.c: its page, by our command, openssl, GnuTLS and curl; its end."""
import signal

from common import SNECK, Case, Listening, example, main, program, run

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class UvServer(Case):
    def setUp(self):
        self.server = Listening(example("uv_server", self.cert, self.key))
        self.addCleanup(self.server.__exit__)
        self.at = f"localhost:{self.server.port}"

    def test_our_command(self):
        page = self.ok(run([SNECK, "connect", self.at, "--ca", self.cert, "--get", "/"]))
        self.assertIn(b"TLS 1.3, TLS_", page)

    def test_openssl(self):
        done = run(["openssl", "s_client", "-connect", self.at, "-CAfile", self.cert,
                    "-verify_return_error", "-quiet", "-alpn", "http/1.1"], REQUEST)
        self.assertIn(b"TLS 1.3, TLS_", self.ok(done))

    def test_gnutls(self):
        if not program("gnutls-cli"):
            self.skipTest("gnutls-cli is not installed")
        done = run(["gnutls-cli", self.at, "--x509cafile", self.cert, "--alpn", "http/1.1",
                    "--logfile", "/dev/null"], REQUEST)
        self.assertIn(b"TLS 1.3, TLS_", self.ok(done))

    def test_curl(self):
        if not program("curl"):
            self.skipTest("curl is not installed")
        page = self.ok(run(["curl", "-sS", "--cacert", self.cert, f"https://{self.at}/"]))
        self.assertIn(b"TLS 1.3, TLS_", page)

    def test_no_common_protocol(self):
        done = run(["openssl", "s_client", "-connect", self.at, "-alpn", "h2"])
        self.assertNotEqual(done.returncode, 0)
        self.server.expect(rb"127\.0\.0\.1:\d+: .*, in ")

    def test_end(self):
        self.server.child.send_signal(signal.SIGTERM)
        self.server.wait(0)


if __name__ == "__main__":
    main()
