# SPDX-License-Identifier: MIT
"""The commands of BoringSSL and NSS."""
import os
import subprocess

from lib import program

from .base import (NAMES, NO_ASK, NO_CCM, NO_COOKIE, NO_LIMIT, NO_MAXFRAG, NO_MLKEM, NO_P521,
                   NO_PSS, NO_REKEY, NO_X448, Peer, lack, options_for, suites12)


class BoringSSL(Peer):
    """BoringSSL's own tool; the one of Debian 12 is of Android 13. It is told of no suite of TLS
    1.3, and its server of no protocol."""
    name, package, path, echoes = "bssl", "android-boringssl", program("bssl-tool"), False
    certifies, end = True, 3  # it says no close_notify
    schemes = ("ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:"
               "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512")
    lacks = NO_CCM | NO_X448 | NO_MLKEM | NO_PSS | NO_REKEY | NO_LIMIT | NO_MAXFRAG | NO_COOKIE | {
        "server rsa384": "takes no list of schemes", "server rsa512": "takes no list of schemes",
        "server alpn": "takes no protocols", "server ask": NO_ASK["ask"],
        "server maybe": NO_ASK["ask"]}
    lacks12 = NO_P521 | {"server id": "cannot be told to leave out tickets"}
    unseen = {"server ed25519": "takes no Ed25519 of clients"}

    def both(self, group, suite):
        low, high = ("1.2", "1.3") if self.versions == "both" else (self.versions, self.versions)
        return ["-min-version", "tls" + low, "-max-version", "tls" + high,
                *(["-curves", NAMES[group]] if group else []),
                *(["-cipher", suites12(suite)] if suite and self.versions == "1.2" else [])]

    def client(self, port, group="", alpn="", suite="", sigalg="", show=""):
        return [self.path, "client", "-connect", f"127.0.0.1:{port}", "-server-name", "localhost",
                "-root-certs", self.ca, "-grease", "-permute-extensions", "-sigalgs",
                f"rsa_pss_rsae_sha{sigalg[3:]}:ecdsa_secp256r1_sha256" if sigalg else self.schemes,
                *options_for(show and self.pem(show), "-cert", "-key"),
                *(["-alpn-protos", alpn] if alpn else []), *self.both(group, suite)]

    def server(self, port, kind="ecdsa", group="", suite="", must=False):
        return [self.path, "server", "-accept", str(port), "-loop",
                *options_for(self.pem(kind), "-cert", "-key"), *self.both(group, suite),
                *(["-require-any-client-cert"] if must else []),
                *(["-early-data"] if self.early else [])]


class NSS(Peer):
    """tstclnt pipes; selfserv sends back what it was asked, behind a header of HTTP."""
    name, package, path = "nss", "libnss3-tools", program("tstclnt")
    curves = {"x25519": "x25519", "p256": "P256", "p384": "P384", "p521": "P521"}
    letters = {"a128": ":1301", "a256": ":1302", "cc20": ":1303"}
    letters12 = {"a128": ":C02B:C02F", "a256": ":C02C:C030", "cc20": ":CCA9:CCA8"}
    serves = certifies = lists_own = True
    lacks = NO_CCM | NO_X448 | NO_MLKEM | NO_PSS | NO_REKEY | NO_MAXFRAG | NO_COOKIE | lack(
        "ed25519", "has no Ed25519") | lack("limit", "cannot be given a limit") | {
        "server large": "selfserv has no page of that size",
        "client none": "tstclnt finds one to show by itself",
        "client maybe": "tstclnt finds one to show by itself",
        "alpn": "tstclnt takes no ALPN, selfserv http/1.1 only"}

    def __init__(self, folder):
        super().__init__(folder)
        self.db = "sql:" + os.path.join(folder, "nss")
        if not self.path:
            return
        os.mkdir(self.db[4:])
        self.tool("certutil", "-N", "--empty-password")
        self.tool("certutil", "-A", "-n", "ca", "-t", "CT,,", "-i", self.ca)
        for kind in ("ecdsa", "p384", "p521", "rsa", "pss"):
            cert, key = self.pem(kind)
            p12 = os.path.join(folder, kind + ".p12")
            subprocess.run(["openssl", "pkcs12", "-export", "-in", cert, "-inkey", key, "-name",
                            kind, "-passout", "pass:", "-out", p12], check=True, timeout=30)
            self.tool("pk12util", "-i", p12, "-W", "", may_fail=kind == "pss")

    def tool(self, name, *args, may_fail=False):
        subprocess.run([name, "-d", self.db, *args], check=not may_fail, capture_output=True,
                       timeout=30)

    def both(self, port, group, suite, sigalg):
        low, high = {"both": ("1.2", "1.3")}.get(self.versions, (self.versions, self.versions))
        letters = self.letters12 if self.versions == "1.2" else self.letters
        return ["-p", str(port), "-d", self.db, "-V", f"tls{low}:tls{high}",
                *(["-I", self.groups(group)] if group else []),
                *(["-c", letters[suite]] if suite else []),
                *(["-J", f"rsa_pss_rsae_sha{sigalg[3:]},ecdsa_secp256r1_sha256"] if sigalg else [])]

    def client(self, port, group="", alpn="", suite="", sigalg="", show=""):
        return [self.path, "-h", "localhost", "-4", *(["-n", show] if show else []),
                *self.both(port, group, suite, sigalg)]

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", sigalg="",
               ask=False, must=False):
        """-u: tickets."""
        return ["selfserv", "-n" if kind in ("rsa", "pss") else "-e", kind,
                *(["-r", "-r"] if must else ["-r"] if ask else []),
                *(["-u"] if self.tickets else []), *self.both(port, group, suite, sigalg)]
