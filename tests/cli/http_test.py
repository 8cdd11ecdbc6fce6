# SPDX-License-Identifier: MIT
"""`sneck serve --root`: files, listings, and what must not be served."""
import http.client
import os
import socket
import ssl
import threading
import time

from lib import Case, OK, SNECK, Server, main, run

BIG = 10 << 20


def receive_all(s):
    parts = []
    while part := s.recv(65536):
        parts.append(part)
    return b"".join(parts)


class Http(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = os.path.join(cls.folder, "root")
        cls.secret = cls.path(cls, "secret.txt", b"secret")
        cls.path(cls, "root/a.txt", b"hello\n")
        cls.path(cls, "root/sub/index.html", b"<h1>sub</h1>")
        cls.path(cls, "root/list/x<&>.json", b"{}")
        cls.path(cls, "root/list/with space", b"sp")
        cls.path(cls, "root/.hidden", b"hidden")
        cls.path(cls, "root/.well-known/x", b"known")
        cls.path(cls, "root/empty", b"")
        cls.big = os.urandom(1 << 16) * (BIG >> 16)
        cls.path(cls, "root/big.bin", cls.big)
        os.symlink("../secret.txt", os.path.join(cls.root, "out"))
        os.symlink("..", os.path.join(cls.root, "up"))
        os.symlink("a.txt", os.path.join(cls.root, "inside"))
        os.mkfifo(os.path.join(cls.root, "fifo"))
        cls.server = Server(cls.folder, "--root", cls.root)
        cls.addClassCleanup(cls.server.__exit__)

    def raw(self, request, s=None):
        """Sends bytes, reads to the end."""
        with s or self.server.tls() as s:
            s.sendall(request)
            return receive_all(s)

    def get(self, target, method="GET"):
        """Status, header fields, body; the target goes out as it is."""
        answer = self.raw(b"%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                          % (method.encode(), target.encode()))
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(x.lower().split(": ", 1) for x in lines[1:])
        return int(lines[0].split()[1]), fields, body

    def test_files(self):
        status, fields, body = self.get("/a.txt")
        self.assertEqual((status, body), (200, b"hello\n"))
        self.assertEqual(fields["content-length"], "6")
        self.assertEqual(fields["content-type"], "text/plain; charset=utf-8")
        self.assertEqual(fields["connection"], "close")
        self.assertEqual(self.get("/a.txt?query#x")[2], b"hello\n")
        self.assertEqual(self.get("/%61.txt")[2], b"hello\n")
        self.assertEqual(self.get("/inside")[2], b"hello\n")
        self.assertEqual(self.get("/empty")[::2], (200, b""))
        self.assertEqual(self.get("/.well-known/x")[2], b"known")
        self.assertEqual(self.get("/sub/")[2], b"<h1>sub</h1>")

    def test_head(self):
        status, fields, body = self.get("/a.txt", "HEAD")
        self.assertEqual((status, fields["content-length"], body), (200, "6", b""))
        self.assertEqual(self.get("/none", "HEAD")[::2], (404, b""))

    def test_listing(self):
        status, fields, body = self.get("/list/")
        self.assertEqual((status, fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"x&#60;&#38;&#62;.json", body)
        self.assertNotIn(b"<&>", body)
        self.assertIn(b'"./with%20space"', body)
        self.assertEqual(self.get("/list/with%20space")[2], b"sp")
        self.assertNotIn(b"hidden", self.get("/")[2])
        status, fields, _ = self.get("/sub")
        self.assertEqual((status, fields["location"]), (301, "/sub/"))

    def test_traversal(self):
        for target in ("/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt",
                       "/..%2fsecret.txt", "/out", "/up/secret.txt", "/up/", "/.hidden",
                       "/%2ehidden", "/sub/..", "//a.txt", "//example.org/..", "/sub//",
                       "/none", "/a.txt/", "/a.txt/x", "/fifo", "/" + "x" * 300):
            status, _, body = self.get(target)
            self.assertEqual((target, status), (target, 404))
            self.assertNotIn(b"secret\n", body)
            self.assertNotIn(b"hidden", body)

    def test_bad_requests(self):
        for target in ("/%", "/%zz", "/%00", "/a%0ab", "*", "a.txt", "http://localhost/a.txt"):
            self.assertEqual((target, self.get(target)[0]), (target, 400))
        for request, status in (
                (b"GET /a.txt HTTP/1.1\r\n\r\n", b"400"),
                (b"GET /a.txt HTTP/1.1\r\nHost: x\r\nHOST: y\r\n\r\n", b"400"),
                (b"\x16\x03\x01 not http\r\n\r\n", b"400"),
                (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 b"400"),
                (b"GET / HTTP/1.1\r\nHost: x\r\nbad\x00field: 1\r\n\r\n", b"400"),
                (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", b"405"),
                (b"DELETE /a.txt HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
                (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
                (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                 b"20000\r\n" + b"x" * 0x20000, b"413"),
                (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
                (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20000 + b"\r\n\r\n", b"431"),
        ):
            answer = self.raw(request)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), (request[:80], answer[:80]))
            self.assertIn(b"Connection: close", answer)

    def test_405_names_what_is_allowed(self):
        self.assertEqual(self.get("/", "PUT")[1]["allow"], "get, head")

    def test_keep_alive(self):
        with self.server.tls() as s:
            connection = http.client.HTTPConnection("localhost")
            connection.sock = s
            for _ in range(3):
                connection.request("GET", "/a.txt")
                self.assertEqual(connection.getresponse().read(), b"hello\n")
            connection.request("GET", "/none")
            self.assertEqual(connection.getresponse().read(), b"404 Not Found\n")
            connection.request("GET", "/a.txt", headers={"Connection": "close"})
            self.assertEqual(connection.getresponse().read(), b"hello\n")

    def test_pipelined(self):
        one = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /sub/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = self.raw(one % b"big.bin" + one % b"a.txt" + last)
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 3)
        self.assertTrue(answer.endswith(b"<h1>sub</h1>"))
        self.assertIn(b"\r\n\r\nhello\nHTTP", answer)
        self.assertGreater(len(answer), BIG)

    def test_byte_by_byte(self):
        with self.server.tls() as s:
            for c in b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
                s.sendall(bytes((c,)))
            self.assertTrue(receive_all(s).endswith(b"hello\n"))

    def test_http_1_0(self):
        self.assertTrue(self.raw(b"GET /a.txt HTTP/1.0\r\n\r\n").endswith(b"hello\n"))

    def test_half_closed_client_gets_its_answer(self):
        done = run("connect", self.server.at, "--ca", self.server.ca,
                   stdin=b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertTrue(done.stdout.endswith(b"hello\n"), done)
        self.assertEqual(done.returncode, OK, done.stderr)

    def test_large_file(self):
        self.assertEqual(self.get("/big.bin")[2], self.big)

    def test_huge_file_is_streamed(self):
        """1 GB through a slow reader does not become memory of the server."""
        with open(os.path.join(self.root, "huge"), "wb") as f:
            f.truncate(1 << 30)
        self.addCleanup(os.unlink, os.path.join(self.root, "huge"))
        with self.server.tls() as s:
            s.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"Content-Length: 1073741824", s.recv(4096))
            time.sleep(0.3)
            with open("/proc/%d/status" % self.server.process.pid) as f:
                peak = [x for x in f if x.startswith("VmHWM")][0]
        if "asan" not in SNECK:
            self.assertLess(int(peak.split()[1]), 64 << 10)
        self.assertEqual(self.get("/a.txt")[2], b"hello\n")

    def test_parallel(self):
        """20 clients at once, each with a large file and a small one."""
        bad = []

        def client():
            for name, content in (("big.bin", self.big), ("a.txt", b"hello\n")):
                if self.get("/" + name)[2] != content:
                    bad.append(name)

        threads = [threading.Thread(target=client) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(bad, [])

    def test_client_that_goes_away(self):
        for _ in range(5):
            s = self.server.tls()
            s.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
            s.recv(100)
            s.close()
        self.assertEqual(self.get("/a.txt")[2], b"hello\n")

    def test_alpn(self):
        with self.server.tls(alpn=["h2", "http/1.1"]) as s:
            self.assertEqual(s.selected_alpn_protocol(), "http/1.1")
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.server.tls(alpn=["h2"])


class Log(Case):
    def test_log(self):
        self.path("root/a.txt", b"hello\n")
        with Server(self.folder, "--root", self.path("root")) as server:
            for target in ("/a.txt", "/a%20%22b?secret"):
                run("connect", server.at, "--ca", server.ca, "--get", target, "--alpn", "http/1.1")
            with socket.create_connection(("127.0.0.1", server.port)) as s:
                s.sendall(b"GET / HTTP/1.0\r\n\r\n")
                s.recv(10)
            code, lines = server.stop()
        self.assertEqual(code, OK)
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[0], r"^GET /a.txt 200 6 127\.0\.0\.1:\d+ TLS 1\.3 "
                         r"TLS_AES_128_GCM_SHA256 (X25519MLKEM768|x25519) http/1\.1$")
        self.assertRegex(lines[1], r"^GET /a%20%22b 404 14 ")
        self.assertRegex(lines[2], r"^failed 127\.0\.0\.1:\d+ .*no TLS record")


if __name__ == "__main__":
    main()
