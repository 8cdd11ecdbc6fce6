# SPDX-License-Identifier: MIT
"""two_threads.c: megabytes both ways at once through our echo, with new keys asked of it, and
GnuTLS's; lines through openssl's, which reverses each."""
from common import DEADLINE, Case, Process, example, lines_of, main, run


class TwoThreads(Case):
    def through(self, server, data):
        with server as s:
            return self.ok(run(example("two_threads", "localhost", s.port, self.cert), data))

    def test_our_echo(self):
        data = lines_of(8 << 20)
        self.assertTrue(self.through(self.serve("--echo", "--key-update"), data) == data)

    def test_gnutls(self):
        data = lines_of(1 << 20)
        self.assertTrue(self.through(self.gnutls_server("--echo"), data) == data)

    def test_server_vanishes(self):  # while standard input is open and says nothing
        with self.serve("--echo") as s:
            with Process(example("two_threads", "localhost", s.port, self.cert)) as c:
                c.write(b"hello")
                c.until(lambda: bytes(c.out) == b"hello", "an echo")
                s.child.kill()
                c.expect(rb"close_notify")
                self.assertEqual(c.child.wait(DEADLINE), 1)

    def test_openssl(self):
        lines = lines_of(4 << 10).splitlines()
        back = self.through(self.openssl_server("-rev"), b"\n".join(lines) + b"\nCLOSE\n")
        self.assertEqual(back.splitlines(), [line[::-1] for line in lines])


if __name__ == "__main__":
    main()
