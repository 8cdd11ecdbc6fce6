# SPDX-License-Identifier: MIT
"""handover.c: more than a megabyte of a download, half from each process, to openssl, GnuTLS and our
own command, which sends at the same time what must not be lost either."""
import re
import subprocess
import unittest

from common import DEADLINE, SNECK, Case, Listening, Process, example, lines_of, main, program

LINES = 100000
WANT = b"".join(b"line %d\n" % i for i in range(LINES))


class Handover(Case):
    def download(self, size, *client):
        with Listening(example("handover", self.cert, self.key, LINES, size)) as s:
            at = f"localhost:{s.port}"
            with Process([at if x == "AT" else x for x in client]) as c:
                left = memoryview(lines_of(size))
                while left:
                    left = left[c.child.stdin.write(left):]
                c.until(lambda: len(c.out) >= len(WANT), "the whole of the download")
                self.assertTrue(bytes(c.out) == WANT)
                c.end_input()
                s.wait(0)
            said = re.findall(rb"process (\d+) received (\d+)", bytes(s.out))
        self.assertEqual(len(said), 2, said)
        self.assertNotEqual(said[0][0], said[1][0])
        self.assertEqual(sum(int(n) for _, n in said), size)

    def test_our_command(self):
        self.download(300000, SNECK, "connect", "AT", "--ca", self.cert)

    def test_what_waits_when_the_server_ends(self):
        """It is sent all the same, for the server goes on to read."""
        path = self.path("much", lines_of(300000))
        with Listening(example("handover", self.cert, self.key, 2)) as s:
            with open(path, "rb") as f:
                c = subprocess.run([SNECK, "connect", f"localhost:{s.port}", "--ca", self.cert],
                                   stdin=f, capture_output=True, timeout=DEADLINE)
            self.assertEqual((c.returncode, c.stdout), (0, b"line 0\nline 1\n"), c.stderr)
            s.wait(0)
            said = re.findall(rb"received (\d+)", bytes(s.out))
        self.assertEqual(sum(map(int, said)), 300000)

    def test_openssl(self):
        self.download(50, "openssl", "s_client", "-connect", "AT", "-CAfile", self.cert, "-quiet")

    @unittest.skipUnless(program("gnutls-cli"), "gnutls-cli is not installed")
    def test_gnutls(self):
        self.download(50, "gnutls-cli", "AT", "--x509cafile", self.cert, "--logfile", "/dev/null")


if __name__ == "__main__":
    main()
