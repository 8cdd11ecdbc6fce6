# SPDX-License-Identifier: MIT
"""GnuTLS's commands."""
import os
import time

from lib import Process, program

from .base import NO_COOKIE, NO_MLKEM, NO_OFFER, Peer, options_for


class GnuTLS(Peer):
    name, package, path, limits = "gnutls", "gnutls-bin", program("gnutls-cli"), True
    certifies = True
    curves = {"x25519": "X25519", "p256": "SECP256R1", "p384": "SECP384R1", "p521": "SECP521R1",
              "x448": "X448"}
    ciphers = {"a128": "AES-128-GCM", "a256": "AES-256-GCM", "cc20": "CHACHA20-POLY1305",
               "ccm": "AES-128-CCM", "ccm8": "AES-128-CCM-8"}
    lacks = NO_MLKEM | NO_COOKIE | {
        "client maxfrag": NO_OFFER["client maxfrag"],
        "server rekey": "cannot be told to send a KeyUpdate",
        "server maxfrag": "knows record_size_limit, which then counts alone",
        "server ccm8": "does not agree to it"}

    def tool(self, name):
        return [name]

    def priority(self, group, suite, sigalg):
        text = "NORMAL" + {"both": ""}.get(self.versions, ":-VERS-ALL:+VERS-TLS" + self.versions)
        if group:
            text += ":-GROUP-ALL:+GROUP-" + self.curves[group]
        if suite:
            text += ":-CIPHER-ALL:+" + self.ciphers[suite]
        if sigalg:
            text += f":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA{sigalg[3:]}:+SIGN-ECDSA-SECP256R1-SHA256"
        return ["--priority", text]

    def client(self, port, *more, group="", alpn="", suite="", sigalg="", limit=0, show=""):
        more = [*options_for(show and self.pem(show), "--x509certfile", "--x509keyfile"), *more]
        return [*self.tool("gnutls-cli"), "--port", str(port), "--x509cafile", self.ca,
                "--sni-hostname", "localhost", "--verify-hostname", "localhost", "--logfile",
                os.path.join(self.folder, "gnutls.log"), *self.priority(group, suite, sigalg),
                *([f"--recordsize={limit}"] if limit else []),
                *[f"--alpn={a}" for a in alpn.split(",") if a], *more, "127.0.0.1"]

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", sigalg="", limit=0,
               ask=False, must=False):
        cert, key = self.pem(kind)
        ask = ["--require-client-cert", "--verify-client-cert", "--x509cafile",
               self.ca] if must else [] if ask else ["--disable-client-cert"]
        return [*self.tool("gnutls-serv"), "--echo", "--port", str(port), "--x509certfile", cert,
                "--x509keyfile", key, *ask, "-q", *([] if self.tickets else ["--noticket"]),
                *self.priority(group, suite, sigalg),
                *([f"--recordsize={limit}"] if limit else []),
                *(["--earlydata", "--maxearlydata=1000"] if self.early else []),
                *[f"--alpn={a}" for a in alpn.split(",") if a]]

    def rekey_client(self, port):
        with Process(self.client(port, "--inline-commands")) as p:
            for i, command in enumerate((b"^rekey1^\n", b"^rekey^\n", b"^rekey^\n")):
                p.write(b"before update %d\n" % i)
                p.expect(b"before update %d" % i)
                p.write(command)
                time.sleep(0.3)
                p.write(b"behind update %d\n" % i)
                p.expect(b"behind update %d" % i)


class GnuTLS38(GnuTLS):
    """The files of Debian 13's gnutls-bin, libgnutls30t64 and what they need, in a folder."""
    name, package = "gnutls-3.8", "the folder of it in $SNECK_GNUTLS38"
    root = os.environ.get("SNECK_GNUTLS38", "")
    path = root if os.path.exists(os.path.join(root, "usr", "bin", "gnutls-cli")) else None

    def tool(self, name):
        usr = os.path.join(self.root, "usr")
        return [os.path.join(usr, "lib64", "ld-linux-x86-64.so.2"), "--library-path",
                os.path.join(usr, "lib", "x86_64-linux-gnu"), os.path.join(usr, "bin", name)]
