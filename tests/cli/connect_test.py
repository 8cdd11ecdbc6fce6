# SPDX-License-Identifier: MIT
"""`sneck connect`: what it says, what it fetches, and each way to fail with its exit code."""
import json
import os
import socket
import ssl
import stat
import subprocess
import time

from lib import (CERT, CHECK, Case, NETWORK, OK, SNECK, Server, main, make_certificates, need_tls12,
                 peer, run)


class Facts(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.path(cls, "root/a.txt", b"hello\n")
        cls.server = Server(cls.folder, "--root", os.path.join(cls.folder, "root"))
        cls.addClassCleanup(cls.server.__exit__)

    def connect(self, *args, **options):
        return run("connect", self.server.at, "--ca", self.server.ca, *args, **options)

    def test_lines(self):
        done = self.connect("--get", "/a.txt", "--alpn", "http/1.1")
        self.assertEqual((done.returncode, done.stdout), (OK, b"hello\n"), done.stderr)
        text = done.stderr.decode()
        for line in (r"address +127\.0\.0\.1:\d+ \(localhost\)", r"version +TLS 1\.3",
                     r"suite +TLS_AES_128_GCM_SHA256", r"group +(X25519MLKEM768|x25519)",
                     r"signature +ecdsa_secp256r1_sha256", r"alpn +http/1\.1",
                     r"chain +accepted: .*", r"time +DNS and TCP [\d.]+ ms, TLS [\d.]+ ms"):
            self.assertRegex(text, "(?m)^%s$" % line)
        self.assertIn(self.server.facts["pin"], text)
        self.assertIn("localhost, 127.0.0.1, ::1", text)

    def test_json(self):
        done = self.connect("--json", "--alpn", "http/1.1")
        self.assertEqual((done.returncode, done.stderr), (OK, b""))
        facts = json.loads(done.stdout)
        self.assertEqual((facts["host"], facts["port"]), ("localhost", self.server.port))
        self.assertEqual(facts["version"], "TLS 1.3")
        self.assertEqual(facts["suite"], "TLS_AES_128_GCM_SHA256")
        self.assertIn(facts["group"], ("X25519MLKEM768", "x25519"))
        self.assertEqual(facts["signature"], "ecdsa_secp256r1_sha256")
        self.assertEqual(facts["alpn"], "http/1.1")
        self.assertEqual((facts["code"], facts["error"], facts["verdict"]), (0, None, "accepted"))
        self.assertEqual(facts["chain"][0]["pin"], self.server.facts["pin"])
        self.assertGreater(facts["handshake_ms"], 0)

    def test_json_of_failures(self):
        done = run("connect", self.server.at, "--json")
        facts = json.loads(done.stdout)
        self.assertEqual((done.returncode, facts["code"], facts["verdict"]),
                         (CERT, CERT, "refused"))
        self.assertEqual(len(facts["chain"]), 1)
        self.assertIn("self-signed", facts["reason"])
        done = run("connect", "localhost:1", "--json")
        facts = json.loads(done.stdout)
        self.assertEqual((facts["code"], facts["version"], facts["chain"]), (NETWORK, None, []))

    def test_json_with_get(self):
        done = self.connect("--json", "--get", "/none")
        self.assertEqual((done.returncode, done.stdout), (CHECK, b"404 Not Found\n"))
        self.assertEqual(json.loads(done.stderr.splitlines()[0])["status"], 404)

    def test_status(self):
        self.refused(self.connect("--get", "/none"), CHECK, "404")

    def test_keylog(self):
        path = self.path("keys.log")
        for _ in range(2):
            self.assertEqual(self.connect("--get", "/a.txt", "--keylog", path).returncode, OK)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path) as f:
            lines = f.read().splitlines()
        labels = [x.split()[0] for x in lines]
        for label in ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                      "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"):
            self.assertEqual(labels.count(label), 2)
        for line in lines:
            self.assertRegex(line, "^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64,96}$")

    def test_name(self):
        done = run("connect", "127.0.0.1:%d" % self.server.port, "--ca", self.server.ca, "--name",
                   "localhost", "--get", "/a.txt")
        self.assertEqual((done.returncode, done.stdout), (OK, b"hello\n"), done.stderr)

    def test_stdout_that_is_gone(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SNECK, "connect", self.server.at, "--ca", self.server.ca,
                                   "--get", "/a.txt"], stdout=full, stderr=subprocess.PIPE,
                                  timeout=20)
        self.refused(done, CHECK, "stdout")


