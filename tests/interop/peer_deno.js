// SPDX-License-Identifier: MIT
// Deno as a peer; arguments as in peer.py, but Deno takes no list of groups or suites; also:
// visits PORT CA TIMES [CERT KEY], which fetches /small as often.
const [role, ...args] = Deno.args;
const list = (text) => (text ? { alpnProtocols: text.split(',') } : {});
const own = (cert, key) => (cert
	? { cert: Deno.readTextFileSync(cert), key: Deno.readTextFileSync(key) } : {});

if (role === 'client') {
	const [port, ca, , alpn, , cert, key] = args;
	const tls = await Deno.connectTls({
		hostname: 'localhost', port: Number(port), caCerts: [Deno.readTextFileSync(ca)],
		...list(alpn), ...own(cert, key),
	});
	const info = await tls.handshake();

	console.error('alpn', info.alpnProtocol);
	Deno.stdin.readable.pipeTo(tls.writable, { preventClose: true });
	await tls.readable.pipeTo(Deno.stdout.writable);
} else if (role === 'visits') {
	const [port, ca, times, cert, key] = args;
	const client = Deno.createHttpClient({
		caCerts: [Deno.readTextFileSync(ca)], poolMaxIdlePerHost: 0, ...own(cert, key),
	});

	for (let i = 0; i < Number(times); i++)
		await (await fetch(`https://localhost:${port}/small`, { client })).text();
	Deno.exit(0);
} else {
	const [cert, key, , alpn] = args;
	const listener = Deno.listenTls({
		hostname: '127.0.0.1', port: 0, cert: Deno.readTextFileSync(cert),
		key: Deno.readTextFileSync(key), ...list(alpn),
	});

	console.log('port', listener.addr.port);
	for (;;) {
		try {
			const conn = await listener.accept();

			conn.readable.pipeTo(conn.writable).catch((e) => console.error(String(e)));
		} catch (e) {
			console.error(String(e));
		}
	}
}
