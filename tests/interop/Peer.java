// SPDX-License-Identifier: MIT
// Java's JSSE as a peer; arguments as in peer.py; also: visits PORT CA TIMES.
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

	static void server(SSLContext context, String alpn, boolean ask) throws Exception {
		SSLServerSocket listener = (SSLServerSocket)context.getServerSocketFactory()
			.createServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
		SSLParameters p = listener.getSSLParameters();

		set(p, alpn);
		p.setWantClientAuth(ask);
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

	public static void main(String[] a) throws Exception {
		boolean server = a[0].equals("server"), visits = a[0].equals("visits");
		KeyStore store = KeyStore.getInstance("PKCS12");
		char[] none = new char[0];
		SSLContext context = SSLContext.getInstance("TLSv1.3");

		if (!visits && !a[3].isEmpty())
			System.setProperty("jdk.tls.namedGroups", a[3]);
		store.load(null, none);
		if (server) {
			Certificate leaf = certificate(a[1]);
			KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");

			store.setKeyEntry("key", key(a[2], leaf.getPublicKey().getAlgorithm()), none,
				new Certificate[] {leaf});
			keys.init(store, none);
			context.init(keys.getKeyManagers(), null, null);
			server(context, a[4], !a[6].isEmpty());
		} else {
			TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");

			store.setCertificateEntry("ca", certificate(a[2]));
			trust.init(store);
			context.init(null, trust.getTrustManagers(), null);
			if (visits)
				visit(context, Integer.parseInt(a[1]), Integer.parseInt(a[3]));
			else
				client(context, Integer.parseInt(a[1]), a[4]);
		}
	}
}