class Trust(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)

    def against(self, leaf, *args, ca="ca.pem"):
        with Server(self.folder, "--echo", "--cert", self.path(leaf + ".pem"), "--key",
                    self.path(leaf + ".key")) as server:
            trust = ["--ca", self.path(ca)] if ca else []
            return run("connect", server.at, *trust, *args, stdin=b"x")

    def test_good(self):
        done = self.against("good")
        self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)

    def test_wrong_name(self):
        done = self.against("other")
        self.refused(done, CERT, "localhost", "example.org")
        self.assertEqual(done.stdout, b"")
        self.assertIn("REFUSED", done.stderr.decode())
        self.assertEqual(self.against("other", "--name", "example.org").returncode, OK)
        self.refused(self.against("good", "--name", "example.com"), CERT, "example.com")

    def test_expired(self):
        self.refused(self.against("expired"), CERT, "expired")

    def test_not_yet_valid(self):
        self.refused(self.against("future"), CERT, "2048")

    def test_unknown_issuer(self):
        self.refused(self.against("good", ca=None), CERT, "test authority")

    def test_skip_verify(self):
        done = self.against("expired", "--insecure-skip-verify", ca=None)
        self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
        self.assertIn("not verified", done.stderr.decode())

    def test_pins(self):
        with Server(self.folder, "--echo", "--cert", self.path("good.pem"), "--key",
                    self.path("good.key")) as server:
            key = subprocess.run(["openssl", "ec", "-in", self.path("good.key"), "-pubout",
                                  "-outform", "DER"], capture_output=True, check=True).stdout
            digest = subprocess.run(["openssl", "dgst", "-sha256"], input=key,
                                    capture_output=True, check=True).stdout.split()[-1].decode()
            self.assertEqual(server.facts["pin"], "sha256:" + digest)
            done = run("connect", server.at, "--pin", "sha256:" + digest.upper(), stdin=b"x")
            self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
            done = run("connect", server.at, "--pin", "sha256:" + "0" * 64)
            self.refused(done, CERT, "pin")


