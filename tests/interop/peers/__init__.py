# SPDX-License-Identifier: MIT
"""The programs that sneck is tried against: how each is started as client and as server, how it is
told what to use, and what it lacks."""
from .base import GROUPS, SUITES, suites12
from .browsers import Chromium, Firefox
from .compiled import MbedTLS, WolfSSL, BearSSL
from .gnutls import GnuTLS, GnuTLS38
from .openssl import OpenSSL, OpenSSL35, Curl
from .scripts import Python, Node, Bun, Deno, Go, Java
from .servers import Caddy, Lighttpd, Nginx, HAProxy
from .tools import BoringSSL, NSS

ALL = (OpenSSL, OpenSSL35, Curl, GnuTLS, GnuTLS38, Python, Node, Bun, Deno, BoringSSL, NSS, Java,
       Go, Caddy, Lighttpd, Nginx, HAProxy, WolfSSL, Chromium, Firefox)
ALL12 = ALL + (MbedTLS, BearSSL)
