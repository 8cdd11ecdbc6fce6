# SPDX-License-Identifier: MIT
"""What goes on from one connection to the next: sessions in files, early data, pre-shared keys, and
SIGHUP, with which certificates are read again and no connection is lost."""
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import time

from lib import (Case, NETWORK, OK, Server, USAGE, main, make_certificates, need_tls12,
                 run)

KEY = "000102030405060708090a0b0c0d0e0f"


class Reuse(Case):
    def facts(self, server, *args, code=OK):
        done = run("connect", server.at, "--ca", server.ca, "--json", *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)


class Sessions(Reuse):
    def test_comes_back(self):
        session = self.path("a.session")
        with Server(self.folder, "--echo", "--tickets", "2") as server:
            for want in ("no", "session", "session"):
                facts = self.facts(server, "--session", session)
                self.assertEqual(facts["resumed"], want)
                self.assertEqual(facts["chain"] == [], want == "session")
                self.assertTrue(facts["session_saved"])
                self.assertEqual(stat.S_IMODE(os.stat(session).st_mode), 0o600)
            self.assertEqual([x for x in os.listdir(self.folder) if x.startswith("a.session.")],
                             [])
            done = run("connect", server.at, "--ca", server.ca, "--session", session, stdin=b"x")
            self.assertEqual((done.returncode, done.stdout), (OK, b"x"), done.stderr)
            self.assertIn(b"resumed    by a session", done.stderr)

    def test_comes_back_in_tls12(self):
        need_tls12(self)
        session = self.path("old.session")
        with Server(self.folder, "--echo", "--tickets", "2", "--max-version", "1.2") as server:
            for want in ("no", "session", "session"):
                facts = self.facts(server, "--session", session)
                self.assertEqual((facts["version"], facts["resumed"]), ("TLS 1.2", want))
                self.assertEqual((facts["session"], facts["session_saved"]), ("ticket", True))
            self.assertEqual(self.facts(server, "--session", session, "--min-version", "1.3",
                                        code=NETWORK)["resumed"], "no")
        with Server(self.folder, "--echo", "--tickets", "2") as server:
            facts = self.facts(server, "--session", session)
            self.assertEqual((facts["version"], facts["resumed"]), ("TLS 1.3", "no"))

    def test_http(self):
        session = self.path("h.session")
        self.path("site/index.html", b"a page")
        with Server(self.folder, "--root", self.path("site"), "--tickets", "1") as server:
            for want in (b"resumed    no", b"resumed    by a session"):
                done = run("connect", server.at, "--ca", server.ca, "--alpn", "http/1.1",
                           "--session", session, "--get", "/")
                self.assertEqual((done.returncode, done.stdout), (OK, b"a page"), done.stderr)
                self.assertIn(want, done.stderr)

    def test_not_there(self):
        """No tickets, no file; and what is in the file does not matter to a full handshake."""
        session = self.path("n.session")
        with Server(self.folder, "--echo") as server:
            facts = self.facts(server, "--session", session)
            self.assertEqual((facts["resumed"], facts["session_saved"]), ("no", False))
            self.assertFalse(os.path.exists(session))

    def test_another_name_trust_or_server(self):
        session = self.path("b.session")
        with Server(self.folder, "--echo", "--tickets", "1") as server:
            self.facts(server, "--session", session)
            first = self.path("first.session")
            shutil.copy(session, first)
            facts = self.facts(server, "--session", first, "--name", "127.0.0.1")
            self.assertEqual(facts["resumed"], "no")
            shutil.copy(session, first)
            done = run("connect", server.at, "--pin", server.facts["pin"], "--json", "--session",
                       first)
            self.assertEqual(json.loads(done.stdout)["resumed"], "no")
            with Server(self.folder, "--echo", "--tickets", "1") as other:
                done = run("connect", other.at, "--ca", other.ca, "--json", "--session", session)
                self.assertEqual(json.loads(done.stdout)["resumed"], "no", done.stderr)

    def test_no_session_in_there(self):
        path = self.path("junk", b"junk")
        with Server(self.folder, "--echo", "--tickets", "1") as server:
            self.refused(run("connect", server.at, "--ca", server.ca, "--session", path), USAGE,
                         "junk is no session")
        path = self.path("large", bytes(1 << 20))
        self.refused(run("connect", "localhost:1", "--session", path), USAGE, "large")

    def test_cannot_be_kept(self):
        with Server(self.folder, "--echo", "--tickets", "1") as server:
            done = run("connect", server.at, "--ca", server.ca, "--session",
                       self.path("no/such/folder"))
            self.refused(done, 1, "no/such/folder")


