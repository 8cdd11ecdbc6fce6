# SPDX-License-Identifier: MIT
"""What peers have in common: names of suites and groups, what may be lacking, the class Peer."""
import os

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