class Failures(Case):
    def test_no_such_host(self):
        self.refused(run("connect", "no-such-host.invalid"), NETWORK, "no-such-host.invalid")

    def test_nothing_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        self.refused(run("connect", "127.0.0.1:%d" % port), NETWORK,
                     "nothing listens on 127.0.0.1:%d" % port)

    def test_not_tls(self):
        def serve(c):
            c.recv(1000)
            c.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        with peer(serve) as port:
            self.refused(run("connect", "127.0.0.1:%d" % port), NETWORK, "does not speak TLS")

    def test_garbage(self):
        def serve(c):
            c.recv(1000)
            c.sendall(b"\x16\x03\x03\x00\x10" + os.urandom(16))
            c.recv(1000)

        with peer(serve) as port:
            self.refused(run("connect", "127.0.0.1:%d" % port), NETWORK)

    def test_closes_at_once(self):
        with peer(lambda c: c.recv(4000)) as port:  # all of it, or the kernel resets
            self.refused(run("connect", "127.0.0.1:%d" % port), NETWORK, "during the handshake")

    def test_silence(self):
        def serve(c):
            while c.recv(4096):
                pass

        with peer(serve) as port: # which would listen for ever
            done = run("connect", "127.0.0.1:%d" % port, "--timeout", "0.5")
            self.refused(done, NETWORK, "within 0.5 s")

    def python_tls(self, change, serve=lambda s: None):
        """A TLS server of Python's, with its context changed."""
        if not os.path.exists(self.path("good.pem")):
            make_certificates(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("good.pem"), self.path("good.key"))
        change(context)

        def answer(c):
            with context.wrap_socket(c, server_side=True) as s:
                serve(s)

        return peer(answer)

    def test_tls12_only(self):
        need_tls12(self)

        def change(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2

        with self.python_tls(change) as port:
            at = "127.0.0.1:%d" % port
            self.refused(run("connect", at, "--min-version", "1.3"), NETWORK, "no TLS 1.3")
            done = run("connect", at, "--ca", self.path("ca.pem"))
            self.assertIn(b"version    TLS 1.2", done.stderr)
            self.assertIn(b"with       extended master secret, secure renegotiation, a session "
                          b"ticket\n", done.stderr)
            done = run("connect", at, "--ca", self.path("ca.pem"), "--json")
            facts = json.loads(done.stdout)
            self.assertEqual(facts["version"], "TLS 1.2")
            self.assertTrue(facts["extended_master_secret"] and facts["secure_renegotiation"])
            self.assertEqual((facts["session"], facts["session_saved"]), ("ticket", False))

    def test_no_ems(self):
        need_tls12(self)

        def change(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.options |= 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL 3

        with self.python_tls(change) as port:
            at = "127.0.0.1:%d" % port
            self.refused(run("connect", at, "--ca", self.path("ca.pem")), NETWORK,
                         "extended master secret")
            done = run("connect", at, "--ca", self.path("ca.pem"), "--insecure-no-ems")
            self.assertIn(b"with       no extended master secret", done.stderr)

    def test_tls13_only(self):
        need_tls12(self)

        def change(context):
            context.minimum_version = ssl.TLSVersion.TLSv1_3

        with self.python_tls(change) as port:
            at = "127.0.0.1:%d" % port
            self.refused(run("connect", at, "--max-version", "1.2"), NETWORK, "no TLS 1.2")

    def test_older_than_all(self):
        def change(context):
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1

        with self.python_tls(change) as port:
            self.refused(run("connect", "127.0.0.1:%d" % port), NETWORK,
                         "neither TLS 1.3 nor 1.2")

    def test_client_certificate(self):
        def change(context):
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("ca.pem"))

        with self.python_tls(change) as port:
            self.refused(run("connect", "127.0.0.1:%d" % port, "--ca", self.path("ca.pem")),
                         NETWORK, "certificate_required", "asks for a client certificate")

    def test_client_certificate_if_any(self):
        """Asked for one, the client says that it has none; a server may be content with that."""
        def change(context):
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(self.path("ca.pem"))

        def serve(s):
            s.sendall(s.recv(10))
            s.unwrap()

        with self.python_tls(change, serve) as port:
            done = run("connect", "127.0.0.1:%d" % port, "--ca", self.path("ca.pem"), "--trace",
                       stdin=b"x")
            self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
            self.assertIn(b"<- CertificateRequest", done.stderr)
            self.assertIn(b"-> Certificate 8 bytes", done.stderr)

    def test_no_suite_in_common(self):
        with Server(self.folder, "--echo", "--suites", "CHACHA20") as server:
            self.refused(run("connect", server.at, "--ca", server.ca, "--suites", "AES128-GCM"),
                         NETWORK, "handshake_failure", "in common")

    def test_no_group_in_common(self):
        with Server(self.folder, "--echo", "--groups", "P-256") as server:
            self.refused(run("connect", server.at, "--ca", server.ca, "--groups", "X25519"),
                         NETWORK, "handshake_failure")

    def test_no_alpn_in_common(self):
        with Server(self.folder, "--echo", "--alpn", "one") as server:
            self.refused(run("connect", server.at, "--ca", server.ca, "--alpn", "two"), NETWORK,
                         "no_application_protocol", "--alpn")

    def test_get_from_something_else(self):
        with Server(self.folder, "--echo") as server:
            self.refused(run("connect", server.at, "--ca", server.ca, "--get", "/"), NETWORK,
                         "does not answer in HTTP/1.1")

    def http(self, *pieces):
        def serve(s):
            s.recv(10000)
            for piece in pieces:
                s.sendall(piece)
            s.unwrap()

        return self.python_tls(lambda context: None, serve)

    def get(self, port):
        return run("connect", "127.0.0.1:%d" % port, "--ca", self.path("ca.pem"), "--get", "/")

    def test_bodies(self):
        for head, body, whole in (
                (b"Content-Length: 5", b"hello", b"hello"),
                (b"Transfer-Encoding: chunked", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
                (b"X: until the end", b"hello", b"hello")):
            with self.http(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + head +
                           b"\r\n\r\n", body[:3], body[3:]) as port:
                done = self.get(port)
                self.assertEqual((done.returncode, done.stdout), (OK, whole), done.stderr)

    def test_cut_short(self):
        for head, body in ((b"Content-Length: 6", b"hello"),
                           (b"Transfer-Encoding: chunked", b"2\r\nhe\r\n")):
            with self.http(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body) as port:
                self.refused(self.get(port), NETWORK, "cut short")

    def test_json_is_content_with_the_facts(self):
        """How the peer takes leave afterwards is its affair."""
        for leave in (lambda s: time.sleep(1.5), lambda s: os.close(s.detach())):
            with self.python_tls(lambda context: None, leave) as port:
                done = run("connect", "127.0.0.1:%d" % port, "--ca", self.path("ca.pem"), "--json")
                self.assertEqual((done.returncode, done.stderr), (OK, b""))

    def test_truncated(self):
        def serve(s):
            s.sendall(b"half")
            s.recv(1)
            os.close(s.detach())

        with self.python_tls(lambda context: None, serve) as port:
            done = run("connect", "127.0.0.1:%d" % port, "--ca", self.path("ca.pem"))
            self.refused(done, NETWORK, "without close_notify")
            self.assertEqual(done.stdout, b"half")


if __name__ == "__main__":
    main()
