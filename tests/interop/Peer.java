// SPDX-License-Identifier: MIT
// Java's JSSE as a peer; arguments as in peer.py; also: visits PORT CA TIMES [CERT KEY].
import java.io.*;
import java.net.InetAddress;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.*;

class Peer {
	static Certificate certificate(String path) throws Exception {
		try (InputStream in = new FileInputStream(path)) {
			return CertificateFactory.getInstance("X.509").generateCertificate(in);
		}
	}

	static PrivateKey key(String path, String algorithm) throws Exception {
		String text = Files.readString(Path.of(path)).replaceAll("-----[A-Z ]*-----", "");
		byte[] der = Base64.getMimeDecoder().decode(text);

		return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
	}

	static void pipe(InputStream in, OutputStream out) throws IOException {
		byte[] buf = new byte[65536];

		for (int n; (n = in.read(buf)) >= 0; out.flush())
			out.write(buf, 0, n);
	}

	static void set(SSLParameters p, String alpn) {
		String versions = System.getenv().getOrDefault("TLS12", "");

		p.setProtocols((versions.equals("both") ? "TLSv1.3,TLSv1.2"
			: versions.isEmpty() ? "TLSv1.3" : "TLSv1.2").split(","));
		if (!alpn.isEmpty())
			p.setApplicationProtocols(alpn.split(","));
	}

	static void client(SSLContext context, int port, String alpn) throws Exception {
		SSLSocket s = open(context, port, alpn);

		System.err.println("alpn " + s.getApplicationProtocol());
		Thread up = new Thread(() -> {
			try {
				pipe(System.in, s.getOutputStream());
			} catch (IOException e) {
				System.err.println(e);
			}
		});
		up.setDaemon(true);
		up.start();
		pipe(s.getInputStream(), new FileOutputStream(FileDescriptor.out));
	}

	static SSLSocket open(SSLContext context, int port, String alpn) throws Exception {
		SSLSocket s = (SSLSocket)context.getSocketFactory().createSocket(
			new java.net.Socket("127.0.0.1", port), "localhost", port, true);
		SSLParameters p = s.getSSLParameters();

		set(p, alpn);
		p.setEndpointIdentificationAlgorithm("HTTPS");
		s.setSSLParameters(p);
		s.startHandshake();
		return s;
	}

	static void visit(SSLContext context, int port, int times) throws Exception {
		for (int i = 0; i < times; i++) {
			try (SSLSocket s = open(context, port, "")) {
				s.getOutputStream().write('x');
				if (s.getInputStream().read() != 'x')
					throw new IOException("no echo");
			}
		}
	}

	static void server(SSLContext context, String alpn, String ask) throws Exception {
		SSLServerSocket listener = (SSLServerSocket)context.getServerSocketFactory()
			.createServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
		SSLParameters p = listener.getSSLParameters();

		set(p, alpn);
		p.setWantClientAuth(!ask.isEmpty());
		if (ask.equals("must"))
			p.setNeedClientAuth(true);
		listener.setSSLParameters(p);
		System.out.println("port " + listener.getLocalPort());
		for (;;) {
			try (SSLSocket s = (SSLSocket)listener.accept()) {
				pipe(s.getInputStream(), s.getOutputStream());
			} catch (IOException e) {
				System.err.println(e);
			}
		}
	}

	static KeyStore store() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");

		store.load(null, new char[0]);
		return store;
	}

	static KeyManager[] own(String cert, String key) throws Exception {
		Certificate leaf = certificate(cert);
		KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
		KeyStore store = store();

		store.setKeyEntry("key", key(key, leaf.getPublicKey().getAlgorithm()), new char[0],
			new Certificate[] {leaf});
		keys.init(store, new char[0]);
		return keys.getKeyManagers();
	}

	static TrustManager[] trust(String ca) throws Exception {
		TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
		KeyStore store = store();

		store.setCertificateEntry("ca", certificate(ca));
		trust.init(store);
		return trust.getTrustManagers();
	}

	public static void main(String[] a) throws Exception {
		boolean visits = a[0].equals("visits");

		if (!visits && !a[3].isEmpty())
			System.setProperty("jdk.tls.namedGroups", a[3]);
		if (System.getenv("NO_TICKETS") != null)
			System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");

		SSLContext context = SSLContext.getInstance("TLSv1.3"); // it reads the properties

		if (a[0].equals("server")) {
			context.init(own(a[1], a[2]), a[6].equals("must") ? trust(a[7]) : null, null);
			server(context, a[4], a[6]);
		} else if (visits) {
			boolean shows = a.length > 5 && !a[4].isEmpty();

			context.init(shows ? own(a[4], a[5]) : null, trust(a[2]), null);
			visit(context, Integer.parseInt(a[1]), Integer.parseInt(a[3]));
		} else {
			context.init(a[6].isEmpty() ? null : own(a[6], a[7]), trust(a[2]), null);
			client(context, Integer.parseInt(a[1]), a[4]);
		}
	}
}
