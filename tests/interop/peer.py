# SPDX-License-Identifier: MIT
"""Python's ssl as a peer: `peer.py client PORT CA GROUP ALPN SUITE CERT KEY` pipes stdin and
stdout, `peer.py server CERT KEY GROUP ALPN SUITE ASK CA` says "port N" and echoes; ASK: "ask" for a
certificate, which the client need not have, "must" for one under CA. An empty word leaves the
default. In the environment TLS12: empty for TLS 1.3 alone, 1 for TLS 1.2, both for both;
NO_TICKETS: a server of TLS 1.2 has session ids alone."""
import os
import select
import socket
import ssl
import sys


def pipe(tls):
    """In one thread: OpenSSL takes no two calls on one connection at once."""
    tls.setblocking(False)
    source, held = [sys.stdin.buffer.raw], b""
    while True:
        ready = [] if tls.pending() else select.select(
            [tls, *([] if held else source)], [tls] if held else [], [])[0]
        try:
            if not (chunk := tls.recv(65536)):
                return
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        if not held and source and source[0] in ready:
            held = source[0].read(65536)
            source = source if held else []
        try:
            while held:
                held = held[tls.send(held):]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass


def settle(context, group, alpn):
    versions = os.environ.get("TLS12")
    if versions != "both":
        context.minimum_version = context.maximum_version = (
            ssl.TLSVersion.TLSv1_2 if versions else ssl.TLSVersion.TLSv1_3)
    if group and group != "X25519":  # Debian's Python knows curves with points only; X25519 is
        context.set_ecdh_curve(group)  # what it offers first anyway
    if alpn:
        context.set_alpn_protocols(alpn.split(","))
    if os.environ.get("NO_TICKETS"):
        context.options |= ssl.OP_NO_TICKET


def client(port, ca, group, alpn, _suite, cert, key):
    context = ssl.create_default_context(cafile=ca)
    settle(context, group, alpn)
    if cert:
        context.load_cert_chain(cert, key)
    with socket.create_connection(("127.0.0.1", int(port))) as s:
        with context.wrap_socket(s, server_hostname="localhost") as tls:
            print("alpn", tls.selected_alpn_protocol(), file=sys.stderr, flush=True)
            pipe(tls)


def echo(context, s):
    with context.wrap_socket(s, server_side=True) as tls:
        while chunk := tls.recv(65536):
            tls.sendall(chunk)
        tls.unwrap()


def server(cert, key, group, alpn, _suite, ask, ca):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    settle(context, group, alpn)
    if ask:
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED if ask == "must" else ssl.CERT_OPTIONAL
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("port", listener.getsockname()[1], flush=True)
        while True:
            s, _ = listener.accept()
            try:
                echo(context, s)
            except OSError as e:
                print(e, file=sys.stderr, flush=True)


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])
