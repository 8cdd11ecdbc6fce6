# SPDX-License-Identifier: MIT
"""The rest of the extension table against openssl, GnuTLS and tlslite-ng, both roles and versions: stapled
OCSP responses, raw public keys, compressed certificates, GREASE. Each line of what it prints is one run; exit
code 77: nothing was there."""
import importlib.util
import os
import re
import subprocess
import sys
import tempfile

from lib import Failed, Process, SNECK, free_port, listens, make_certificates, openssl, program
from peers import OpenSSL35

OPENSSL, GNUTLS_CLI, GNUTLS_SERV = map(program, ("openssl", "gnutls-cli", "gnutls-serv"))
# A folder with gnutls-cli and gnutls-serv of a GnuTLS that was built with zlib, brotli and zstd.
GNUTLS_PACKS = os.environ.get("SNECK_GNUTLS_PACKS", "")
RAW = ":-CTYPE-ALL:+CTYPE-SRV-RAWPK"
BOTH = ":+CTYPE-SRV-RAWPK"

TLSLITE = importlib.util.find_spec("tlslite") is not None
# An algorithm is the last argument; "none" is none.
TLSLITE_CLIENT = """
import socket, sys
from tlslite.api import HandshakeSettings, TLSConnection
c = TLSConnection(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
h = HandshakeSettings()
h.minVersion = (3, 4)
h.certificate_compression_receive = [x for x in sys.argv[2:] if x != "none"]
c.handshakeClientCert(settings=h, serverName="localhost")
print("connected", flush=True)
c.write(sys.stdin.buffer.readline())
print(c.read().decode(), flush=True)
"""
TLSLITE_SERVER = """
import socket, sys
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
chain = X509CertChain()
chain.parsePemList(open(sys.argv[2]).read())
key = parsePEMKey(open(sys.argv[3]).read(), private=True)
c = TLSConnection(socket.create_server(("127.0.0.1", int(sys.argv[1]))).accept()[0])
h = HandshakeSettings()
h.minVersion = (3, 4)
h.certificate_compression_send = [x for x in sys.argv[4:] if x != "none"]
c.handshakeServer(certChain=chain, privateKey=key, settings=h)
c.read()
c.close()
"""


