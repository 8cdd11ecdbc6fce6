# SPDX-License-Identifier: MIT
"""Browsers without a window, by peer_browser.py."""
import base64
import hashlib
import os
import subprocess
import sys

from lib import HERE, KEYS, program

from .base import COMMON, NO_CCM, NO_ED, NO_LATE, NO_MAXFRAG, NO_PSS, NO_X448, Peer, lack


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
