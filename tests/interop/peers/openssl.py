# SPDX-License-Identifier: MIT
"""OpenSSL and what is built on it: its command, curl."""
import os

from lib import Process, free_port, listens, program

from .base import (COMMON, NAMES, NO_BACK, NO_LIMIT, NO_MLKEM, SUITES, Peer, lack, options_for,
                   suites12)


class OpenSSL(Peer):
    name, package, path, echoes = "openssl", "openssl", program("openssl"), False
    command = (path,)
    certifies = True
    schemes = {"rsa384": "RSA-PSS+SHA384:ECDSA+SHA256", "rsa512": "RSA-PSS+SHA512:ECDSA+SHA256"}
    lacks = NO_LIMIT | NO_MLKEM

    def both(self, group, alpn, suite, sigalg, quiet):
        """A tag of 8 bytes is below the level that OpenSSL 3.2 and newer asks for."""
        cipher, low = [], ":@SECLEVEL=0" if suite == "ccm8" else ""
        if suite and self.versions == "1.2":
            cipher = ["-cipher", suites12(suite) + low]
        elif suite:
            cipher = ["-ciphersuites", SUITES[suite],
                      *(["-cipher", "DEFAULT" + low] if low else [])]
        return [*{"1.2": ["-tls1_2"], "1.3": ["-tls1_3"]}.get(self.versions, []), *cipher,
                *(["-groups", NAMES[group]] if group else []), *(["-alpn", alpn] if alpn else []),
                *(["-sigalgs", self.schemes[sigalg]] if sigalg else []),
                *(["-quiet"] if quiet else [])]

    def client(self, port, group="", alpn="", suite="", sigalg="", maxfrag=0, quiet=True, show=""):
        return [*self.command, "s_client", "-connect", f"127.0.0.1:{port}", "-servername",
                "localhost", *options_for(show and self.pem(show), "-cert", "-key"),
                "-verify_hostname", "localhost", "-CAfile", self.ca,
                "-verify_return_error", *self.both(group, alpn, suite, sigalg, quiet),
                *(["-maxfraglen", str(maxfrag)] if maxfrag else [])]

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", sigalg="", ask=False,
               cookie=False, quiet=True, must=False):
        """s_server -stateless waits for a second ClientHello only with -www."""
        cert, key = self.pem(kind)
        return [*self.command, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert, "-key",
                key, *self.both(group, alpn, suite, sigalg, quiet),
                *([] if self.tickets else ["-no_ticket"]),
                *(["-early_data"] if self.early else []),
                *(["-verify", "1"] if ask else []),
                *(["-Verify", "1", "-verify_return_error", "-CAfile", self.ca] if must else []),
                *(["-stateless", "-www"] if cookie else [])]

    def rekey(self, p):
        """K sends a KeyUpdate that asks for one; it is a command when it is read alone. -msg shows
        every message: ours must answer."""
        count = p.out.count(b", KeyUpdate")
        p.write(b"K\n")
        p.until(lambda: p.out.count(b", KeyUpdate") > count, "sending a KeyUpdate")
        return lambda: p.until(lambda: p.out.count(b", KeyUpdate") > count + 1,
                               "getting a KeyUpdate back")

    def rekey_client(self, port):
        with Process([*self.client(port, quiet=False), "-msg"]) as p:
            p.expect(b"Verify return code: 0")
            for i in range(3):
                answered = self.rekey(p)
                p.write(b"behind update %d\n" % i)
                p.expect(b"(?m)^behind update %d$" % i)
                answered()

    def rekey_server(self, connect):
        port = free_port()
        with Process([*self.server(port, quiet=False), "-msg"]) as s:
            s.until(lambda: listens(port), "listening")
            with connect(port) as c:
                for i in range(3):
                    c.write(b"before update %d\n" % i)
                    s.expect(b"before update %d" % i)
                    answered = self.rekey(s)
                    s.write(b"behind update %d\n" % i)
                    c.expect(b"behind update %d" % i)
                    c.write(b"answer to update %d\n" % i)
                    s.expect(b"answer to update %d" % i)
                    answered()


class OpenSSL35(OpenSSL):
    """The files of Debian 13's openssl, libssl3t64 and libc6, in a folder of their own."""
    name, package = "openssl-3.5", "the folder of it in $SNECK_OPENSSL35"
    root = os.environ.get("SNECK_OPENSSL35", "")
    program = os.path.join(root, "usr", "bin", "openssl")
    path = program if root and os.path.exists(program) else None
    command = (os.path.join(root, "usr", "lib64", "ld-linux-x86-64.so.2"), "--library-path",
               os.path.join(root, "usr", "lib", "x86_64-linux-gnu"), program)
    lacks = NO_LIMIT
    late = {"group": "late"}


class Curl(Peer):
    name, package, path, fetches = "curl", "curl", program("curl"), True
    certifies = True
    lacks = COMMON | NO_MLKEM | lack("rekeyed", "sends nothing behind its only request")
    lacks12 = lack(NO_BACK, "asks for no tickets")

    def client(self, port, group="", alpn="", suite="", show=""):
        version = {"1.2": ["--tls-max", "1.2"], "1.3": ["--tlsv1.3"]}.get(self.versions, [])
        return [self.path, *options_for(show and self.pem(show), "--cert", "--key"), "-sSv",
                *version, *(["--curves", NAMES[group]] if group else []),
                *(["--tls13-ciphers", SUITES[suite]] if suite and self.versions == "1.3" else
                  ["--ciphers", suites12(suite)] if suite else []), "--cacert", self.ca,
                "--resolve", f"localhost:{port}:127.0.0.1", f"https://localhost:{port}/"]