class Table:
    """What the runs share: files, and servers that live as long as a run."""
    version = "1.3"

    def __init__(self, folder):
        self.folder, self.version = folder, "1.3"
        self.ca, self.cert, self.key = map(self.at, ("ca.pem", "ecdsa.pem", "ecdsa.key"))
        make_certificates(folder)
        for state, name in (("V", "good.der"), ("R", "revoked.der")):
            self.response(state, name)
        openssl("pkey", "-in", self.key, "-pubout", "-out", self.at("ecdsa.pub"))
        der = subprocess.run([OPENSSL, "pkey", "-in", self.key, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        self.pin = "sha256:" + subprocess.run([OPENSSL, "dgst", "-sha256", "-r"], input=der,
                                              check=True, capture_output=True).stdout[:64].decode()

    def at(self, name):
        return os.path.join(self.folder, name)

    def response(self, state, name):
        """An OCSP response of the authority, by an index of one line."""
        serial = subprocess.run([OPENSSL, "x509", "-in", self.cert, "-noout", "-serial"],
                                check=True, capture_output=True, text=True).stdout
        fields = [state, "490101000000Z", "200101000000Z" if state == "R" else "",
                  serial.strip().partition("=")[2], "unknown", "/CN=ecdsa"]
        with open(self.at("index.txt"), "w", encoding="ascii") as f:
            f.write("\t".join(fields) + "\n")
        openssl("ocsp", "-index", self.at("index.txt"), "-CA", self.ca, "-rsigner", self.ca,
                "-rkey", self.at("ca.key"), "-issuer", self.ca, "-cert", self.cert, "-ndays", "1",
                "-noverify", "-respout", self.at(name))

    # ---- our server, their client ----

    def serve(self, client, says, *args, traced=b""):
        """A line there and back through our echo."""
        port = free_port()
        with Process([SNECK, "serve", "--echo", "--listen", f"127.0.0.1:{port}", "--cert",
                      self.cert, "--key", self.key, *args]) as server:
            server.expect(rb"listening")
            with Process(client(port)) as c:
                c.expect(says)
                c.write(b"there and back\n")
                c.until(lambda: b"there and back" in c.out, "getting its line back")
            server.until(lambda: traced in server.err, f"saying {traced.decode()}")

    def flag(self):
        return "-tls" + self.version.replace(".", "_")

    def gnutls(self, priority):
        return f"NORMAL:-VERS-ALL:+VERS-TLS{self.version}" + priority

    def s_client(self, *args):
        return lambda port: [OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", "-servername",
                             "localhost", "-CAfile", self.ca, "-verify_return_error",
                             self.flag(), *args]

    def gnutls_cli(self, *args, priority=""):
        return lambda port: [GNUTLS_CLI, "-p", str(port), "--priority", self.gnutls(priority), *args,
                             "localhost"]

    # ---- their server, our client ----

    def connect(self, server, says, *args, code=0, trust=()):
        port = free_port()
        with Process(server(port)) as s:
            s.until(lambda: listens(port), "listening")
            with Process([SNECK, "connect", f"localhost:{port}",
                          *(trust or ("--ca", self.ca)), *args]) as c:
                c.expect(says)
                c.wait(code)

    def s_server(self, *args):
        return lambda port: [OPENSSL, "s_server", "-accept", f"127.0.0.1:{port}", "-cert",
                             self.cert, "-key", self.key, "-quiet", self.flag(), *args]

    def gnutls_serv(self, *args, priority=""):
        return lambda port: [GNUTLS_SERV, "--echo", "-q", "-p", str(port), "--disable-client-cert",
                             "--priority", self.gnutls(priority), *args]

    def tlslite_client(self, algorithm):
        return lambda port: [sys.executable, "-c", TLSLITE_CLIENT, str(port), algorithm]

    def tlslite_server(self, algorithm):
        return lambda port: [sys.executable, "-c", TLSLITE_SERVER, str(port), self.cert, self.key,
                             algorithm]

    def packed(self):
        brotli = importlib.util.find_spec("brotli") is not None
        for algorithm in ("zlib", *(["brotli"] if brotli else []), "none"):
            message = b"-> Certificate " if algorithm == "none" else b"-> CompressedCertificate "
            yield f"tlslite client: {algorithm}", lambda a=algorithm, m=message: self.serve(
                self.tlslite_client(a), rb"connected", "--compress", "--trace", traced=m)
            yield f"tlslite server: {algorithm}", lambda a=algorithm, m=message: self.connect(
                self.tlslite_server(a), m.replace(b"->", b"<-"), "--compress", "--trace",
                "--grease", "--json")

    def of_gnutls(self):
        """A GnuTLS that can pack, by each algorithm."""
        def elsewhere(command):
            return lambda port: [os.path.join(GNUTLS_PACKS, os.path.basename(command(port)[0])),
                                 *command(port)[1:]]
        trace = ("--compress", "--trace")
        for a in ("zlib", "brotli", "zstd"):
            pack = f"--compress-cert={a}"
            yield f"gnutls client: {a}", lambda pack=pack: self.serve(
                elsewhere(self.gnutls_cli("--x509cafile", self.ca, pack)), rb"Handshake was completed",
                *trace, traced=b"-> CompressedCertificate ")
            yield f"gnutls server: {a}", lambda pack=pack: self.connect(
                elsewhere(self.gnutls_serv("--x509certfile", self.cert, "--x509keyfile", self.key,
                                           pack)), b"<- CompressedCertificate ", *trace, "--json")

    def s_client35(self, *args):
        return lambda port: [*OpenSSL35.command, *self.s_client(*args)(port)[1:]]

    def s_server35(self, *args):
        return lambda port: [*OpenSSL35.command, *self.s_server(*args)(port)[1:]]

    def of_openssl35(self, good):
        """OpenSSL 3.5: what 3.0 has not."""
        packed, plain = b"-> CompressedCertificate ", b"-> Certificate "
        trace = ("--compress", "--trace")
        verified = rb"Verification: OK"
        raw = rb"(?s)Server raw public key|Server-to-client raw public key negotiated"
        yield "openssl-3.5 client: compressed", lambda: self.serve(
            self.s_client35(), verified, *trace, traced=packed)
        yield "openssl-3.5 client: not compressed", lambda: self.serve(
            self.s_client35("-no_rx_cert_comp"), verified, *trace, traced=plain)
        yield "openssl-3.5 client: a staple rather than compressed", lambda: self.serve(
            self.s_client35("-status"), rb"OCSP Response Status: successful", "--ocsp", good,
            *trace, traced=plain)
        yield "openssl-3.5 server: compressed", lambda: self.connect(
            self.s_server35("-cert_comp"), packed.replace(b"->", b"<-"), *trace, "--json")
        yield "openssl-3.5 server: not compressed", lambda: self.connect(
            self.s_server35("-no_tx_cert_comp"), plain.replace(b"->", b"<-"), *trace, "--json")
        yield "openssl-3.5 server: staple", lambda: self.connect(
            self.s_server35("-status_file", good), rb"staple +an OCSP response", "--ocsp")
        trusting = self.s_client35("-enable_server_rpk")
        yield "openssl-3.5 client: raw key", lambda: self.serve(
            lambda port: [word for word in trusting(port) if word != "-verify_return_error"],
            raw, "--raw-key")
        yield "openssl-3.5 server: raw key", lambda: self.connect(
            self.s_server35("-enable_server_rpk"), rb"a raw public key, pin", "--raw-key",
            trust=("--pin", self.pin))
        yield "openssl-3.5 server: raw key, X.509 alone", lambda: self.connect(
            self.s_server35(), rb"sneck connect: ", "--raw-key", trust=("--pin", self.pin),
            code=3)

    def runs(self):
        good, revoked = self.at("good.der"), self.at("revoked.der")
        x509 = ("--x509certfile", self.cert, "--x509keyfile", self.key)
        raw = ("--rawpkkeyfile", self.key, "--rawpkfile", self.at("ecdsa.pub"))
        staple = rb"staple +an OCSP response"
        if OPENSSL:
            yield "openssl client: staple", lambda: self.serve(
                self.s_client("-status"), rb"OCSP Response Status: successful", "--ocsp", good)
            yield "openssl client: no staple", lambda: self.serve(
                self.s_client("-status"), rb"OCSP response: no response sent")
            yield "openssl server: staple", lambda: self.connect(
                self.s_server("-status_file", good), staple, "--ocsp")
            yield "openssl server: revoked", lambda: self.connect(
                self.s_server("-status_file", revoked), rb"was revoked on", "--ocsp", code=4)
            yield "openssl server: none", lambda: self.connect(
                self.s_server(), rb"staple +none", "--ocsp")
            for groups in ("x25519", "x25519,P-384"):
                yield f"openssl server: GREASE, {groups}", lambda groups=groups: self.connect(
                    self.s_server("-groups", groups.split(",")[-1].replace("x", "X")),
                    b"version +TLS " + self.version.encode(), "--grease", "--groups",
                    groups + ("" if self.version == "1.3" else ",P-256")) # the certificate's
        if GNUTLS_CLI:
            yield "gnutls client: staple", lambda: self.serve(
                self.gnutls_cli("--x509cafile", self.ca, "--ocsp"),
                rb"(?s)Handshake was completed", "--ocsp", good)
            yield "gnutls client: raw key", lambda: self.serve(
                self.gnutls_cli("--insecure", priority=RAW), rb"Certificate type: Raw Public Key",
                "--raw-key")
            yield "gnutls client: either, raw key", lambda: self.serve(
                self.gnutls_cli("--insecure", priority=BOTH), rb"Handshake was completed",
                "--raw-key")
            yield "gnutls client: either, X.509", lambda: self.serve(
                self.gnutls_cli("--x509cafile", self.ca, priority=BOTH),
                rb"Handshake was completed")
        if GNUTLS_SERV:
            yield "gnutls server: staple", lambda: self.connect(
                self.gnutls_serv(*x509, "--ocsp-response", good), staple, "--ocsp")
            yield "gnutls server: raw key", lambda: self.connect(
                self.gnutls_serv(*raw, priority=RAW), rb"a raw public key, pin", "--raw-key",
                trust=("--pin", self.pin))
            yield "gnutls server: raw key, other pin", lambda: self.connect(
                self.gnutls_serv(*raw, priority=RAW), rb"is not pinned", "--raw-key",
                trust=("--pin", "sha256:" + 64 * "0"), code=4)
            yield "gnutls server: X.509 alone", lambda: self.connect(
                self.gnutls_serv(*x509), rb"sneck connect: ", "--raw-key",
                trust=("--pin", self.pin), code=3)
            yield "gnutls server: GREASE", lambda: self.connect(
                self.gnutls_serv(*x509), b"version +TLS " + self.version.encode(), "--grease", "--ocsp")
        if TLSLITE and self.version == "1.3":
            yield from self.packed()
        if GNUTLS_PACKS and GNUTLS_CLI and GNUTLS_SERV and self.version == "1.3":
            yield from self.of_gnutls()
        if OpenSSL35.path and self.version == "1.3":
            yield from self.of_openssl35(good)


def main():
    if not os.access(SNECK, os.X_OK) or not OPENSSL:
        print(f"skipped: no command at {SNECK}, or no openssl")
        return 77
    failed = ok = 0
    with tempfile.TemporaryDirectory(prefix="sneck-extensions-") as folder:
        table = Table(folder)
        for table.version in ("1.3", "1.2"):
            for name, run in table.runs():
                try:
                    run()
                    print(f"ok      {table.version} {name}")
                    ok += 1
                except Failed as e:
                    print(f"FAILED  {table.version} {name}: {re.sub(r'[^ -~]', '.', str(e))}")
                    failed += 1
    for path, package in ((GNUTLS_CLI, "gnutls-bin"),):
        if not path:
            print(f"skipped: {package} is not installed")
    if not OpenSSL35.path:
        print(f"skipped: openssl-3.5: not installed: {OpenSSL35.package}")
    if not GNUTLS_PACKS:
        print("skipped: certificates packed by GnuTLS: SNECK_GNUTLS_PACKS names no folder; Debian's cannot")
    if not TLSLITE:
        print("skipped: compressed certificates: the Python module tlslite-ng 0.9 is not installed")
    print(f"{ok} ok, {failed} failed")
    if TLSLITE and not importlib.util.find_spec("brotli"):
        print("skipped: certificates by brotli: the Python module brotli is not installed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
