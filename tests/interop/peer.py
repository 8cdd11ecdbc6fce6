# SPDX-License-Identifier: MIT
"""Python's ssl as a peer: `peer.py client PORT CA GROUP ALPN` pipes stdin and stdout,
`peer.py server CERT KEY ALPN` says "port N" and echoes. An empty word leaves the default."""
import socket
import ssl
import sys
import threading


def pipe(tls):
    def send():
        while chunk := sys.stdin.buffer.raw.read(65536):
            tls.sendall(chunk)
    threading.Thread(target=send, daemon=True).start()
    while chunk := tls.recv(65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()


def client(port, ca, group, alpn):
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if group and group != "X25519":  # Debian's Python knows curves with points only; X25519 is
        context.set_ecdh_curve(group)  # what it offers first anyway
    if alpn:
        context.set_alpn_protocols(alpn.split(","))
    with socket.create_connection(("127.0.0.1", int(port))) as s:
        with context.wrap_socket(s, server_hostname="localhost") as tls:
            print("alpn", tls.selected_alpn_protocol(), file=sys.stderr, flush=True)
            pipe(tls)


def echo(context, s):
    with context.wrap_socket(s, server_side=True) as tls:
        while chunk := tls.recv(65536):
            tls.sendall(chunk)
        tls.unwrap()


def server(cert, key, alpn):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if alpn:
        context.set_alpn_protocols(alpn.split(","))
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
