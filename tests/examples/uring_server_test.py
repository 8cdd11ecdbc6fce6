# SPDX-License-Identifier: MIT
"""uring_server.c: megabytes through its echo, by our command, openssl, GnuTLS and two_threads.c, alone
and several at once; clients that vanish. Skipped without liburing, or when the kernel refuses."""
import os
import socket
import time
import unittest

from common import SNECK, Case, Listening, Process, example, lines_of, main, program, run, through


@unittest.skipUnless(os.path.exists(example("uring_server")[0]), "liburing is not installed")
class UringServer(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        trial = Process(example("uring_server", cls.cert, cls.key))
        with trial:
            trial.until(lambda: b"listening" in trial.out or b"kernel" in trial.err, "starting")
        if b"kernel" in trial.err:
            raise unittest.SkipTest(bytes(trial.err).decode())

    def setUp(self):
        self.server = Listening(example("uring_server", self.cert, self.key))
        self.addCleanup(self.server.__exit__)
        self.at = f"localhost:{self.server.port}"

    def echo(self, size, *client):
        with Process([*client]) as c:
            through(c, lines_of(size))

    def test_our_command(self):
        self.echo(4 << 20, SNECK, "connect", self.at, "--ca", self.cert)

    def test_openssl(self):
        self.echo(1 << 20, "openssl", "s_client", "-connect", self.at, "-CAfile", self.cert,
                  "-verify_return_error", "-quiet")

    @unittest.skipUnless(program("gnutls-cli"), "gnutls-cli is not installed")
    def test_gnutls(self):
        self.echo(1 << 20, "gnutls-cli", self.at, "--x509cafile", self.cert, "--logfile",
                  "/dev/null")

    def test_two_threads(self):
        data = lines_of(4 << 20)
        done = run(example("two_threads", "localhost", self.server.port, self.cert), data)
        self.assertTrue(self.ok(done) == data)

    def test_several_at_once(self):
        clients = [Process([SNECK, "connect", self.at, "--ca", self.cert]) for _ in range(8)]
        data = [lines_of(300000) for _ in clients]
        for c, d in zip(clients, data):
            c.write(d)
        for c, d in zip(clients, data):
            with c:
                c.until(lambda: len(c.out) >= len(d), "all of it")
                self.assertTrue(bytes(c.out) == d)
                c.wait(0)

    def test_hello_in_two_records(self):  # the first is whole, and the message is not
        with socket.create_server(("127.0.0.1", 0)) as relay:
            client = Process(["openssl", "s_client", "-connect",
                              f"127.0.0.1:{relay.getsockname()[1]}"])
            with client, relay.accept()[0] as near, \
                    socket.create_connection(("127.0.0.1", self.server.port)) as far:
                hello = near.recv(65536)[5:]
                for part in (hello[:100], hello[100:]):
                    far.sendall(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part)
                    time.sleep(0.1)
                far.settimeout(20)
                self.assertEqual(far.recv(6)[::5], b"\x16\x02")  # a ServerHello

    def test_vanishing_clients(self):
        for said in (b"", b"\x16\x03", b"GET / HTTP/1.0\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.server.port)) as s:
                s.sendall(said)
        with Process([SNECK, "connect", self.at, "--ca", self.cert]) as c:
            through(c, lines_of(1000))
        self.echo(1000, SNECK, "connect", self.at, "--ca", self.cert)  # it is still there


if __name__ == "__main__":
    main()