class EarlyData(Reuse):
    def exchange(self, server, session, early, stdin=b""):
        done = run("connect", server.at, "--ca", server.ca, "--session", session, "--early-data",
                   early, stdin=stdin)
        self.assertEqual(done.returncode, OK, done.stderr)
        return done

    def test_accepted(self):
        session = self.path("a.session")
        early = self.path("early", b"early, ")
        with Server(self.folder, "--echo", "--tickets", "1", "--early-data", "100") as server:
            for word in (b"not sent", b"accepted", b"accepted"):
                done = self.exchange(server, session, early, b"and late")
                self.assertEqual(done.stdout, b"early, and late")
                self.assertIn(b"early data " + word, done.stderr)

    def test_too_much(self):
        session = self.path("t.session")
        early = self.path("much", b"x" * 101)
        with Server(self.folder, "--echo", "--tickets", "1", "--early-data", "100") as server:
            for _ in range(2):
                done = self.exchange(server, session, early)
                self.assertEqual(done.stdout, b"x" * 101)
                self.assertIn(b"early data not sent", done.stderr)

    def test_refused(self):
        """By a retry; the data goes again behind the handshake, once."""
        session = self.path("r.session")
        early = self.path("again", b"again")
        with Server(self.folder, "--echo", "--tickets", "1", "--early-data", "100", "--groups",
                    "P-256,x25519") as server:
            self.facts(server, "--session", session)
            done = run("connect", server.at, "--ca", server.ca, "--session", session, "--groups",
                       "x448,P-256", "--early-data", early)
            self.assertEqual((done.returncode, done.stdout), (OK, b"again"), done.stderr)
            self.assertIn(b"early data refused", done.stderr)
            self.assertIn(b"resumed    by a session", done.stderr)

    def test_request(self):
        """A page that is asked for early is answered once, behind the handshake."""
        session = self.path("q.session")
        self.path("site/index.html", b"a page")
        request = self.path("request", b"GET / HTTP/1.1\r\nHost: localhost\r\n"
                            b"Connection: close\r\n\r\n")
        with Server(self.folder, "--root", self.path("site"), "--tickets", "1", "--early-data",
                    "500") as server:
            for word in (b"not sent", b"accepted"):
                done = self.exchange(server, session, request)
                self.assertTrue(done.stdout.startswith(b"HTTP/1.1 200 "), done.stdout)
                self.assertTrue(done.stdout.endswith(b"a page"), done.stdout)
                self.assertIn(b"early data " + word, done.stderr)
            self.assertEqual(len([x for x in server.stop()[1] if "GET / " in x]), 2)


class PreSharedKeys(Reuse):
    def test_both_know_it(self):
        with Server(self.folder, "--echo", "--psk", "me:" + KEY) as server:
            self.assertEqual(self.facts(server, "--psk", "me:" + KEY)["resumed"], "psk")
            self.assertEqual(self.facts(server, "--psk", "you:" + KEY)["resumed"], "no")
            self.assertEqual(self.facts(server)["resumed"], "no")
            done = run("connect", server.at, "--ca", server.ca, "--psk", "me:" + KEY[:-1] + "0")
            self.refused(done, NETWORK, "decrypt_error")


