# SPDX-License-Identifier: MIT
"""`--ocsp`, `--raw-key`, `--compress` and `--grease`, against each other."""
import json
import shutil
import signal
import time
import unittest

from lib import CERT, Case, NETWORK, OK, Server, USAGE, main, make_certificates, openssl, run


def make_response(folder, name, out, days="1"):
    """What the authority says of a certificate, by its own index."""
    openssl(folder, "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey",
            "ca.key", "-issuer", "ca.pem", "-cert", name + ".pem", "-ndays", days, "-noverify",
            "-respout", out)


class Staples(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)
        make_response(cls.folder, "good", "good.der")
        openssl(cls.folder, "ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key",
                "-revoke", "good.pem")
        make_response(cls.folder, "good", "revoked.der")

    def ask(self, response, *args):
        staple = ("--ocsp", self.path(response)) if response else ()
        with Server(self.folder, "--echo", "--cert", self.path("good.pem"), "--key",
                    self.path("good.key"), *staple) as server:
            return run("connect", server.at, "--ca", self.path("ca.pem"), *args)

    def test_good(self):
        done = self.ask("good.der", "--ocsp")
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn(b"staple     an OCSP response", done.stderr)
        facts = json.loads(self.ask("good.der", "--ocsp", "--json").stdout)
        self.assertEqual((facts["stapled"], facts["type"]), (True, "X.509"))

    def test_none(self):
        done = self.ask(None, "--ocsp")
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn(b"staple     none", done.stderr)

    def test_not_asked(self):
        done = self.ask("revoked.der", "--json")
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertFalse(json.loads(done.stdout)["stapled"])

    def test_revoked(self):
        self.refused(self.ask("revoked.der", "--ocsp"), CERT, "was revoked on")

    def test_reload(self):
        shutil.copy(self.path("good.der"), self.path("live.der"))
        with Server(self.folder, "--echo", "--cert", self.path("good.pem"), "--key",
                    self.path("good.key"), "--ocsp", self.path("live.der")) as server:
            def look():
                return run("connect", server.at, "--ca", self.path("ca.pem"), "--ocsp").returncode

            self.assertEqual(look(), OK)
            shutil.copy(self.path("revoked.der"), self.path("live.der"))
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 10
            while look() != CERT:
                self.assertLess(time.monotonic(), end)

    def test_no_response_in_the_file(self):
        self.refused(run("serve", "--cert", self.path("good.pem"), "--key", self.path("good.key"),
                         "--ocsp", self.path("good.pem")), USAGE, "good.pem", "no OCSP response")


class RawKeys(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            Server(cls.folder, "--echo", "--raw-key").stop()
        except AssertionError as e:
            if "this build has no" in str(e):
                raise unittest.SkipTest(str(e))
            raise

    def test_pinned(self):
        with Server(self.folder, "--echo", "--raw-key") as server:
            pin = server.facts["pin"]
            done = run("connect", server.at, "--raw-key", "--pin", pin, stdin=b"raw")
            self.assertEqual((done.returncode, done.stdout), (OK, b"raw"), done.stderr)
            self.assertIn(b"a raw public key, pin " + pin.encode(), done.stderr)
            done = run("connect", server.at, "--raw-key", "--pin", pin, "--json")
            facts = json.loads(done.stdout)
            self.assertEqual(facts["type"], "raw public key")
            self.assertEqual(facts["chain"], [{"pin": pin}])
            self.refused(run("connect", server.at, "--raw-key", "--pin", "sha256:" + 64 * "0"),
                         CERT, "is not pinned")
            done = run("connect", server.at, "--ca", server.ca, stdin=b"x")  # as ever
            self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)

    def test_a_server_without(self):
        with Server(self.folder, "--echo") as server:
            self.refused(run("connect", server.at, "--raw-key", "--insecure-skip-verify"), NETWORK)

    def test_needs_a_pin(self):
        self.refused(run("connect", "localhost:1", "--raw-key"), USAGE, "--pin")


class Compressed(Case):
    def test_both_ways(self):
        for args, client, count in ((("--compress",), ("--compress",), 1),
                                    (("--compress",), (), 0), ((), ("--compress",), 0)):
            try:
                server = Server(self.folder, "--echo", *args)
            except AssertionError as e:
                self.assertIn("for --compress", str(e))
                self.skipTest(str(e))
            with server:
                done = run("connect", server.at, "--ca", server.ca, "--trace", *client, stdin=b"x")
                self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
                self.assertEqual(done.stderr.count(b"CompressedCertificate"), count, done.stderr)


class Grease(Case):
    def test_all_the_same(self):
        with Server(self.folder, "--echo", "--groups", "P-384") as server:
            for groups in ("P-384", "x25519,P-384"):
                done = run("connect", server.at, "--ca", server.ca, "--grease", "--groups", groups,
                           stdin=b"grease")
                self.assertEqual((done.returncode, done.stdout), (OK, b"grease"), done.stderr)


if __name__ == "__main__":
    main()
