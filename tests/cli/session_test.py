# SPDX-License-Identifier: MIT
"""What a session can do besides a plain handshake: a retry, new keys, small records, messages as
they go by, and each algorithm by name; openssl's s_client and s_server are the peers."""
import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time

from lib import Case, OK, Server, USAGE, main, make_certificates, peer, run

GROUPS = {"x25519": "X25519", "P-256": "P-256", "P-384": "P-384", "P-521": "P-521", "x448": "X448"}
SUITES = {"AES128-GCM": "TLS_AES_128_GCM_SHA256", "AES256-GCM": "TLS_AES_256_GCM_SHA384",
          "CHACHA20": "TLS_CHACHA20_POLY1305_SHA256", "AES128-CCM": "TLS_AES_128_CCM_SHA256",
          "AES128-CCM8": "TLS_AES_128_CCM_8_SHA256"}


def missing():
    """What the provider lacks, as the doctor says."""
    checks = json.loads(run("doctor", "--json").stdout)["checks"]
    return " ".join(c["help"] or "" for c in checks if c["name"] in ("suites", "groups"))


class Talk:
    """A program of openssl's, with its output gathered as it comes."""

    def __init__(self, *args):
        self.process = subprocess.Popen(["openssl", *map(str, args)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = b""
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while part := self.process.stdout.read1(65536):
            self.said += part

    def tell(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def wait(self, word, count=1):
        end = time.monotonic() + 10
        while self.said.count(word) < count:
            if time.monotonic() > end:
                raise AssertionError("no %r in %r" % (word, self.said))
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        self.thread.join(10)
        self.process.stdin.close()
        self.process.stdout.close()


def s_client(server, *args):
    return Talk("s_client", "-connect", "127.0.0.1:%d" % server.port, "-CAfile", server.ca,
                "-verify_return_error", "-verify_hostname", "localhost", *args)


class Sessions(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)
        cls.missing = missing()

    @contextlib.contextmanager
    def s_server(self, *args):
        """openssl s_server, which sends each line back reversed; yields its address."""
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        with Talk("s_server", "-accept", "127.0.0.1:%d" % port, "-cert", self.path("good.pem"),
                  "-key", self.path("good.key"), "-rev", *args) as talk:
            talk.wait(b"ACCEPT")
            yield "localhost:%d" % port

    def connect(self, at, *args, stdin=b"", ca=None):
        done = run("connect", at, "--ca", ca or self.path("ca.pem"), *args, stdin=stdin)
        self.assertEqual(done.returncode, OK, done.stderr)
        return done

    # ---- retry ----

    def test_server_retries(self):
        for more in ([], ["--cookie"]):
            with Server(self.folder, "--echo", "--groups", "P-256", "--trace", *more) as server:
                with s_client(server, "-groups", "X25519:P-256", "-msg") as talk:
                    talk.wait(b"Verify return code: 0 (ok)")
                    talk.tell(b"hello\n")
                    talk.wait(b"\nhello\n")
                    talk.wait(b"ServerHello", 2)
                facts = self.connect(server.at, ca=server.ca).stderr.decode()
                self.assertRegex(facts, r"(?m)^group +secp256r1 \(after HelloRetryRequest\)$")
                server.stop()
                self.assertIn(b"<- ClientHello", server.err)

    def test_client_retries(self):
        with self.s_server("-groups", "P-256") as at:
            done = self.connect(at, stdin=b"abc\n")
            self.assertIn("secp256r1 (after HelloRetryRequest)", done.stderr.decode())
            self.assertEqual(done.stdout, b"cba\n")
            self.assertIs(json.loads(self.connect(at, "--json").stdout)["retried"], True)
            facts = json.loads(self.connect(at, "--json", "--groups", "P-256").stdout)
            self.assertIs(facts["retried"], False)

    # ---- keys ----

    def test_update_from_openssl(self):
        """`K` asks the peer to answer with one, `k` does not."""
        with Server(self.folder, "--echo", "--trace") as server:
            with s_client(server, "-msg") as talk:
                talk.wait(b"Verify return code: 0 (ok)")
                for i, key in enumerate((b"K\n", b"k\n", b"K\n")):
                    talk.tell(key)
                    talk.wait(b"KEYUPDATE", i + 1)
                    line = b"line %d\n" % i
                    talk.tell(line)
                    talk.wait(b"\n" + line)
            server.stop()
        self.assertEqual(server.err.count(b"<- KeyUpdate"), 3)
        self.assertEqual(server.err.count(b"-> KeyUpdate"), 2)

    def test_update_of_the_client(self):
        with self.s_server() as at:
            done = self.connect(at, "--key-update", "--trace", stdin=b"abc\n")
            self.assertEqual(done.stdout, b"cba\n")
            self.assertRegex(done.stderr.decode(), r"(?m)^updates +1 sent, 1 received$")
            self.assertIn(b"-> KeyUpdate 5 bytes\n", done.stderr)
            self.assertIn(b"<- KeyUpdate 5 bytes\n", done.stderr)

    def test_update_of_the_server(self):
        with Server(self.folder, "--echo", "--key-update", "--trace") as server:
            with s_client(server, "-msg") as talk:
                talk.wait(b"<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
                talk.tell(b"hello\n")
                talk.wait(b"\nhello\n")
                talk.wait(b">>> TLS 1.3, Handshake [length 0005], KeyUpdate")
            server.stop()
        self.assertIn(b" <- KeyUpdate 5 bytes\n", server.err)
        with Server(self.folder, "--root", self.folder, "--key-update") as server:
            for args in ([], ["--key-update"]):
                done = self.connect(server.at, "--get", "/good.pem", *args, ca=server.ca)
                with open(self.path("good.pem"), "rb") as f:
                    self.assertEqual(done.stdout, f.read())

    def test_update_in_json(self):
        """Without --get nothing is exchanged, and the answer is waited for a moment."""
        with Server(self.folder, "--echo") as server:
            done = self.connect(server.at, "--json", "--key-update", ca=server.ca)
            facts = json.loads(done.stdout)
            self.assertEqual((facts["tx_updates"], facts["rx_updates"]), (1, 1))
            facts = json.loads(self.connect(server.at, "--json", ca=server.ca).stdout)
            self.assertEqual((facts["tx_updates"], facts["rx_updates"]), (0, 0))
        with self.s_server() as at: # answers with its next record, which never comes
            facts = json.loads(self.connect(at, "--json", "--key-update").stdout)
            self.assertEqual((facts["tx_updates"], facts["rx_updates"]), (1, 0))

    # ---- records ----

    def longest(self, port, run_client):
        """Runs a client through a relay to port; the longest encrypted record in each direction,
        those of the handshake included."""
        longest = [0, 0]

        def relay(source, sink, way):
            data = b""
            while part := source.recv(65536):
                sink.sendall(part)
                data += part
                while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
                    size = int.from_bytes(data[3:5], "big")
                    if data[0] == 23:
                        longest[way] = max(longest[way], size)
                    data = data[5 + size:]
            sink.shutdown(socket.SHUT_WR)

        def serve(c):
            with socket.create_connection(("127.0.0.1", port)) as to:
                back = threading.Thread(target=relay, args=(to, c, 1), daemon=True)
                back.start()
                relay(c, to, 0)
                back.join(20)

        with peer(serve) as way:
            run_client(way)
        return longest

    def test_max_fragment_of_openssl(self):
        data = b"x" * 5000 + b"\n"
        with Server(self.folder, "--echo") as server:
            def client(port):
                with Talk("s_client", "-connect", "127.0.0.1:%d" % port, "-CAfile", server.ca,
                          "-maxfraglen", "512") as talk:
                    talk.wait(b"Verify return code: 0 (ok)")
                    talk.tell(data)
                    talk.wait(b"xxx\n")

            up, down = self.longest(server.port, client)
            self.assertLessEqual(up, 512 + 17)
            self.assertEqual(down, 512 + 17)

    def test_max_fragment_of_the_client(self):
        data = b"x" * 5000 + b"\n"
        with self.s_server() as at:
            for n in (512, 4096):
                facts = []
                up, down = self.longest(int(at.split(":")[1]), lambda port: facts.append(
                    self.connect("localhost:%d" % port, "--max-fragment", n, stdin=data)))
                self.assertRegex(facts[0].stderr.decode(),
                                 r"(?m)^records +at most %d bytes to the peer" % n)
                self.assertEqual(len(facts[0].stdout), len(data))
                self.assertEqual((up, down <= n + 17), (n + 17, True))

    def test_limits_of_ours(self):
        """Both ends of ours: each direction has the smaller of what one may and the other will."""
        data = os.urandom(30000)
        cases = (([], ["--record-limit", 300], 16384, 300),
                 (["--record-limit", 100], [], 100, 16384),
                 (["--max-fragment", 1000], [], 16384, 1000),
                 (["--max-fragment", 200], ["--record-limit", 300], 16384, 200))
        for ours, theirs, up, down in cases:
            with Server(self.folder, "--echo", *ours) as server:
                facts = []
                seen = self.longest(server.port, lambda port: facts.append(
                    self.connect("localhost:%d" % port, *theirs, stdin=data, ca=server.ca)))
                self.assertEqual(facts[0].stdout, data)
                if up < 16384:
                    self.assertEqual(seen[0], up + 17, (ours, theirs))
                    self.assertIn("at most %d bytes to the peer" % up, facts[0].stderr.decode())
                else:
                    self.assertGreater(seen[0], 10000)
                if down < 16384: # else the echo's records are as large as what came
                    self.assertEqual(seen[1], down + 17, (ours, theirs))

    # ---- messages ----

    def test_trace(self):
        with Server(self.folder, "--echo", "--trace") as server:
            done = self.connect(server.at, "--trace", ca=server.ca)
            ours = [x for x in done.stderr.decode().splitlines() if x[:3] in ("-> ", "<- ")]
            server.stop()
        for line in ours:
            self.assertRegex(line, r"^(-> |<- )(alert [a-z_]+|[A-Za-z]+ \d+ bytes)$")
        names = [re.sub(r" \d+ bytes$", "", x) for x in ours]
        names = [x for x in names if "ChangeCipherSpec" not in x]
        self.assertEqual(names, ["-> ClientHello", "<- ServerHello", "<- EncryptedExtensions",
                                 "<- Certificate", "<- CertificateVerify", "<- Finished",
                                 "-> Finished", "-> alert close_notify",
                                 "<- alert close_notify"])
        theirs = server.err.decode().splitlines()
        for line in theirs:
            self.assertRegex(line, r"^127\.0\.0\.1:\d+ (->|<-) ")
        turned = {x.partition(" ")[2] for x in theirs}
        swap = {"->": "<-", "<-": "->"}
        for line in ours:
            if "ChangeCipherSpec" not in line:
                self.assertIn(swap[line[:2]] + line[2:], turned)

    def test_trace_tells_connections_apart(self):
        with Server(self.folder, "--echo", "--trace") as server:
            with server.tls() as one, server.tls() as two:
                ports = [s.getsockname()[1] for s in (one, two)]
                for s in (one, two, one):
                    s.sendall(b"x")
                    s.recv(1)
            server.stop()
        for port in ports:
            lines = [x for x in server.err.decode().splitlines()
                     if x.startswith("127.0.0.1:%d " % port)]
            self.assertEqual(sum("<- ClientHello" in x for x in lines), 1)
            self.assertEqual(sum("<- Finished" in x for x in lines), 1)

    # ---- algorithms ----

    def test_groups(self):
        for name, theirs in GROUPS.items():
            ours = {"P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}.get(name,
                                                                                         name)
            if ours in self.missing:
                self.refused(run("connect", "localhost", "--groups", name), USAGE, ours)
                continue
            with self.s_server("-groups", theirs) as at:
                done = self.connect(at, "--groups", name)
                self.assertRegex(done.stderr.decode(), r"(?m)^group +%s$" % ours)
            with Server(self.folder, "--echo", "--groups", ours) as server:
                with s_client(server, "-groups", theirs) as talk:
                    talk.wait(b"Verify return code: 0 (ok)")
        if "X25519MLKEM768" in self.missing:
            self.refused(run("connect", "localhost", "--groups", "x25519,mlkem768"), USAGE,
                         "X25519MLKEM768: needs libcrypto >= 3.5", "here is libcrypto 3.")

    def test_suites(self):
        for name, suite in SUITES.items():
            if suite in self.missing:
                self.refused(run("serve", "--suites", name), USAGE, suite)
                continue
            with self.s_server("-ciphersuites", suite) as at:
                done = self.connect(at, "--suites", name)
                self.assertIn(suite, done.stderr.decode())
            with Server(self.folder, "--echo", "--suites", suite) as server:
                with s_client(server, "-ciphersuites", suite) as talk:
                    talk.wait(b"Cipher is " + suite.encode())


if __name__ == "__main__":
    main()
