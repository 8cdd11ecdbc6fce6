# SPDX-License-Identifier: MIT
"""`sneck doctor`: fit here, and each check made to fail by what the environment can do."""
import json
import os
import resource
import subprocess
import unittest

from lib import CHECK, Case, OK, SNECK, main, make_certificates, openssl, run

NAMES = ["library", "suites", "groups", "schemes", "trust", "random", "clock", "files", "self-test"]
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
NO_PROVIDER = """
openssl_conf = all
[all]
providers = providers
[providers]
null = null
[null]
activate = 1
"""


def doctor(files=8192, **environment):
    """Exit code, and the checks by name."""
    hard = FILES if FILES != resource.RLIM_INFINITY else 1 << 20
    done = subprocess.run(
        [SNECK, "doctor", "--json"], env=dict(os.environ, **environment), capture_output=True,
        timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard)))
    checks = json.loads(done.stdout)
    assert checks["fit"] == (done.returncode == OK), done
    return done.returncode, {c["name"]: c for c in checks["checks"]}


class Doctor(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)
        cls.trust = {"SSL_CERT_FILE": cls.path(cls, "ca.pem"), "SSL_CERT_DIR": "/nowhere"}

    @unittest.skipIf(FILES != resource.RLIM_INFINITY and FILES < 8192, "few descriptors here")
    def test_fit(self):
        code, checks = doctor(**self.trust)
        self.assertEqual((code, list(checks)), (OK, NAMES))
        for name in ("library", "trust", "random", "clock", "files", "self-test"):
            self.assertEqual((checks[name]["status"], checks[name]["help"]), ("ok", None))
        self.assertRegex(checks["library"]["found"], r"libcrypto 3\.\d+\.\d+, libuv 1\.\d+")
        self.assertRegex(checks["self-test"]["found"], r"took \d+\.\d ms \(TLS_")
        self.assertIn("TLS_AES_128_GCM_SHA256", checks["suites"]["found"])
        self.assertIn("x25519", checks["groups"]["found"])
        self.assertIn("ecdsa_secp256r1_sha256", checks["schemes"]["found"])
        groups = checks["groups"]
        if "X25519MLKEM768" not in groups["found"]:
            self.assertEqual(groups["status"], "warn")
            self.assertIn("X25519MLKEM768: needs libcrypto >= 3.5", groups["help"])

    def test_lines(self):
        done = run("doctor")
        lines = done.stdout.decode().splitlines()
        self.assertEqual([x.split()[1] for x in lines], NAMES)
        for line in lines:
            self.assertRegex(line, r"^(ok|warn|fail) +")
            self.assertEqual(" - " in line, not line.startswith("ok"), line)
        self.assertEqual(done.stderr, b"")

    def test_no_provider(self):
        conf = self.path("null.cnf", NO_PROVIDER.encode())
        code, checks = doctor(OPENSSL_CONF=conf, **self.trust)
        self.assertEqual(code, CHECK)
        for name in ("library", "suites", "groups", "schemes", "random", "self-test"):
            self.assertEqual(checks[name]["status"], "fail", name)
        self.assertIn("OPENSSL_CONF", checks["library"]["help"])

    def test_trust(self):
        code, checks = doctor(**self.trust)
        self.assertEqual(checks["trust"]["found"], "1 anchor in " + self.path("ca.pem"))
        code, checks = doctor(SSL_CERT_FILE="/nowhere", SSL_CERT_DIR="/nowhere:/no")
        self.assertEqual((code, checks["trust"]["status"]), (CHECK, "fail"))
        self.assertIn("ca-certificates", checks["trust"]["help"])
        with open(self.path("ca.pem"), "rb") as f:
            folder = os.path.dirname(self.path("anchors/ca.pem", f.read()))
        openssl(self.folder, "rehash", "anchors")
        code, checks = doctor(SSL_CERT_FILE="/nowhere", SSL_CERT_DIR="/nowhere:" + folder)
        self.assertEqual(checks["trust"]["status"], "ok")
        self.assertIn("1 anchor in /nowhere:" + folder, checks["trust"]["found"])

    def test_files(self):
        code, checks = doctor(files=1024, **self.trust)
        self.assertEqual((code, checks["files"]["status"]), (OK, "warn"))
        self.assertIn("ulimit -n", checks["files"]["help"])
        code, checks = doctor(files=32, **self.trust)
        self.assertEqual((code, checks["files"]["status"]), (CHECK, "fail"))


if __name__ == "__main__":
    main()
