# SPDX-License-Identifier: MIT
"""client.c and pump_client.c: a page of our own server, of openssl's and of GnuTLS's, a certificate
that is not trusted, and an answer that is cut off."""
import socket
import ssl
import threading

from common import Case, example, main, openssl, run


class Client(Case):
    name = "client"

    def get(self, port, ca=None):
        return run(example(self.name, "localhost", port, ca or self.cert))

    def test_our_server(self):
        content = b"<p>%s</p>" % (b"all of it " * 10000)
        self.path("index.html", content)
        with self.serve("--root", self.folder) as s:
            page = self.ok(self.get(s.port))
        self.assertTrue(page.startswith(b"HTTP/1."))
        self.assertTrue(page.endswith(b"\r\n\r\n" + content))

    def test_openssl(self):
        with self.openssl_server("-www", "-quiet") as s:
            page = self.ok(self.get(s.port))
        self.assertTrue(page.startswith(b"HTTP/1."), page)
        self.assertIn(b"TLSv1.3", page)

    def test_gnutls(self):
        with self.gnutls_server("--http") as s:
            page = self.ok(self.get(s.port))
        self.assertTrue(page.startswith(b"HTTP/1."), page)
        self.assertIn(b"GnuTLS", page)

    def test_not_trusted(self):
        other = self.path("other.pem")
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost",
                "-keyout", self.path("other.key"), "-out", other)
        with self.serve("--root", self.folder) as s:
            done = self.get(s.port, other)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertRegex(done.stderr, b"^localhost: .*trust")

    def test_cut_off(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            connection = context.wrap_socket(listener.accept()[0], server_side=True)
            connection.recv(1000)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhalf")
            connection.close()  # no close_notify

        thread = threading.Thread(target=serve)
        thread.start()
        done = self.get(listener.getsockname()[1])
        thread.join()
        listener.close()
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.endswith(b"half"))
        self.assertRegex(done.stderr, b"^localhost: .*close_notify")


class PumpClient(Client):
    name = "pump_client"


if __name__ == "__main__":
    main()
