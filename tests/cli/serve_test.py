# SPDX-License-Identifier: MIT
"""`sneck serve`: addresses, certificates, echo, limits on what is agreed, and how it ends."""
import contextlib
import os
import select
import signal
import socket
import ssl
import threading
import time

from lib import Case, NETWORK, OK, Server, USAGE, main, make_certificates, need_tls12, run


class Listening(Case):
    def test_port_taken(self):
        with Server(self.folder, "--echo") as server:
            self.refused(run("serve", "--listen", "127.0.0.1:%d" % server.port), NETWORK,
                         "127.0.0.1:%d is taken" % server.port)

    def test_no_such_address(self):
        self.refused(run("serve", "--listen", "192.0.2.1:0"), NETWORK, "192.0.2.1")
        self.refused(run("serve", "--listen", "no-such-host.invalid:1"), NETWORK,
                     "no-such-host.invalid")

    def test_all_addresses(self):
        with Server(self.folder, "--echo", listen=":0") as server:
            for host in ("127.0.0.1", "::1"):
                try:
                    socket.create_connection((host, server.port), timeout=5).close()
                except OSError:
                    if host == "127.0.0.1":
                        raise
                    print("skipped: no IPv6 loopback here")

    def test_v6(self):
        if not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6 here")
        try:
            server = Server(self.folder, "--echo", listen="[::1]:0")
        except AssertionError as e:
            self.skipTest("no IPv6 loopback here: %s" % e)
        with server:
            done = run("connect", "[::1]:%d" % server.port, "--ca", server.ca, stdin=b"six")
            self.assertEqual((done.returncode, done.stdout), (OK, b"six"), done.stderr)


class Certificates(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)

    def test_own_certificate(self):
        """The one made at start is for localhost and both loopback addresses."""
        with Server(self.folder, "--echo") as server:
            self.assertIn("localhost, 127.0.0.1, ::1", server.facts["certificate"])
            self.assertIn("P-256", server.facts["certificate"])
            self.assertRegex(server.facts["pin"], "^sha256:[0-9a-f]{64}$")
            self.assertEqual(server.facts["file"], server.ca)
            for host in ("localhost", "127.0.0.1"):
                done = run("connect", "%s:%d" % (host, server.port), "--ca", server.ca)
                self.assertEqual(done.returncode, OK, done.stderr)
            done = run("connect", server.at, "--pin", server.facts["pin"])
            self.assertEqual(done.returncode, OK, done.stderr)

    def test_from_files(self):
        with Server(self.folder, "--echo", "--cert", self.path("good.pem"), "--key",
                    self.path("good.key")) as server:
            done = run("connect", server.at, "--ca", self.path("ca.pem"), stdin=b"x")
            self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)

    def test_key_of_another(self):
        self.refused(run("serve", "--cert", self.path("good.pem"), "--key",
                         self.path("other.key")), USAGE, "key")

    def test_no_key_in_there(self):
        self.refused(run("serve", "--cert", self.path("good.pem"), "--key",
                         self.path("good.pem")), USAGE, "good.pem")

    def test_key_open_to_all(self):
        with open(self.path("good.key"), "rb") as f:
            path = self.path("open.key", f.read())
        os.chmod(path, 0o644)
        self.refused(run("serve", "--cert", self.path("good.pem"), "--key", path), USAGE,
                     "open.key")

    def test_several_pairs(self):
        """The first that fits the name asked for; a name that none has is refused."""
        pairs = [x for name in ("good", "other") for x in
                 ("--cert", self.path(name + ".pem"), "--key", self.path(name + ".key"))]
        with Server(self.folder, "--echo", *pairs) as server:
            for name in ("localhost", "example.org"):
                done = run("connect", server.at, "--name", name, "--ca", self.path("ca.pem"))
                self.assertEqual(done.returncode, OK, done.stderr)
            done = run("connect", server.at, "--name", "example.net", "--ca", self.path("ca.pem"))
            self.refused(done, NETWORK, "unrecognized_name")

    def test_clients(self):
        """Who may come, by what is asked for and by what is shown."""
        serve = ["--echo", "--cert", self.path("good.pem"), "--key", self.path("good.key"),
                 "--client-ca", self.path("ca.pem")]
        for how, needed in (("required", True), ("optional", False), (None, True)):
            more = ["--client-auth", how] if how else []
            with Server(self.folder, *serve, *more) as server:
                for name, fine in (("good", True), (None, not needed), ("expired", False)):
                    own = ["--cert", self.path(name + ".pem"), "--key",
                           self.path(name + ".key")] if name else []
                    done = run("connect", server.at, "--ca", self.path("ca.pem"), *own, stdin=b"x")
                    if fine:
                        self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
                    else:
                        self.refused(done, NETWORK, "certificate_required" if name is None
                                     else "certificate_expired")

    def test_client_options(self):
        self.refused(run("serve", "--client-auth", "required"), USAGE, "--client-ca")
        self.refused(run("serve", "--client-auth", "maybe"), USAGE, "maybe")
        self.refused(run("serve", "--client-ca", self.path("none.pem")), USAGE, "none.pem")
        self.refused(run("connect", "localhost:1", "--cert", "x"), USAGE, "--key is missing")
        self.refused(run("connect", "localhost:1", "--cert", self.path("good.pem"), "--key",
                         self.path("other.key")), USAGE, "key")
        self.refused(run("serve", *["--cert", "x"] * 14), USAGE, "more than 13")


