// SPDX-License-Identifier: MIT

// Go's crypto/tls as a peer; arguments as in peer.py; also: visits PORT CA TIMES [CERT KEY].
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
	if os.Getenv("TLS12") == "both" {
		c.MaxVersion = tls.VersionTLS13
	}

	if group != "" {
		c.CurvePreferences = []tls.CurveID{groups[group]}
	}
	if alpn != "" {
		c.NextProtos = strings.Split(alpn, ",")
	}
	return c
}

func pool(ca string) *x509.CertPool {
	pem, err := os.ReadFile(ca)
	must(err)
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(pem)
	return p
}

func pair(cert, key string) []tls.Certificate {
	p, err := tls.LoadX509KeyPair(cert, key)
	must(err)
	return []tls.Certificate{p}
}

func client(port, ca, group, alpn, cert, key string) {
	c := config(group, alpn)
	c.RootCAs = pool(ca)
	if cert != "" {
		c.Certificates = pair(cert, key)
	}
	conn, err := tls.Dial("tcp", "127.0.0.1:"+port, c)
	must(err)
	fmt.Fprintln(os.Stderr, "alpn", conn.ConnectionState().NegotiatedProtocol)
	go io.Copy(conn, os.Stdin)
	_, err = io.Copy(os.Stdout, conn)
	must(err)
}

// visits comes back as often as it is told, and says each time whether it has resumed.
func visits(port, ca, times, cert, key string) {
	c := config("", "")
	c.RootCAs = pool(ca)
	if cert != "" {
		c.Certificates = pair(cert, key)
	}
	c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	n, err := strconv.Atoi(times)
	must(err)
	for ; n > 0; n-- {
		conn, err := tls.Dial("tcp", "127.0.0.1:"+port, c)
		must(err)
		fmt.Println(map[bool]string{false: "new", true: "reused"}[conn.ConnectionState().DidResume])
		_, err = conn.Write([]byte("x"))
		must(err)
		_, err = io.ReadFull(conn, make([]byte, 1))
		must(err)
		conn.Close()
	}
}

func server(cert, key, group, alpn, ask, ca string) {
	c := config(group, alpn)
	c.Certificates = pair(cert, key)
	if ask != "" {
		c.ClientAuth = tls.RequestClientCert
	}
	if ask == "must" {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, pool(ca)
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

func main() {
	a := os.Args
	switch a[1] {
	case "client":
		client(a[2], a[3], a[4], a[5], a[7], a[8])
	case "visits":
		a = append(a, "", "")
		visits(a[2], a[3], a[4], a[5], a[6])
	default:
		server(a[2], a[3], a[4], a[5], a[7], a[8])
	}
}
