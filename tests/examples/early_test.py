# SPDX-License-Identifier: MIT
"""early_client.c and early_server.c: early data accepted, and rejected because the register is young,
because it is a replay, and because there is more than a ticket allows; with each other and with
openssl and GnuTLS in either role. What is rejected arrives all the same, once."""
import os
import socket
import threading
import time
import unittest

from common import Case, Listening, Process, example, lines_of, main, program, run


def record(port):
    """A relay for one connection. Returns: its port, and where the bytes to the server go."""
    listener, seen = socket.create_server(("127.0.0.1", 0)), bytearray()

    def pump(source, sink, copy):
        while chunk := source.recv(65536):
            copy += chunk
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)

    def relay():
        with listener, listener.accept()[0] as client, \
                socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=pump, args=(server, client, bytearray()))
            back.start()
            pump(client, server, seen)
            back.join()

    threading.Thread(target=relay, daemon=True).start()
    return listener.getsockname()[1], seen


class Early(Case):
    """The others know the age of a ticket to the second only: they need a window of some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = Listening(example("early_server", cls.cert, cls.key, 6000))
        cls.addClassCleanup(cls.old.__exit__)
        cls.ready = time.monotonic() + 6.1

    def setUp(self):
        self.session = self.path("session")
        if os.path.exists(self.session):
            os.remove(self.session)

    def server(self, window):
        return Listening(example("early_server", self.cert, self.key, window))

    def client(self, port, data):
        """Returns: what came back, and what was said of early data."""
        done = run(example("early_client", "localhost", port, self.cert, self.session), data)
        return self.ok(done), done.stderr

    def twice(self, window, data, server):
        """Returns: what was said by the client the second time."""
        with self.server(window) as s:
            self.assertEqual(self.client(s.port, data), (data, b""))
            time.sleep(min(window, 2000) / 1000 + 0.1)  # a young register says no
            back, said = self.client(s.port, data)
            self.assertTrue(back == data)
            s.expect(server)
            return said

    def test_accepted(self):
        data = lines_of(20000)
        said = self.twice(2000, data, b"20000 bytes early, 0 later")
        self.assertEqual(said, b"early data accepted: 20000 of 20000 bytes\n")

    def test_more_than_a_ticket_allows(self):
        said = self.twice(2000, lines_of(60000), b"32768 bytes early, 27232 later")
        self.assertEqual(said, b"early data accepted: 32768 of 60000 bytes\n")

    def test_young_register(self):
        said = self.twice(60000, lines_of(20000), b"young\n0 bytes early, 20000 later")
        self.assertEqual(said, b"early data rejected: 20000 of 20000 bytes\n")

    def replay(self, data, wait=0):
        """Early data once, and its bytes again, on a connection that has waited."""
        s = self.old
        self.client(s.port, data)
        time.sleep(max(0, self.ready - time.monotonic()))
        port, seen = record(s.port)
        self.assertIn(b"accepted", self.client(port, data)[1])
        with socket.create_connection(("127.0.0.1", s.port)) as thief:
            time.sleep(wait)
            thief.sendall(seen)
            thief.shutdown(socket.SHUT_WR)
            thief.settimeout(20)
            while thief.recv(65536):
                pass
        return s

    def test_replay(self):
        s = self.replay(lines_of(5001))
        s.expect(b"a replay")
        self.assertEqual(bytes(s.out).count(b"5001 bytes early"), 1)

    def test_replay_that_waits(self):  # until the register has forgotten it
        s = self.replay(lines_of(5005), 6.3)
        s.expect(rb"-\d{4,5} ms older than it says")
        self.assertEqual(bytes(s.out).count(b"5005 bytes early"), 1)

    def test_openssl_server(self):
        data = lines_of(4000)
        with self.openssl_server("-early_data", "-no_anti_replay", "-quiet") as s:
            self.client(s.port, data)
            said = self.client(s.port, data)[1]
            self.assertEqual(said, b"early data accepted: 4000 of 4000 bytes\n")
            s.until(lambda: s.out.count(data) == 2, "both copies")

    def test_openssl_server_rejects(self):
        data = lines_of(4000)
        with self.openssl_server("-early_data", "-quiet", "-num_tickets", "1") as s:
            self.client(s.port, data)
            with open(self.session, "rb") as f:
                session = f.read()
            self.assertIn(b"accepted", self.client(s.port, data)[1])
            self.path("session", session)  # it keeps each ticket for one use
            self.assertIn(b"rejected", self.client(s.port, data)[1])
            s.until(lambda: s.out.count(data) == 3, "all copies")

    def test_openssl_client(self):
        data, kept = lines_of(4002), self.path("openssl.sess")
        at = ["openssl", "s_client", "-connect", f"localhost:{self.old.port}", "-CAfile", self.cert]
        with Process([*at, "-sess_out", kept]) as c:
            c.until(lambda: os.path.exists(kept) and os.path.getsize(kept) > 0, "a ticket")
        time.sleep(max(0, self.ready - time.monotonic()))
        done = self.ok(run([*at, "-sess_in", kept, "-early_data", self.path("data", data)], b"Q\n"))
        self.assertIn(b"Early data was accepted", done)
        self.old.expect(b"4002 bytes early, 0 later")

    @unittest.skipUnless(program("gnutls-cli"), "gnutls-cli is not installed")
    def test_gnutls_client(self):
        time.sleep(max(0, self.ready - time.monotonic()))
        run(["gnutls-cli", f"localhost:{self.old.port}", "--x509cafile", self.cert, "--resume",
             "--waitresumption", "--earlydata", self.path("data", lines_of(4003))], b"")
        self.old.expect(b"4003 bytes early")


if __name__ == "__main__":
    main()