class Echo(Case):
    def exchange(self, server, data, **options):
        """Sends and receives at once, in one thread: an SSL object of OpenSSL's is not for two."""
        got, view = bytearray(), memoryview(data)
        again = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
        with server.tls(**options) as s:
            s.setblocking(False)
            while len(got) < len(data):
                select.select([s], [s] if view else [], [], 20)
                with contextlib.suppress(*again):
                    view = view[s.send(view[:16384]):] if view else view
                with contextlib.suppress(*again):
                    while len(got) < len(data):
                        part = s.recv(65536)
                        if not part:
                            return bytes(got)
                        got.extend(part)
        return bytes(got)

    def test_both_ways(self):
        data = os.urandom(10 << 20)
        with Server(self.folder, "--echo") as server:
            self.assertEqual(self.exchange(server, data), data)

    def test_connect_pipes(self):
        data = os.urandom(10 << 20)
        with Server(self.folder, "--echo") as server:
            done = run("connect", server.at, "--ca", server.ca, stdin=data, timeout=60)
            self.assertEqual(done.returncode, OK, done.stderr)
            self.assertEqual(done.stdout, data)

    def test_suites_and_groups(self):
        short = {"AES128-GCM": "TLS_AES_128_GCM_SHA256", "aes256-gcm": "TLS_AES_256_GCM_SHA384",
                 "CHACHA20": "TLS_CHACHA20_POLY1305_SHA256"}
        for name, suite in short.items():
            for group in ("x25519", "P-256"):
                with Server(self.folder, "--echo", "--suites", name, "--groups", group) as server:
                    with server.tls(curve={"P-256": "prime256v1"}.get(group)) as s:
                        self.assertEqual(s.cipher()[0], suite)
                        s.sendall(b"x")
                        self.assertEqual(s.recv(1), b"x")
                    done = run("connect", server.at, "--ca", server.ca, stdin=b"y")
                    self.assertEqual(done.stdout, b"y", done.stderr)
                    self.assertIn(suite, done.stderr.decode())

    def test_alpn(self):
        with Server(self.folder, "--echo", "--alpn", "one,two") as server:
            with server.tls(alpn=["two"]) as s:
                self.assertEqual(s.selected_alpn_protocol(), "two")

    def test_parallel(self):
        data = os.urandom(300000)
        with Server(self.folder, "--echo") as server:
            bad = []

            def client():
                if self.exchange(server, data) != data:
                    bad.append(1)

            threads = [threading.Thread(target=client) for _ in range(20)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(bad, [])


class Ending(Case):
    def test_signals(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            for mode in ("--echo", "--root"):
                args = [mode] if mode == "--echo" else [mode, self.folder]
                with Server(self.folder, *args) as server, server.tls() as s:
                    if mode == "--root":
                        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    else:
                        s.sendall(b"hello")
                    s.recv(65536)
                    server.process.send_signal(how)
                    # b"" is close_notify; without it Python raises SSLEOFError
                    self.assertEqual(s.recv(1), b"")
                    s.unwrap().close()
                    code, _ = server.stop(None)
                    self.assertEqual(code, OK, server.err)

    def test_answer_under_way_is_finished(self):
        self.path("root/big", b"x" * (20 << 20))
        with Server(self.folder, "--root", self.path("root")) as server, server.tls() as s:
            s.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
            got = len(s.recv(65536))
            server.process.send_signal(signal.SIGTERM)
            while part := s.recv(65536):
                got += len(part)
            self.assertGreater(got, 20 << 20)
            s.close()
            self.assertEqual(server.stop(None)[0], OK)

    def test_client_that_stays(self):
        """A client that answers nothing is closed after the grace."""
        with Server(self.folder, "--root", self.folder) as server:
            with socket.create_connection(("127.0.0.1", server.port)):
                start = time.monotonic()
                self.assertEqual(server.stop()[0], OK)
                self.assertLess(time.monotonic() - start, 10)

    def old(self, server):
        """A connection of TLS 1.2 only."""
        context = ssl.create_default_context(cafile=server.ca)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        with contextlib.closing(plain):
            return context.wrap_socket(plain, server_hostname="localhost")

    def test_tls12(self):
        need_tls12(self)
        for versions in ((), ("--max-version", "1.2")):
            with Server(self.folder, "--echo", *versions) as server, self.old(server) as s:
                self.assertEqual(s.version(), "TLSv1.2")
                s.sendall(b"x" * 100)
                self.assertEqual(s.recv(100), b"x" * 100)

    def test_no_such_tls(self):
        """A peer of TLS 1.2 only gets an alert, and the server goes on."""
        with Server(self.folder, "--echo", "--min-version", "1.3") as server:
            with self.assertRaisesRegex(ssl.SSLError, "(?i)protocol.version"):
                self.old(server)
            with server.tls() as s:
                s.sendall(b"x")
                self.assertEqual(s.recv(1), b"x")


if __name__ == "__main__":
    main()
