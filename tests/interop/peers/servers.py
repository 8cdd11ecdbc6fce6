# SPDX-License-Identifier: MIT
"""Servers of HTTP and TCP, each with a file of configuration."""
import os
import pathlib
import re
import shutil
import socketserver
import subprocess
import threading

from lib import program

from .base import COMMON, GROUPS, NAMES, NO_IDS, NO_MLKEM, SBIN, SUITES, Peer, lack, suites12
from .scripts import Go


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