class Reload(Reuse):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_certificates(cls.folder)

    def install(self, name):
        for end in (".pem", ".key"):
            shutil.copy(self.path(name + end), self.path("live" + end + ".new"))
            os.rename(self.path("live" + end + ".new"), self.path("live" + end))

    def serve(self, *args):
        self.install("good")
        return Server(self.folder, "--echo", "--cert", self.path("live.pem"), "--key",
                      self.path("live.key"), *args)

    def subject(self, server):
        done = run("connect", server.at, "--insecure-skip-verify", "--json")
        return json.loads(done.stdout)["chain"][0]["subject"]

    def hang_up(self, server):
        """SIGHUP, and what it says: on stdout when it worked, on stderr when not."""
        server.process.send_signal(signal.SIGHUP)

    def wait_for(self, server, subject):
        end = time.monotonic() + 10
        while self.subject(server) != subject:
            self.assertLess(time.monotonic(), end)

    def test_new_ones_for_new_connections(self):
        with self.serve("--tickets", "2") as server:
            context = ssl.create_default_context(cafile=self.path("ca.pem"))
            plain = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            with context.wrap_socket(plain, server_hostname="localhost") as old:
                for i in range(20):
                    name = ("other", "good")[i % 2]
                    self.install(name)
                    self.hang_up(server)
                    self.wait_for(server, "CN=" + name)
                    old.sendall(b"still %d" % i)
                    self.assertEqual(old.recv(100), b"still %d" % i)
            code, lines = server.stop()
            self.assertEqual(code, OK)
            self.assertEqual(len([x for x in lines if x.startswith("reloaded")]), 20)

    def test_f21_a_thousand_signals_a_second(self):
        """As many as its log has room for in a pipe that nobody reads."""
        with self.serve() as server:
            for n in range(1, 181):
                self.hang_up(server)
                time.sleep(0.001)
                if n % 20 == 0:
                    self.assertEqual(self.subject(server), "CN=good")
            code, lines = server.stop()
            self.assertEqual(code, OK)
            self.assertGreater(len([x for x in lines if x.startswith("reloaded")]), 20)

    def test_session_outlives_it(self):
        session = self.path("s.session")
        with self.serve("--tickets", "1") as server:
            args = ("connect", server.at, "--ca", self.path("ca.pem"), "--json", "--session",
                    session)
            self.assertEqual(json.loads(run(*args).stdout)["resumed"], "no")
            self.hang_up(server)
            time.sleep(0.2)
            self.assertEqual(json.loads(run(*args).stdout)["resumed"], "session")

    def test_broken_files_change_nothing(self):
        with open(self.path("other.key"), "rb") as f:
            other = f.read()
        with self.serve() as server:
            for name, content in (("live.pem", b"no PEM"), ("live.key", b""),
                                  ("live.key", other)):
                self.install("good")
                with open(self.path(name), "wb") as f:
                    f.write(content)
                os.chmod(self.path(name), 0o600)
                self.hang_up(server)
                time.sleep(0.1)
                self.assertEqual(self.subject(server), "CN=good")
            self.install("other")
            self.hang_up(server)
            self.wait_for(server, "CN=other")
            code, _ = server.stop()
            self.assertEqual(code, OK)
            self.assertEqual(server.err.decode().count("sneck serve: "), 3, server.err)

    def test_made_at_start(self):
        with Server(self.folder, "--echo") as server:
            self.hang_up(server)
            time.sleep(0.1)
            done = run("connect", server.at, "--ca", server.ca)
            self.assertEqual(done.returncode, OK, done.stderr)
            server.stop()
            self.assertIn("made at start", server.err.decode())


class Usage(Case):
    def test_wrong(self):
        for args, word in (
                (["serve", "--tickets", "9"], "--tickets"),
                (["serve", "--tickets", "0"], "--tickets"),
                (["serve", "--early-data", "10"], "--tickets"),
                (["serve", "--tickets", "1", "--early-data", "65536"], "--early-data"),
                (["serve", "--psk", "me"], "--psk"),
                (["serve", "--psk", ":" + KEY], "--psk"),
                (["connect", "h", "--psk", "me:" + KEY[2:]], "--psk"),
                (["connect", "h", "--psk", "me:" + KEY + "0"], "--psk"),
                (["connect", "h", "--psk", "me:" + "zz" * 16], "--psk"),
                (["connect", "h", "--early-data", "f"], "--session"),
                (["connect", "h", "--session", "s", "--early-data", "f", "--get", "/"], "--get"),
                (["connect", "h", "--session", "s", "--early-data", "/no/such/file"],
                 "/no/such/file")):
            self.refused(run(*args), USAGE, word)


if __name__ == "__main__":
    main()
