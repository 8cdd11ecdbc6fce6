// SPDX-License-Identifier: MIT

// Go's crypto/tls as a peer; arguments as in peer.py.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func config(group, alpn string) *tls.Config {
	groups := map[string]tls.CurveID{"X25519": tls.X25519, "P-256": tls.CurveP256,
		"P-384": tls.CurveP384, "P-521": tls.CurveP521, "X25519MLKEM768": 0x11ec}
	c := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "localhost"}
	if os.Getenv("TLS12") != "" {
		c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	}

	if group != "" {
		c.CurvePreferences = []tls.CurveID{groups[group]}
	}
	if alpn != "" {
		c.NextProtos = strings.Split(alpn, ",")
	}
	return c
}

func client(port, ca, group, alpn string) {
	c := config(group, alpn)
	pem, err := os.ReadFile(ca)
	must(err)
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AppendCertsFromPEM(pem)
	conn, err := tls.Dial("tcp", "127.0.0.1:"+port, c)
	must(err)
	fmt.Fprintln(os.Stderr, "alpn", conn.ConnectionState().NegotiatedProtocol)
	go io.Copy(conn, os.Stdin)
	_, err = io.Copy(os.Stdout, conn)
	must(err)
}

func server(cert, key, group, alpn string, ask bool) {
	c := config(group, alpn)
	pair, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	c.Certificates = []tls.Certificate{pair}
	if ask {
		c.ClientAuth = tls.RequestClientCert
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", c)
	must(err)
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		must(err)
		go func() {
			if _, err := io.Copy(conn, conn); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			conn.Close()
		}()
	}
}

// Comes back, and says "new" or "reused".
func visits(port, ca, times string) {
	c := config("", "")
	pem, err := os.ReadFile(ca)
	must(err)
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AppendCertsFromPEM(pem)
	c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	n, err := strconv.Atoi(times)
	must(err)
	for ; n > 0; n-- {
		conn, err := tls.Dial("tcp", "127.0.0.1:"+port, c)
		must(err)
		if conn.ConnectionState().DidResume {
			fmt.Println("reused")
		} else {
			fmt.Println("new")
		}
		_, err = conn.Write([]byte("x"))
		must(err)
		_, err = io.ReadFull(conn, make([]byte, 1))
		must(err)
		conn.Close()
	}
}

func main() {
	a := os.Args
	if a[1] == "visits" {
		visits(a[2], a[3], a[4])
	} else if a[1] == "client" {
		client(a[2], a[3], a[4], a[5])
	} else {
		server(a[2], a[3], a[4], a[5], a[7] != "")
	}
}
