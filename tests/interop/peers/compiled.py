# SPDX-License-Identifier: MIT
"""Libraries behind peer_main.c."""
import os
import subprocess

from lib import HERE, program

from .base import COMMON, NO_13, NO_ED, NO_LIMIT, NO_MLKEM, NO_PSS, lack
from .scripts import Script


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
